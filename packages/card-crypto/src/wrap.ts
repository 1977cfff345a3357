// Keys at rest: wrapped under the installation's master key, each bound to its name.
import { createSecretKey, hkdfSync, KeyObject } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import { gcmOpen, gcmSeal } from './seal.ts'

const masterKeyBytes = 32
const format = 1 // first byte of what is stored, so that another way of wrapping can come later
const ivBytes = 12

/**
 * Wraps a secret under the master key; Base64 of format(1) ‖ IV(12) ‖ ciphertext ‖ tag(16). The
 * name is bound as AAD: a wrapped secret that was moved to another name does not unwrap.
 */
export function wrapSecret(masterKey: KeyObject | Uint8Array, name: string, secret: Uint8Array): string {
  return Buffer.concat([Buffer.from([format]), gcmSeal(wrappingKey(masterKey), ivBytes, secret, nameAad(name))]).toString('base64')
}

/**
 * The secret again. Throws `key.unwrap.failed` for another master key, another name or a damaged
 * text, and does not say which.
 */
export function unwrapSecret(masterKey: KeyObject | Uint8Array, name: string, wrapped: string): Buffer {
  const bytes = Buffer.from(wrapped, 'base64')
  const secret = bytes[0] === format ? gcmOpen(wrappingKey(masterKey), ivBytes, bytes.subarray(1), nameAad(name)) : null
  if (!secret) {
    throw new CardCryptoError('key.unwrap.failed', `${name} does not unwrap: wrapped under another master key or another name, or damaged`)
  }
  return secret
}

/**
 * The master key from its Base64 form, as DCMS_MASTER_KEY holds it; `master.key.invalid` unless it
 * is exactly 32 bytes.
 */
export function parseMasterKey(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== masterKeyBytes || bytes.toString('base64') !== base64) {
    throw new CardCryptoError('master.key.invalid', 'The master key must be 32 bytes in Base64: 44 characters without spaces')
  }
  return new Uint8Array(bytes)
}

/**
 * The master key never encrypts anything itself: wrapping has a key of its own below it (HKDF, RFC
 * 5869).
 */
function wrappingKey(masterKey: KeyObject | Uint8Array): KeyObject {
  const material = masterKey instanceof KeyObject ? masterKey : createSecretKey(masterKey)
  if (material.symmetricKeySize !== masterKeyBytes) throw new CardCryptoError('master.key.invalid', 'The master key must have 32 bytes')
  return createSecretKey(Buffer.from(hkdfSync('sha256', material, '', 'dcms wrapping 1', masterKeyBytes)))
}

function nameAad(name: string): Buffer {
  return Buffer.from(`dcms wrapped ${name}`)
}
