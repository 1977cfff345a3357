// One-shot mode: each message has its own key, agreed by ECDH-ES (RFC 7518 section 4.6, direct).
import { createSecretKey, type KeyObject } from 'node:crypto'
import { decryptAesGcm } from './aes-gcm.ts'
import { decodeCanonical } from './base64url.ts'
import { concatKdf, otherInfo } from './concat-kdf.ts'
import { SealingError } from './error.ts'
import type { DecryptionKey, EncryptionKey } from './keys.ts'
import { MessageSealing } from './message-sealing.ts'
import type { ParsedJwe, SealedHeader } from './read-header.ts'
import { type HeaderFields, sealCompact } from './seal-compact.ts'

const KEY_BITS = 256
const PLAIN_INFO = otherInfo('A256GCM', KEY_BITS) // of a message without apu and apv, as ours are

/**
 * The plaintext of a message sealed to `key`. Throws SealingError: `key-not-found` if its `kid`
 * names another key, `decrypt-failed` for everything else, an ephemeral key of another curve or off
 * the curve included.
 */
export function openOneShot(parsed: ParsedJwe, key: DecryptionKey): Buffer {
  const contentKey = oneShotContentKey(parsed.header, key)
  try {
    return decryptAesGcm(contentKey, parsed.iv, parsed.additionalData, parsed.ciphertext, parsed.tag)
  } catch {
    throw new SealingError('decrypt-failed')
  }
}

/** The key that a message's content is under; throws as `openOneShot` does. */
export function oneShotContentKey(header: SealedHeader, key: DecryptionKey): KeyObject {
  if (header.kid !== key.kid && header.kid !== '' && key.kid !== '') throw new SealingError('key-not-found')
  try {
    if (header.alg !== 'ECDH-ES' || header.epk === undefined) throw new SealingError('decrypt-failed')
    return contentKeyOf(key.agreeWith(header.epk), infoOf(header))
  } catch {
    throw new SealingError('decrypt-failed')
  }
}

/** A message that only the owner of `key` can open. */
export function sealOneShot(plaintext: string | Uint8Array, key: EncryptionKey, header: HeaderFields = {}): string {
  const { epk, z } = key.agreeEphemeral()
  return sealCompact({ alg: 'ECDH-ES', kid: key.kid, epk }, header, contentKeyOf(z, PLAIN_INFO), plaintext)
}

/** The same for a long message, piece by piece. */
export function oneShotSealing(key: EncryptionKey, header: HeaderFields = {}): MessageSealing {
  const { epk, z } = key.agreeEphemeral()
  return new MessageSealing({ alg: 'ECDH-ES', kid: key.kid, epk }, header, contentKeyOf(z, PLAIN_INFO))
}

function contentKeyOf(z: Buffer, info: Buffer): KeyObject {
  return createSecretKey(concatKdf(z, info, KEY_BITS))
}

function infoOf({ apu, apv }: SealedHeader): Buffer {
  if (apu === undefined && apv === undefined) return PLAIN_INFO
  return otherInfo('A256GCM', KEY_BITS, decodeCanonical(apu ?? '', 'base64url'), decodeCanonical(apv ?? '', 'base64url'))
}
