// Single fields sealed under a tenant's shared key: Base64 of IV (16) ‖ ciphertext ‖ tag (16),
// AES-256-GCM.
import { isUtf8 } from 'node:buffer'
import type { KeyObject } from 'node:crypto'
import { aesKey, decryptAesGcm, encryptAesGcm } from './aes-gcm.ts'
import { decodeCanonical } from './base64url.ts'
import { SealingError } from './error.ts'
import { randomIv } from './random-iv.ts'

const IV_BYTES = 16
const TAG_BYTES = 16
const NO_ADDITIONAL_DATA = Buffer.alloc(0)

/** @param key 32 bytes; a KeyObject is faster */
export function encryptField(plaintext: string, key: Uint8Array | KeyObject): string {
  const iv = randomIv(IV_BYTES)
  const { ciphertext, tag } = encryptAesGcm(aesKey(key), iv, NO_ADDITIONAL_DATA, plaintext)
  return Buffer.concat([iv, ciphertext, tag]).toString('base64')
}

/** The text that was given to `encryptField`; throws SealingError on any fault. */
export function decryptField(sealed: string, key: Uint8Array | KeyObject): string {
  const keyObject = aesKey(key)
  try {
    const bytes = decodeCanonical(sealed, 'base64')
    const tagBegin = bytes.length - TAG_BYTES
    if (tagBegin < IV_BYTES) throw new SealingError('decrypt-failed')
    const iv = bytes.subarray(0, IV_BYTES)
    const text = decryptAesGcm(keyObject, iv, NO_ADDITIONAL_DATA, bytes.subarray(IV_BYTES, tagBegin), bytes.subarray(tagBegin))
    if (!isUtf8(text)) throw new SealingError('decrypt-failed')
    return text.toString('utf8')
  } catch {
    throw new SealingError('decrypt-failed')
  }
}
