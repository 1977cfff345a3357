// AES-256-GCM with a random IV in front and the tag behind: NIST SP 800-38D clauses 7 and 8.2.2.
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'

const tagBytes = 16

/**
 * IV ‖ ciphertext ‖ tag(16). Random IVs of 12 bytes allow 2^32 messages under one key (clause 8.3).
 * `iv`: random bytes that were drawn for this message and nothing else, where many were drawn at
 * once.
 */
export function gcmSeal(
  key: KeyObject,
  ivBytes: 12 | 16,
  plaintext: Uint8Array,
  aad: Uint8Array,
  iv: Uint8Array = randomBytes(ivBytes),
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
  cipher.setAAD(aad)
  const ciphertext = cipher.update(plaintext)
  return Buffer.concat([iv, ciphertext, cipher.final(), cipher.getAuthTag()])
}

/** The plaintext, or null for anything that this key did not seal for this AAD. */
export function gcmOpen(key: KeyObject, ivBytes: 12 | 16, sealed: Uint8Array, aad: Uint8Array): Buffer | null {
  if (sealed.length < ivBytes + tagBytes) return null
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  const plaintext = decipher.update(sealed.subarray(ivBytes, sealed.length - tagBytes))
  try {
    decipher.final()
  } catch {
    plaintext.fill(0) // refused: the tag is wrong, and nobody may see what was deciphered
    return null
  }
  return plaintext
}
