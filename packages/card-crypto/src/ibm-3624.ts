// IBM 3624: the PIN that follows from the PAN, and the offset by which the holder's PIN differs
// from it.
import type { KeyObject } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import { tdesEncrypt } from './tdes.ts'

const validationDigits = 16

/** How an issuer makes validation data and digits; `decimalizationTable` maps hex digits 0 to F. */
export interface Ibm3624Settings {
  decimalizationTable: string
  /** Which PAN digits are the validation data, filled up behind with `pad` to 16. */
  validationOffset: number
  validationLength: number
  pad: string
}

/**
 * The table and validation data used here: 12 rightmost PAN digits without check digit, filled with
 * F.
 */
export function usualIbm3624(pan: string): Ibm3624Settings {
  if (!/^[0-9]{13,19}$/.test(pan)) throw new CardCryptoError('pan.too.short', 'An IBM 3624 PIN takes a PAN of 13 to 19 digits')
  return { decimalizationTable: '0123456789012345', validationOffset: pan.length - 13, validationLength: 12, pad: 'F' }
}

/** The natural PIN of `length` digits, 4 to 16. */
function naturalPin(key: KeyObject | Uint8Array, pan: string, settings: Ibm3624Settings, length: number): string {
  const { validationOffset, validationLength, pad, decimalizationTable } = settings
  const validation = pan.slice(validationOffset, validationOffset + validationLength).padEnd(validationDigits, pad)
  const cryptogram = tdesEncrypt(key, Buffer.from(validation, 'hex')).toString('hex')
  return [...cryptogram.slice(0, length)].map((digit) => decimalizationTable[Number.parseInt(digit, 16)] ?? '').join('')
}

/** The PIN of an offset: natural PIN plus offset, digit by digit, modulo ten. */
export function ibm3624Pin(key: KeyObject | Uint8Array, pan: string, offset: string, settings = usualIbm3624(pan)): string {
  return digitwise(naturalPin(key, pan, settings, offset.length), offset, 1)
}

/** The offset of a PIN: PIN less natural PIN, digit by digit, modulo ten. As long as the PIN. */
export function ibm3624Offset(key: KeyObject | Uint8Array, pan: string, pin: string, settings = usualIbm3624(pan)): string {
  return digitwise(pin, naturalPin(key, pan, settings, pin.length), -1)
}

function digitwise(left: string, right: string, sign: 1 | -1): string {
  if (!/^[0-9]+$/.test(left + right)) throw new CardCryptoError('pin.not.numeric', 'PIN and offset have decimal digits')
  if (left.length < 4 || left.length > validationDigits) throw new CardCryptoError('pin.length', 'PIN and offset have 4 to 16 digits')
  return [...left].map((digit, i) => (Number(digit) + sign * Number(right[i]) + 10) % 10).join('')
}
