// What a client is made with, checked once: a wrong option is told at once and by name, never by
// its value.
import { createSecretKey, type KeyObject } from 'node:crypto'
import { authenticateRequest, publicBases, tenantSchema } from '@dcms/contract'
import { DecryptionKey, type PrivateJwk } from '@dcms/sealing'
import type { CallOptions } from './endpoint-methods.ts'
import { DcmsInputError } from './errors.ts'
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
/** An hour: longer waits are a mistake of units. */
const TIME_MAX_MS = 3_600_000
const TRIES_MAX = 100
const KEY_BYTES = 32
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
const PASSWORD_LENGTH_MAX = 200
const modes = ['session', 'one-shot', 'clear'] as const
const tenantName = new RegExp(tenantSchema.properties.tenant.pattern)
const userName = new RegExp(authenticateRequest.properties.username.pattern)

/** @throws DcmsInputError that names the option at fault */
export function checkedOptions(options: DcmsOptions): CheckedOptions {
  if (!isObject(options)) throw new DcmsInputError('options', 'must be an object')
  const { tenant, username, password, keys, mode = 'session', timeoutMs = TIMEOUT_MS, clock = Date.now } = options
  const baseUrl = checkedUrl(options.baseUrl, options.insecureHttp ?? false)
  if (typeof tenant !== 'string' || !tenantName.test(tenant))
    throw new DcmsInputError('tenant', 'must be the name given at onboarding: capital letters, digits and _, without blanks')
  if (typeof username !== 'string' || !userName.test(username))
    throw new DcmsInputError('username', 'must be 1 to 64 letters, digits and . _ -')
  if (typeof password !== 'string' || password === '' || password.length > PASSWORD_LENGTH_MAX)
    throw new DcmsInputError('password', `must be a text of 1 to ${PASSWORD_LENGTH_MAX} characters`)
  if (!modes.includes(mode)) throw new DcmsInputError('mode', `must be ${modes.join(', ')}`)
  if (typeof clock !== 'function') throw new DcmsInputError('clock', 'must be a function')
  if (!isObject(keys)) throw new DcmsInputError('keys', 'must be an object')
  const clientKeys = decryptionKeys(keys)
  if (mode !== 'clear' && clientKeys.size === 0) throw new DcmsInputError('keys.clientKeys', 'must hold at least one private key')
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
    timeoutMs: checkedNumber('timeoutMs', timeoutMs, 1, TIME_MAX_MS),
    retries: checkedRetries(options.retry),
    clock,
  }
}

/** The options of one call. @throws DcmsInputError that names the one at fault */
export function checkedCallOptions(options: CallOptions): CallOptions {
  if (!isObject(options)) throw new DcmsInputError('options', 'must be an object')
  const { requestId, signal, timeoutMs }: CallOptions = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new DcmsInputError('signal', 'must be an AbortSignal')
  if (timeoutMs !== undefined) checkedNumber('timeoutMs', timeoutMs, 1, TIME_MAX_MS)
  return { ...(requestId !== undefined && { requestId }), ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) }
}

function checkedRetries(given: DcmsOptions['retry'] = {}): RetryOptions {
  if (!isObject(given)) throw new DcmsInputError('retry', 'must be an object')
  const { triesMax, totalTimeMs, firstPauseMs, pauseMaxMs } = { ...defaultRetries, ...given }
  if (!Number.isInteger(triesMax)) throw new DcmsInputError('retry.triesMax', 'must be a whole number')
  return {
    triesMax: checkedNumber('retry.triesMax', triesMax, 1, TRIES_MAX),
    totalTimeMs: checkedNumber('retry.totalTimeMs', totalTimeMs, 1, TIME_MAX_MS),
    firstPauseMs: checkedNumber('retry.firstPauseMs', firstPauseMs, 0, TIME_MAX_MS),
    pauseMaxMs: checkedNumber('retry.pauseMaxMs', pauseMaxMs, 0, TIME_MAX_MS),
  }
}

function checkedNumber(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number' || !(value >= least && value <= most))
    throw new DcmsInputError(name, `must be a number from ${least} to ${most}`)
  return value
}

function checkedUrl(text: string, insecureHttp: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new DcmsInputError('baseUrl', 'must be an http or https URL')
  if (url.username !== '' || url.password !== '') throw new DcmsInputError('baseUrl', 'must not carry credentials')
  if (url.search !== '' || url.hash !== '') throw new DcmsInputError('baseUrl', 'must have no query and no fragment')
  const path = url.pathname.replace(/\/+$/, '')
  for (const base of publicBases)
    if (path.endsWith(base)) throw new DcmsInputError('baseUrl', `must not end in ${base}: the client puts the path behind it`)
  if (url.protocol === 'http:' && !insecureHttp && !LOOPBACK.test(url.hostname))
    throw new DcmsInputError('baseUrl', 'must be https: a token must not cross a network in clear')
  return url
}

function decryptionKeys({ clientKeys }: DcmsKeys): Map<string, DecryptionKey> {
  const keys = new Map<string, DecryptionKey>()
  const list: unknown = clientKeys?.keys ?? []
  if (!Array.isArray(list)) throw new DcmsInputError('keys.clientKeys.keys', 'must be a list')
  for (const [position, jwk] of list.entries()) {
    const at = `keys.clientKeys.keys[${position}]`
    if (!isObject(jwk) || typeof jwk.kid !== 'string' || jwk.kid === '') throw new DcmsInputError(at, 'needs a kid')
    try {
      keys.set(jwk.kid, DecryptionKey.fromJwk(jwk as unknown as PrivateJwk))
    } catch {
      throw new DcmsInputError(at, 'is not a usable private key (P-256 or X25519)') // the cause could quote the key
    }
  }
  return keys
}

function secretKey(name: string, base64: string | undefined): KeyObject | undefined {
  if (base64 === undefined) return undefined
  const bytes = typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.alloc(0)
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== base64)
    throw new DcmsInputError(name, `must be Base64 of ${KEY_BYTES} bytes`)
  return createSecretKey(bytes)
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
