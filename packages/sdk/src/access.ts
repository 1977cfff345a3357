// What a client needs before it can call: the gateway's keys, a token, a session. Each is fetched
// when first needed and renewed in time.
import { Buffer } from 'node:buffer'
import { authenticatePath, jwksPath, sessionPath } from '@dcms/contract'
import { agree, type Curve, deriveSessionKeys, type EncryptionKey, generateKeyPair, type PublicJwk, publicPart } from '@dcms/sealing'
import { DcmsProtocolError } from './errors.ts'
import { type Expiring, Renewable, renewAfterMs } from './renewable.ts'
import { gatewayKeyOf, type Recipient } from './sealed-messages.ts'

/** Gateways rotate their keys by adding new ones; an hour is soon enough to learn of them. */
const GATEWAY_KEY_LIFE_MS = 3_600_000
const SESSION_CURVE: Curve = 'X25519'
const SECOND_MS = 1_000

export type SessionRecipient = Recipient & { mode: 'session' }

/**
 * One exchange with the gateway, sealed for the recipient, or clear without one. Answers the JSON
 * of the answer.
 */
export interface Exchange {
  path: string
  /** JSON. */
  text: string
  recipient?: Recipient
  headers?: Record<string, string>
}

export interface AccessOptions {
  tenant: string
  username: string
  password: string
  /** Whether the login itself is sealed. */
  sealed: boolean
  /** `kid` of the client key that answers are to be sealed to. */
  replyKid: string | undefined
  nowMs(): number
  exchange(exchange: Exchange): Promise<unknown>
  getJson(path: string): Promise<unknown>
}

export class Access {
  readonly #options: AccessOptions
  readonly #gatewayKey: Renewable<EncryptionKey>
  readonly #token: Renewable<string>
  readonly #session: Renewable<SessionRecipient>

  constructor(options: AccessOptions) {
    this.#options = options
    const nowMs = (): number => options.nowMs()
    this.#gatewayKey = new Renewable(() => this.#fetchGatewayKey(), nowMs)
    this.#token = new Renewable(() => this.#logIn(), nowMs)
    this.#session = new Renewable(() => this.#openSession(), nowMs)
  }

  /** The bearer token. */
  token(): Promise<string> {
    return this.#token.get()
  }

  /** A recipient for one message of its own. */
  async oneShot(): Promise<Recipient> {
    return { mode: 'one-shot', gatewayKey: await this.#gatewayKey.get(), replyKid: this.#options.replyKid }
  }

  session(): Promise<SessionRecipient> {
    return this.#session.get()
  }

  dropToken(refused: string): void {
    this.#token.drop(refused)
  }

  /**
   * After `encryption.key.not.found`: the session, if one was used, or the gateway's key is no
   * longer known there.
   */
  dropKeys(refused: Recipient | undefined): void {
    if (refused?.mode === 'session') this.#session.drop(refused)
    this.#gatewayKey.drop()
  }

  async #fetchGatewayKey(): Promise<Expiring<EncryptionKey>> {
    const jwks = await this.#options.getJson(jwksPath)
    const key = isJwks(jwks) ? gatewayKeyOf(jwks) : undefined
    if (!key) throw new DcmsProtocolError('the gateway offers no key to seal to', '')
    return { value: key, renewAtMs: this.#options.nowMs() + GATEWAY_KEY_LIFE_MS }
  }

  async #logIn(): Promise<Expiring<string>> {
    const { username, password, sealed } = this.#options
    const answer = await this.#options.exchange({
      path: authenticatePath,
      text: JSON.stringify({ username, password }),
      ...(sealed && { recipient: await this.oneShot() }),
    })
    const token = isObject(answer) ? answer.id_token : undefined
    if (typeof token !== 'string') throw new DcmsProtocolError('the answer to the login holds no token', '')
    const nowMs = this.#options.nowMs()
    return { value: token, renewAtMs: nowMs + renewAfterMs(expiryMs(token) - nowMs) }
  }

  async #openSession(): Promise<Expiring<SessionRecipient>> {
    const { tenant, username, exchange, nowMs } = this.#options
    const own = generateKeyPair(SESSION_CURVE, 'session')
    const { kty, crv, x } = publicPart(own)
    const answer = await exchange({
      path: sessionPath,
      text: JSON.stringify({ key: { kty, crv, x } }),
      recipient: await this.oneShot(),
      headers: { authorization: `Bearer ${await this.token()}` },
    })
    if (!isSession(answer)) throw new DcmsProtocolError('the answer holds no session', '')
    const keys = deriveSessionKeys(agree(own, answer.key), answer.ticket, tenant, username)
    return {
      value: { mode: 'session', ticket: answer.ticket, keys },
      renewAtMs: nowMs() + renewAfterMs(answer.expiresIn * SECOND_MS),
    }
  }
}

/**
 * When a token ends, milliseconds since 1970 on the gateway's clock; read without verifying, as
 * only the gateway can.
 */
function expiryMs(token: string): number {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    if (isObject(claims) && typeof claims.exp === 'number') return claims.exp * SECOND_MS
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new DcmsProtocolError('the token does not say when it ends', '')
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isJwks = (value: unknown): value is { keys: PublicJwk[] } =>
  isObject(value) && Array.isArray(value.keys) && value.keys.every(isObject)

const isSession = (value: unknown): value is { ticket: string; key: PublicJwk; expiresIn: number } =>
  isObject(value) && typeof value.ticket === 'string' && typeof value.expiresIn === 'number' && isObject(value.key)
