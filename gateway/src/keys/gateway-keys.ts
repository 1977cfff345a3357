// The gateway's own keys: encryption keys of the JWKS, the signing key of tokens, and the daily
// keys of session tickets.
import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { unwrapSecret, wrapSecret } from '@dcms/card-crypto'
import { DecryptionKey, generateKeyPair, type PrivateJwk, type PublicJwk, publicPart } from '@dcms/sealing'
import { otherMasterKey, place } from '@dcms/service'
import type { mongo } from 'mongoose'
import type { Logger } from 'pino'
import type { KeyDocument } from '../database.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const TICKET_KEY_BYTES = 32

export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

export interface SigningJwk {
  kty: string
  crv: string
  x: string
  y: string
  kid: string
  use: 'sig'
  alg: 'ES256'
}

/** Where the keys are used: looked up by `kid` or day. */
export interface Keys {
  decryptionKey(kid: string): DecryptionKey | undefined
  readonly signingKey: SigningKey
  verificationKey(kid: string): KeyObject | undefined
  /** Key of the tickets issued now, and its id. */
  ticketKeyAt(nowMs: number): { id: string; key: KeyObject }
  ticketKey(id: string): KeyObject | undefined
  readonly jwks: { keys: readonly (PublicJwk | SigningJwk)[] }
}

/**
 * Keys of the database, made by whichever process is first: the names are fixed, so a second one
 * finds its insert refused.
 */
export class GatewayKeys implements Keys {
  readonly #collection: mongo.Collection<KeyDocument>
  readonly #masterKey: Uint8Array
  readonly #logger: Logger
  #decryptionKeys = new Map<string, DecryptionKey>()
  #verificationKeys = new Map<string, KeyObject>()
  #ticketKeys = new Map<string, KeyObject>()
  #signingKey: SigningKey | undefined
  jwks: { keys: readonly (PublicJwk | SigningJwk)[] } = { keys: [] }

  constructor(collection: mongo.Collection<KeyDocument>, masterKey: Uint8Array, logger: Logger) {
    this.#collection = collection
    this.#masterKey = masterKey
    this.#logger = logger
  }

  get signingKey(): SigningKey {
    if (this.#signingKey === undefined) throw new Error('the gateway keys are not loaded')
    return this.#signingKey
  }

  decryptionKey(kid: string): DecryptionKey | undefined {
    return this.#decryptionKeys.get(kid)
  }

  verificationKey(kid: string): KeyObject | undefined {
    return this.#verificationKeys.get(kid)
  }

  ticketKey(id: string): KeyObject | undefined {
    return this.#ticketKeys.get(id)
  }

  ticketKeyAt(nowMs: number): { id: string; key: KeyObject } {
    const today = dayOf(nowMs)
    const id = this.#ticketKeys.has(today) ? today : [...this.#ticketKeys.keys()].sort().at(-1)
    const key = id === undefined ? undefined : this.#ticketKeys.get(id)
    if (id === undefined || key === undefined) throw new Error('the gateway keys are not loaded')
    return { id, key }
  }

  /**
   * Makes what is missing and loads all. To be repeated about hourly: tomorrow's ticket key is
   * there before its day begins, in every process, and yesterday's stays until the tickets under it
   * have ended.
   */
  async refresh(nowMs: number): Promise<void> {
    await this.#refuseOtherMasterKey()
    await this.#ensure('encryption-p256-1', 'encryption', () => encryptionSecret('P-256'))
    await this.#ensure('encryption-x25519-1', 'encryption', () => encryptionSecret('X25519'))
    await this.#ensure('signing-1', 'signing', signingSecret)
    for (const day of [dayOf(nowMs), dayOf(nowMs + DAY_MS)])
      await this.#ensure(`ticket-${day}`, 'ticket', () => ({ kid: day, secret: randomBytes(TICKET_KEY_BYTES) }))
    await this.#collection.deleteMany({ purpose: 'ticket', kid: { $lt: dayOf(nowMs - DAY_MS) } })
    this.#load(await this.#collection.find().sort({ _id: 1 }).toArray())
    if (this.#signingKey === undefined || this.#decryptionKeys.size === 0 || this.#ticketKeys.size === 0)
      throw new Error('a key that the gateway needs cannot be read')
  }

  /**
   * Keys that last for ever were made by the first process; where none of them opens, it had
   * another master key.
   */
  async #refuseOtherMasterKey(): Promise<void> {
    if (this.#signingKey !== undefined) return
    const lasting = await this.#collection.find({ purpose: { $ne: 'ticket' } }).toArray()
    if (lasting.length > 0 && lasting.every(({ _id, wrapped }) => this.#secretOf(_id, wrapped) === null)) throw otherMasterKey()
  }

  async #ensure(_id: string, purpose: KeyDocument['purpose'], make: () => { kid: string; secret: Buffer }): Promise<void> {
    if (await this.#collection.findOne({ _id }, { projection: { _id: 1 } })) return
    const { kid, secret } = make()
    const wrapped = wrapSecret(this.#masterKey, nameOf(_id), secret)
    await place(this.#collection, { _id, purpose, kid, wrapped, createdAt: new Date() }) // where another gateway was faster, its key counts
  }

  #load(documents: readonly KeyDocument[]): void {
    const decryptionKeys = new Map<string, DecryptionKey>()
    const verificationKeys = new Map<string, KeyObject>()
    const ticketKeys = new Map<string, KeyObject>()
    const published: (PublicJwk | SigningJwk)[] = []
    for (const { _id, purpose, kid, wrapped } of documents) {
      const secret = this.#secretOf(_id, wrapped)
      if (secret === null) continue
      switch (purpose) {
        case 'encryption': {
          const jwk: PrivateJwk = JSON.parse(secret.toString())
          decryptionKeys.set(kid, DecryptionKey.fromJwk(jwk))
          published.push(publicPart(jwk))
          break
        }
        case 'signing': {
          const privateKey = createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' })
          const publicKey = createPublicKey(privateKey)
          verificationKeys.set(kid, publicKey)
          published.push(signingJwk(kid, publicKey))
          this.#signingKey = { kid, privateKey } // in order of names: the newest signs
          break
        }
        case 'ticket':
          ticketKeys.set(kid, createSecretKey(secret))
          break
      }
    }
    this.#decryptionKeys = decryptionKeys
    this.#verificationKeys = verificationKeys
    this.#ticketKeys = ticketKeys
    this.jwks = { keys: published }
  }

  /** Null for a key that cannot be read: what stands under the others goes on. */
  #secretOf(_id: string, wrapped: KeyDocument['wrapped']): Buffer | null {
    try {
      return unwrapSecret(this.#masterKey, nameOf(_id), wrapped)
    } catch (error) {
      this.#logger.error({ err: error, key: _id }, 'a gateway key cannot be read and is left out')
      return null
    }
  }
}

/** `20261120`: the UTC day, also the id of its ticket key. */
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')
const nameOf = (id: string): string => `gateway ${id}`
// A random part, so that keys of two installations are never taken for one another by a client that
// remembers a kid.
const newKid = (kind: string): string => `${kind}-${randomBytes(6).toString('hex')}`

function encryptionSecret(curve: 'P-256' | 'X25519'): { kid: string; secret: Buffer } {
  const kid = newKid(curve === 'P-256' ? 'p256' : 'x25519')
  return { kid, secret: Buffer.from(JSON.stringify(generateKeyPair(curve, kid))) }
}

function signingSecret(): { kid: string; secret: Buffer } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { kid: newKid('sig'), secret: privateKey.export({ format: 'der', type: 'pkcs8' }) }
}

function signingJwk(kid: string, publicKey: KeyObject): SigningJwk {
  const { kty = '', crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' }
}
