// What a client is made with, checked once: a wrong option is told at once and by name, never by its value.
import { createSecretKey, type KeyObject } from 'node:crypto'
import { DecryptionKey, type PrivateJwk } from '@dcms/sealing'
import { defaultRetries, type RetryOptions } from './retries.ts'

/** The keys exchanged at onboarding. */
export interface DcmsKeys {
  /** The bank's private keys as a JWKS, newest first; answers are sealed to the first. */
  clientKeys: { keys: readonly PrivateJwk[] }
  /** Base64 of 32 bytes: opens `encryptedCardNumber`. */
  fieldKey?: string
  /** Base64 of 32 bytes: encrypts PINs. Needed by `pins` and `encryptPin` only. */
  pinKey?: string
}

export interface DcmsOptions {
  /** URL of the gateway; `http:` only for this machine, unless `insecureHttp`. */
  baseUrl: string
  tenant: string
  username: string
  password: string
  keys: DcmsKeys
  /**
   * - `session` (default): agrees keys once and seals each message under them; fastest.
   * - `one-shot`: each message has its own key.
   * - `clear`: plain JSON, taken by sandboxes only (tenant setting `encryption: OPTIONAL`).
   */
  mode?: 'session' | 'one-shot' | 'clear'
  /** Time for one try, milliseconds. Default 10,000. */
  timeoutMs?: number
  retry?: Partial<RetryOptions>
  /** Allows `http:` to another machine, for closed test networks. */
  insecureHttp?: boolean
  /** This machine's clock, milliseconds since 1970. Default `Date.now`. */
  clock?: () => number
}

export interface CheckedOptions {
  baseUrl: URL
  tenant: string
  username: string
  password: string
  mode: 'session' | 'one-shot' | 'clear'
  clientKeys: ReadonlyMap<string, DecryptionKey>
  replyKid: string | undefined
  fieldKey: KeyObject | undefined
  pinKey: KeyObject | undefined
  timeoutMs: number
  retries: RetryOptions
  clock: () => number
}

const TIMEOUT_MS = 10_000
const KEY_BYTES = 32
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** @throws TypeError that names the option at fault */
export function checkedOptions(options: DcmsOptions): CheckedOptions {
  const { tenant, username, password, keys, mode = 'session', timeoutMs = TIMEOUT_MS, clock = Date.now } = options
  const baseUrl = checkedUrl(options.baseUrl, options.insecureHttp ?? false)
  for (const [name, value] of Object.entries({ tenant, username, password })) {
    if (typeof value !== 'string' || value === '') throw new TypeError(`${name} must be a non-empty string`)
  }
  if (!['session', 'one-shot', 'clear'].includes(mode)) throw new TypeError('mode must be session, one-shot or clear')
  if (!(Number.isFinite(timeoutMs) && timeoutMs > 0)) throw new TypeError('timeoutMs must be a positive number')
  const clientKeys = decryptionKeys(keys)
  if (mode !== 'clear' && clientKeys.size === 0) throw new TypeError('keys.clientKeys must hold at least one private key')
  return {
    baseUrl,
    tenant,
    username,
    password,
    mode,
    clientKeys,
    replyKid: clientKeys.keys().next().value,
    fieldKey: secretKey('keys.fieldKey', keys.fieldKey),
    pinKey: secretKey('keys.pinKey', keys.pinKey), // a wrong file shows now, not at the first PIN
    timeoutMs,
    retries: { ...defaultRetries, ...options.retry },
    clock,
  }
}

function checkedUrl(text: string, insecureHttp: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new TypeError('baseUrl must be an http or https URL')
  if (url.username !== '' || url.password !== '') throw new TypeError('baseUrl must not carry credentials')
  if (url.protocol === 'http:' && !insecureHttp && !LOOPBACK.test(url.hostname))
    throw new TypeError('baseUrl must be https: a token must not cross a network in clear')
  return url
}

function decryptionKeys({ clientKeys }: DcmsKeys): Map<string, DecryptionKey> {
  const keys = new Map<string, DecryptionKey>()
  for (const [position, jwk] of (clientKeys?.keys ?? []).entries()) {
    const at = `keys.clientKeys.keys[${position}]`
    if (typeof jwk.kid !== 'string' || jwk.kid === '') throw new TypeError(`${at} needs a kid`)
    try {
      keys.set(jwk.kid, DecryptionKey.fromJwk(jwk))
    } catch {
      throw new TypeError(`${at} is not a usable private key (P-256 or X25519)`) // the cause could quote the key
    }
  }
  return keys
}

function secretKey(name: string, base64: string | undefined): KeyObject | undefined {
  if (base64 === undefined) return undefined
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== KEY_BYTES) throw new TypeError(`${name} must be Base64 of ${KEY_BYTES} bytes`)
  return createSecretKey(bytes)
}
