// PIN blocks of 16 bytes: ISO 9564-1 format 4, which exists only enciphered under an AES key.
import { createCipheriv, createDecipheriv, createSecretKey, KeyObject, randomBytes } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import { checkPin, pinOfField } from './pin-block.ts'

const fieldDigits = 32
const pinFieldDigits = 16
const panDigitsMin = 12
const tailBytes = 8

/**
 * The plain PAN field: length above twelve, digits, zeros; 32 hex digits. Shorter PANs are padded
 * in front to twelve.
 */
export function panField4(pan: string): string {
  if (!/^[0-9]{1,19}$/.test(pan)) throw new CardCryptoError('pan.too.short', 'A PAN has 1 to 19 digits')
  const digits = pan.padStart(panDigitsMin, '0')
  return (String(digits.length - panDigitsMin) + digits).padEnd(fieldDigits, '0')
}

/**
 * Enciphers a PIN of 4 to 12 digits: 32 upper-case hex digits, another block each time. `tail` is
 * for published examples only: 8 random bytes otherwise. Throws `pin.length`, `pin.not.numeric`,
 * `pan.too.short`.
 */
export function encipherPinBlock4(
  key: KeyObject | Uint8Array,
  pin: string,
  pan: string,
  tail: Uint8Array = randomBytes(tailBytes),
): string {
  checkPin(pin)
  const pinField = `4${pin.length.toString(16)}${pin}`.padEnd(pinFieldDigits, 'A') + Buffer.from(tail).toString('hex')
  const blockA = aes(key, Buffer.from(pinField, 'hex'), 'encipher')
  return aes(key, xor(blockA, panField4(pan)), 'encipher')
    .toString('hex')
    .toUpperCase()
}

/**
 * The PIN again. Throws `pin.block.length`, `pin.block.format`, `pin.length`, `pin.not.numeric`,
 * `pin.block.fill`, `pan.too.short`.
 */
export function decipherPinBlock4(key: KeyObject | Uint8Array, block: string, pan: string): string {
  if (!/^[0-9A-Fa-f]{32}$/.test(block)) throw new CardCryptoError('pin.block.length', 'A PIN block of format 4 has 32 hex digits')
  const blockB = aes(key, Buffer.from(block, 'hex'), 'decipher')
  const pinField = aes(key, xor(blockB, panField4(pan)), 'decipher')
    .toString('hex')
    .toUpperCase()
  const pin = pinOfField(pinField, 4)
  if (!/^A*$/.test(pinField.slice(2 + pin.length, pinFieldDigits)))
    throw new CardCryptoError('pin.block.fill', 'The fill of the PIN block is wrong')
  return pin
}

function aes(key: KeyObject | Uint8Array, block: Buffer, direction: 'encipher' | 'decipher'): Buffer {
  const aesKey = key instanceof KeyObject ? key : createSecretKey(key)
  const make = direction === 'encipher' ? createCipheriv : createDecipheriv
  return make(`aes-${(aesKey.symmetricKeySize ?? 0) * 8}-ecb`, aesKey, null)
    .setAutoPadding(false)
    .update(block)
}

function xor(block: Buffer, hex: string): Buffer {
  const other = Buffer.from(hex, 'hex')
  return Buffer.from(block.map((byte, i) => byte ^ (other[i] ?? 0)))
}
