// PIN blocks as calls bring them: format 0 as 16 hex characters, enciphered under the bank's PIN
// key, in Base64.
import { createCipheriv, createDecipheriv, createSecretKey, KeyObject } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import type { PinInCall } from './hsm.ts'
import { decodePinBlock, panOfKit, pinOfField } from './pin-block.ts'
import { gcmOpen, gcmSeal } from './seal.ts'

const blockDigits = 16
const blockBytes = 8
const ivBytes = 16
const padding = Buffer.alloc(16, 16) // PKCS#5 behind 16 characters: a whole block
const noAad = Buffer.alloc(0)

/**
 * What a caller does: v1 gives 32 bytes, v2 IV(16) ‖ ciphertext ‖ tag, 48 bytes; both in Base64.
 * The key has 32 bytes.
 */
export function sealPinBlock(scheme: PinInCall['scheme'], key: KeyObject | Uint8Array, block: string): string {
  const aesKey = key instanceof KeyObject ? key : createSecretKey(key)
  const text = Buffer.from(block, 'latin1')
  const sealed =
    scheme === 'v2'
      ? gcmSeal(aesKey, ivBytes, text, noAad)
      : createCipheriv('aes-256-ecb', aesKey, null)
          .setAutoPadding(false)
          .update(Buffer.concat([text, padding]))
  return sealed.toString('base64')
}

/**
 * The block of 16 hex digits, or null for anything that is not one under this key. v2 takes the
 * block's 8 bytes as well.
 */
export function openPinBlock(scheme: PinInCall['scheme'], key: KeyObject, encryptedBlock: string): string | null {
  const bytes = Buffer.from(encryptedBlock, 'base64')
  if (bytes.toString('base64') !== encryptedBlock) return null
  const plaintext = scheme === 'v2' ? gcmOpen(key, ivBytes, bytes, noAad) : openV1(key, bytes)
  if (!plaintext) return null
  const block = plaintext.length === blockBytes && scheme === 'v2' ? plaintext.toString('hex') : plaintext.toString('latin1')
  plaintext.fill(0)
  return block.length === blockDigits && /^[0-9A-Fa-f]+$/.test(block) ? block.toUpperCase() : null
}

/** Looks at the padding itself: a library's padding error is one more answer than is wanted. */
function openV1(key: KeyObject, bytes: Buffer): Buffer | null {
  if (bytes.length !== 2 * padding.length) return null
  const plaintext = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(bytes)
  return plaintext.subarray(padding.length).equals(padding) ? plaintext.subarray(0, padding.length) : null
}

/** The PIN of a block that was made of the PAN or of the kit number; errors as `decodePinBlock`. */
export function pinOfCall(block: string, pan: string, pin: Pick<PinInCall, 'panSource' | 'kitNo'>): string {
  if (pin.panSource === 'KIT_NO') return decodePinBlock(0, block, panOfKit(pin.kitNo))
  if (pin.panSource === 'PAN') return decodePinBlock(0, block, pan)
  try {
    return decodePinBlock(0, block, pan)
  } catch (error) {
    if (!(error instanceof CardCryptoError)) throw error
    return decodePinBlock(0, block, panOfKit(pin.kitNo))
  }
}

/**
 * The same checks as far as they go without a card: only a block made of the kit number can be read
 * whole, of others what no PAN covers, which is control digit, length and the first two digits.
 * Returns a PIN of the block's length that means nothing.
 */
export function decoyPinOfCall(block: string, pin: Pick<PinInCall, 'panSource' | 'kitNo'>): string {
  if (pin.panSource === 'KIT_NO') return decodePinBlock(0, block, panOfKit(pin.kitNo)).replace(/./g, '0')
  const uncovered = block.slice(0, 4).padEnd(blockDigits, '0')
  return pinOfField(uncovered, 0).replace(/./g, '0')
}
