// Session mode: one AES pass under a key that both sides have agreed before (`dir`, RFC 7518
// section 4.5).
import type { KeyObject } from 'node:crypto'
import { aesKey, decryptAesGcm } from './aes-gcm.ts'
import { SealingError } from './error.ts'
import { MessageSealing } from './message-sealing.ts'
import type { ParsedJwe } from './read-header.ts'
import { type HeaderFields, sealCompact } from './seal-compact.ts'

/** A session's key for one direction, prepared. */
export class SessionKey {
  readonly keyObject: KeyObject

  private constructor(keyObject: KeyObject) {
    this.keyObject = keyObject
  }

  /** @param bytes 32 bytes; anything else throws SealingError */
  static fromBytes(bytes: Uint8Array): SessionKey {
    return new SessionKey(aesKey(bytes))
  }
}

/**
 * The plaintext of a `dir` message under `key`; throws SealingError (`decrypt-failed`). Whether the
 * ticket (`header.kid`) is good, the caller has checked.
 */
export function openSession(parsed: ParsedJwe, key: SessionKey): Buffer {
  try {
    if (parsed.header.alg !== 'dir') throw new SealingError('decrypt-failed')
    return decryptAesGcm(key.keyObject, parsed.iv, parsed.additionalData, parsed.ciphertext, parsed.tag)
  } catch {
    throw new SealingError('decrypt-failed')
  }
}

/** @param kid the ticket */
export function sealSession(plaintext: string | Uint8Array, key: SessionKey, kid: string, header: HeaderFields = {}): string {
  return sealCompact({ alg: 'dir', kid }, header, key.keyObject, plaintext)
}

/** The same for a long message, piece by piece. */
export function sessionSealing(key: SessionKey, kid: string, header: HeaderFields = {}): MessageSealing {
  return new MessageSealing({ alg: 'dir', kid }, header, key.keyObject)
}
