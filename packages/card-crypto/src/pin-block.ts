// PIN blocks of 8 bytes: ISO 9564-1 formats 0, 2 and 3. Blocks are 16 upper-case hex digits, not
// yet enciphered.
import { randomInt } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'

export const pinLengthMin = 4
export const pinLengthMax = 12
const blockDigits = 16
const accountDigits = 12
const kitAccountDigits = 16

/**
 * What stands in the place of the PAN when a block is made of the kit number: padded with zeros in
 * front to 16 digits.
 */
export function panOfKit(kitNo: string): string {
  return kitNo.padStart(kitAccountDigits, '0')
}

/**
 * A PIN of 4 to 12 digits as block. Formats 0 and 3 bind it to the 12 rightmost PAN digits without
 * check digit; format 2, for chip cards, to nothing. `fill` is for published examples of format 3
 * only: at random otherwise. Throws `pin.length`, `pin.not.numeric`, `pan.too.short`.
 */
export function encodePinBlock(format: 0 | 2 | 3, pin: string, pan = '', fill = ''): string {
  checkPin(pin)
  const field = (String(format) + pin.length.toString(16).toUpperCase() + pin).padEnd(blockDigits, 'F')
  if (format === 2) return field
  const filled = format === 3 ? field.slice(0, 2 + pin.length) + (fill || randomFill(blockDigits - 2 - pin.length)) : field
  return xorDigits(filled, accountField(pan))
}

/**
 * The PIN of a block. Throws `pin.block.length`, `pin.block.format`, `pin.length`,
 * `pin.not.numeric`, `pin.block.fill`, `pan.too.short`.
 */
export function decodePinBlock(format: 0 | 3, block: string, pan: string): string {
  if (!/^[0-9A-Fa-f]{16}$/.test(block)) throw new CardCryptoError('pin.block.length', 'A PIN block has 16 hex digits')
  const field = xorDigits(block.toUpperCase(), accountField(pan))
  const pin = pinOfField(field, format)
  const fill = field.slice(2 + pin.length)
  if (!(format === 0 ? /^F*$/ : /^[A-F]*$/).test(fill)) throw new CardCryptoError('pin.block.fill', 'The fill of the PIN block is wrong')
  return pin
}

/**
 * Control digit, length and digits at the beginning of a plain PIN field: the same for all formats.
 */
export function pinOfField(field: string, format: number): string {
  if (field[0] !== String(format)) throw new CardCryptoError('pin.block.format', `The PIN block is not of format ${format}`)
  const length = Number.parseInt(field[1] ?? '', 16)
  if (!(length >= pinLengthMin && length <= pinLengthMax)) throw new CardCryptoError('pin.length', 'A PIN has 4 to 12 digits')
  const pin = field.slice(2, 2 + length)
  checkPin(pin)
  return pin
}

export function checkPin(pin: string): void {
  if (pin.length < pinLengthMin || pin.length > pinLengthMax) throw new CardCryptoError('pin.length', 'A PIN has 4 to 12 digits')
  if (!/^[0-9]+$/.test(pin)) throw new CardCryptoError('pin.not.numeric', 'A PIN has decimal digits')
}

function accountField(pan: string): string {
  if (!/^[0-9]{13,19}$/.test(pan)) throw new CardCryptoError('pan.too.short', 'A PIN block takes a PAN of 13 to 19 digits')
  return pan.slice(-accountDigits - 1, -1).padStart(blockDigits, '0')
}

function randomFill(count: number): string {
  return Array.from({ length: count }, () => randomInt(10, 16).toString(16).toUpperCase()).join('')
}

function xorDigits(left: string, right: string): string {
  return [...left].map((digit, i) => (Number.parseInt(digit, 16) ^ Number.parseInt(right[i] ?? '', 16)).toString(16).toUpperCase()).join('')
}
