// The two keys of a session, from the secret that `POST /api/session` agreed.
import { hash, hkdfSync } from 'node:crypto'
import { SealingError } from './error.ts'
import { SessionKey } from './session.ts'

const SECRET_BYTES = 32
const KEY_BYTES = 32

export interface SessionKeys {
  /** Client to gateway. */
  requestKey: SessionKey
  /** Gateway to client. */
  answerKey: SessionKey
}

/**
 * HKDF-SHA256 (RFC 5869): salt is SHA-256 of the ticket's ASCII bytes, info names direction, tenant
 * and user, so a ticket is good for nobody else and an answer is never taken for a request.
 * @param z the agreed secret, 32 bytes (see `agree`)
 */
export function deriveSessionKeys(z: Uint8Array, ticket: string, tenant: string, username: string): SessionKeys {
  const { request, answer } = sessionKeyBytes(z, ticket, tenant, username)
  return { requestKey: SessionKey.fromBytes(request), answerKey: SessionKey.fromBytes(answer) }
}

export function sessionKeyBytes(z: Uint8Array, ticket: string, tenant: string, username: string): { request: Buffer; answer: Buffer } {
  if (z.length !== SECRET_BYTES) throw new SealingError('decrypt-failed', 'an agreed secret has 32 bytes')
  const salt = hash('sha256', Buffer.from(ticket, 'latin1'), 'buffer')
  const derive = (direction: 'request' | 'answer') =>
    Buffer.from(hkdfSync('sha256', z, salt, `dcms/v1/${direction}/${tenant}/${username}`, KEY_BYTES))
  return { request: derive('request'), answer: derive('answer') }
}
