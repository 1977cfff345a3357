// A PIN on its way to DCMS: ISO 9564-1 format 0 block of the PIN and the card, then under the PIN
// key, v1 or v2. The clear PIN stays here.
import { Buffer } from 'node:buffer'
import { createCipheriv, type KeyObject, randomBytes } from 'node:crypto'
import { DcmsInputError } from './errors.ts'

/**
 * What the PIN block is bound to. The card number is always good; the kit number, of digits alone,
 * only where the bank's setting `pinBlockPanSource` is not PAN.
 */
export type PinCard = { cardNumber: string; kitNo?: undefined } | { kitNo: string; cardNumber?: undefined }

/** v1: AES-ECB, weak and off for new banks. v2: AES-GCM. */
export type PinScheme = 'v1' | 'v2'

const FORMAT_0 = '0'
const BLOCK_DIGITS = 16
const ACCOUNT_DIGITS = 12
const PAN_DIGITS = 16
const IV_BYTES = 16
const TAG_BYTES = 16

/**
 * The `pin` of a call. Each v2 text is another one, as its IV is random. @throws DcmsInputError
 * that names what is wrong and shows no value
 */
export const encryptPin = (pin: string, card: PinCard, scheme: PinScheme, pinKey: KeyObject | undefined): string => {
  if (!pinKey) throw new DcmsInputError('keys.pinKey', 'was not given to this client')
  const block = pinBlock(pin, card)
  return scheme === 'v1' ? sealV1(block, pinKey) : sealV2(block, pinKey, randomBytes(IV_BYTES))
}

/** 16 upper-case hex characters (ISO 9564-1, clause 9.3.2). @throws DcmsInputError */
export function pinBlock(pin: string, card: PinCard): string {
  if (typeof pin !== 'string' || !/^[0-9]{4,12}$/.test(pin)) throw new DcmsInputError('pin', 'must be a text of 4 to 12 digits')
  const field = `${FORMAT_0}${pin.length.toString(16)}${pin}`.padEnd(BLOCK_DIGITS, 'F')
  const account = accountDigits(card)
    .slice(-ACCOUNT_DIGITS - 1, -1)
    .padStart(BLOCK_DIGITS, '0')
  return (BigInt(`0x${field}`) ^ BigInt(`0x${account}`)).toString(BLOCK_DIGITS).toUpperCase().padStart(BLOCK_DIGITS, '0')
}

/** Base64 of AES-256-ECB with PKCS#5 padding over the block's characters. */
export function sealV1(block: string, pinKey: KeyObject): string {
  const cipher = createCipheriv('aes-256-ecb', pinKey, null)
  return Buffer.concat([cipher.update(block, 'latin1'), cipher.final()]).toString('base64')
}

/**
 * Base64 of IV ‖ ciphertext ‖ tag, AES-256-GCM over the block's characters. The IV must be random;
 * a test may fix it.
 */
export function sealV2(block: string, pinKey: KeyObject, iv: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', pinKey, iv, { authTagLength: TAG_BYTES })
  return Buffer.concat([iv, cipher.update(block, 'latin1'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

function accountDigits({ cardNumber, kitNo }: PinCard): string {
  if ((cardNumber === undefined) === (kitNo === undefined)) throw new DcmsInputError('card', 'needs either cardNumber or kitNo')
  if (cardNumber !== undefined) return checkedCardNumber(cardNumber)
  if (typeof kitNo !== 'string' || !/^[0-9]{1,19}$/.test(kitNo))
    throw new DcmsInputError('kitNo', 'must be a text of 1 to 19 digits to make a PIN block of; give cardNumber where it has letters')
  return kitNo.padStart(PAN_DIGITS, '0')
}

/** @throws DcmsInputError unless it has 13 to 19 digits and the right check digit */
export function checkedCardNumber(cardNumber: string): string {
  if (typeof cardNumber !== 'string' || !/^[0-9]{13,19}$/.test(cardNumber) || !hasCheckDigit(cardNumber))
    throw new DcmsInputError('cardNumber', 'must be a text of 13 to 19 digits with a right check digit')
  return cardNumber
}

/**
 * Luhn, ISO/IEC 7812-1 annex B: a mistyped card number would be refused as PIN001 only, which says
 * nothing of it.
 */
function hasCheckDigit(digits: string): boolean {
  let sum = 0
  for (const [position, digit] of [...digits].reverse().entries()) {
    const weighed = Number(digit) * (position % 2 === 0 ? 1 : 2)
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}
