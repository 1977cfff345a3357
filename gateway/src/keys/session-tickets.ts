// Session tickets: the agreed secret sealed under a daily key of the gateway, so that any gateway
// process can go on with any session.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deriveSessionKeys, type SessionKeys } from '@dcms/sealing'
import type { Keys } from './gateway-keys.ts'

/** Contract: a ticket lives 15 minutes. */
export const TICKET_LIFE_SECONDS = 900
const SESSIONS_MAX = 50_000
const TICKET_LENGTH_MAX = 200
const IV_BYTES = 12
const TAG_BYTES = 16
const SECRET_BYTES = 32
const PLAIN_BYTES = SECRET_BYTES + 6 // the secret, then the end of life in ms since 1970

/** An open session: whose it is, until when, and its keys. */
export interface Session {
  readonly ticket: string
  readonly tenant: string
  readonly username: string
  readonly endsAtMs: number
  readonly keys: SessionKeys
}

/**
 * Issues and opens tickets. Nothing is stored: what is kept here only saves deriving the keys
 * again.
 */
export class SessionTickets {
  readonly #keys: Keys
  readonly #sessions = new Map<string, Session>()

  constructor(keys: Keys) {
    this.#keys = keys
  }

  /**
   * A ticket for the secret `z` of an agreement, good only with a token of this user of this
   * tenant.
   */
  issue(z: Uint8Array, tenant: string, username: string, nowMs: number): string {
    const { id, key } = this.#keys.ticketKeyAt(nowMs)
    const plain = Buffer.alloc(PLAIN_BYTES)
    plain.set(z)
    plain.writeUIntBE(nowMs + TICKET_LIFE_SECONDS * 1000, SECRET_BYTES, 6)
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
    cipher.setAAD(ownerOf(tenant, username))
    const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    return `${id}.${sealed.toString('base64url')}`
  }

  /** The session of a ticket; null when it is unknown, ended, or another user's. */
  open(ticket: string, tenant: string, username: string, nowMs: number): Session | null {
    const known = this.#sessions.get(ticket)
    if (known !== undefined) {
      if (known.endsAtMs <= nowMs) {
        this.#sessions.delete(ticket)
        return null
      }
      return known.username === username && known.tenant === tenant ? known : null
    }
    const plain = this.#unseal(ticket, tenant, username)
    if (plain === null) return null
    const endsAtMs = plain.readUIntBE(SECRET_BYTES, 6)
    if (endsAtMs <= nowMs) return null
    const keys = deriveSessionKeys(plain.subarray(0, SECRET_BYTES), ticket, tenant, username)
    const session = { ticket, tenant, username, endsAtMs, keys }
    this.#remember(session, nowMs)
    return session
  }

  #unseal(ticket: string, tenant: string, username: string): Buffer | null {
    const dot = ticket.indexOf('.')
    const key = dot > 0 && ticket.length <= TICKET_LENGTH_MAX ? this.#keys.ticketKey(ticket.slice(0, dot)) : undefined
    if (key === undefined) return null
    const text = ticket.slice(dot + 1)
    const sealed = Buffer.from(text, 'base64url')
    if (sealed.length !== IV_BYTES + PLAIN_BYTES + TAG_BYTES || sealed.toString('base64url') !== text) return null
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(ownerOf(tenant, username))
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    const plain = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES))
    try {
      decipher.final()
    } catch {
      return null // refused: not our ticket, or another user's
    }
    return plain
  }

  #remember(session: Session, nowMs: number): void {
    this.#sessions.set(session.ticket, session)
    for (const [ticket, { endsAtMs }] of this.#sessions) {
      if (endsAtMs > nowMs && this.#sessions.size <= SESSIONS_MAX) return
      this.#sessions.delete(ticket) // the oldest first: a Map keeps the order of insertion
    }
  }
}

const ownerOf = (tenant: string, username: string): Buffer => Buffer.from(`${tenant}/${username}`)
