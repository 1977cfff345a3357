// AES-256-GCM (NIST SP 800-38D) with a tag of 16 bytes, no other length.
import { createCipheriv, createDecipheriv, createSecretKey, KeyObject } from 'node:crypto'
import { SealingError } from './error.ts'

const KEY_BYTES = 32
const TAG_BYTES = 16
const OPTIONS = { authTagLength: TAG_BYTES }

/**
 * A key of 32 bytes as KeyObject: with one the cipher starts in 1 µs, with bare bytes in 11 µs
 * (Node 24).
 */
export function aesKey(key: Uint8Array | KeyObject): KeyObject {
  const keyObject = key instanceof KeyObject ? key : createSecretKey(key)
  if (keyObject.symmetricKeySize !== KEY_BYTES) throw new SealingError('decrypt-failed', 'an AES-256 key has 32 bytes')
  return keyObject
}

export interface AesGcmResult {
  ciphertext: Buffer
  tag: Buffer
}

export function encryptAesGcm(key: KeyObject, iv: Uint8Array, additionalData: Uint8Array, plaintext: string | Uint8Array): AesGcmResult {
  const cipher = createCipheriv('aes-256-gcm', key, iv, OPTIONS)
  cipher.setAAD(additionalData)
  const ciphertext = typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext)
  cipher.final() // empty in GCM, but it computes the tag
  return { ciphertext, tag: cipher.getAuthTag() }
}

/**
 * The plaintext, given out only once the tag is right. Throws what node:crypto throws; callers turn
 * it into a SealingError.
 */
export function decryptAesGcm(key: KeyObject, iv: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, OPTIONS)
  decipher.setAAD(additionalData)
  decipher.setAuthTag(tag)
  const plaintext = decipher.update(ciphertext)
  decipher.final()
  return plaintext
}
