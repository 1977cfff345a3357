// Step 4, open: the sealed body becomes clear JSON, or the clear body of a sandbox tenant is taken
// as it is.
import { isUtf8 } from 'node:buffer'
import type { KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { BODY_BYTES_MAX, bodyBytesMaxOf } from '@dcms/contract'
import {
  type DecryptionKey,
  type EncryptionKey,
  MessageOpening,
  oneShotContentKey,
  openOneShot,
  openSession,
  type ParsedJwe,
  readHeader,
  type SealedHeader,
  SealingError,
} from '@dcms/sealing'
import { Refusal, type Reply } from '../exchange/exchange.ts'
import { rateLimitExceeded } from '../exchange/limit-rate.ts'
import { FORM_TYPE, JOSE_TYPE, JSON_TYPE, TEXT_TYPE } from '../exchange/media-types.ts'
import { isIdentity } from '../exchange/request-head.ts'
import type { Keys } from '../keys/gateway-keys.ts'
import type { Session, SessionTickets } from '../keys/session-tickets.ts'
import type { RegisteredTenant } from '../tenants/tenants.ts'
import { IAT_TOLERANCE_SECONDS, type Replays } from './replay-guard.ts'

const REPLAY_RETRY_SECONDS = 30

const requestTooLarge = new Refusal('request.too.large')
export const contentTypeUnsupported = new Refusal('content.type.unsupported')
const contentEncodingUnsupported = new Refusal('content.type.unsupported', ['accept-encoding', 'identity'])
export const encryptionRequired = new Refusal('encryption.required')
const keyNotFound = new Refusal('encryption.key.not.found')
const decryptFailed = new Refusal('encryption.decrypt.failed')
const timestampInvalid = new Refusal('encryption.timestamp.invalid')
const replayed = new Refusal('encryption.replayed')
const notAnObject = new Refusal('invalid.input.request', [], ['the body must be a JSON object'])
const notAList = new Refusal('invalid.input.request', [], ['the body must be a JSON list'])

/** `upload`: a multipart form, whose part is sealed or clear. */
export type BodyForm = 'sealed' | 'clear' | 'upload'

/** What the endpoint wants of a body. */
export interface Wanted {
  readonly needsBody: boolean
  readonly bodyMaxBytes: number
  /** The same of a sealed body. */
  readonly sealedMaxBytes: number
  /** Clear bodies are refused even where the tenant allows them. */
  readonly sealedOnly: boolean
  /** The body is a form with one file. */
  readonly takesFile: boolean
}

/** Protected header (a session's ticket within), encrypted key, IV, tag. */
const SEAL_BYTES_MAX = 8 * 1024

/** Boundaries of a form and the head of its part; callers need a few hundred. */
const FRAMING_BYTES_MAX = 8 * 1024

const base64Of = (bytes: number): number => Math.ceil(bytes / 3) * 4 + SEAL_BYTES_MAX

/**
 * Sealed, a body is a third longer (Base64url); but nothing is longer than the longest body, apart
 * from a file, which is taken in piece by piece.
 */
export const sealedBytesMaxOf = (bodyMaxBytes: number): number => Math.min(BODY_BYTES_MAX, base64Of(bodyMaxBytes))

/** The form around a sealed file of this length. */
export const formBytesMaxOf = (fileMaxBytes: number): number => base64Of(fileMaxBytes) + FRAMING_BYTES_MAX

/** A JSON object as the schema has it, clear where the tenant allows it. */
export function bodyOfSchema(request: object): Wanted {
  const bodyMaxBytes = bodyBytesMaxOf({ request })
  return { needsBody: true, bodyMaxBytes, sealedMaxBytes: sealedBytesMaxOf(bodyMaxBytes), sealedOnly: false, takesFile: false }
}

/** The limit that holds for a body in its form. */
export const limitOf = ({ bodyMaxBytes, sealedMaxBytes }: Wanted, form: BodyForm): number =>
  form === 'clear' ? bodyMaxBytes : sealedMaxBytes

/**
 * How the body will come, from the headers alone, so that what is not taken is refused before it is
 * read.
 */
export function bodyFormOf(headers: IncomingHttpHeaders, tenant: RegisteredTenant, route: Wanted): BodyForm | Refusal {
  const { needsBody, sealedOnly, takesFile } = route
  if (!isIdentity(headers['content-encoding'])) return contentEncodingUnsupported
  const length = headers['content-length']
  const type = mediaTypeOf(headers['content-type'])
  const isLarger = (form: BodyForm): boolean => length !== undefined && Number(length) > limitOf(route, form)
  if (takesFile) return type !== FORM_TYPE ? contentTypeUnsupported : isLarger('upload') ? requestTooLarge : 'upload'
  if (isLarger(type === JOSE_TYPE ? 'sealed' : 'clear')) return requestTooLarge
  const isEmpty = headers['transfer-encoding'] === undefined && (length === undefined || Number(length) === 0)
  if (type === JOSE_TYPE) return 'sealed'
  if (type !== JSON_TYPE && !(isEmpty && type === '')) return contentTypeUnsupported
  if (sealedOnly) return encryptionRequired
  return tenant.clearAllowed || (isEmpty && !needsBody) ? 'clear' : encryptionRequired
}

/** What was in the body, and how the answer goes back. */
export interface Opened {
  readonly body: Buffer
  readonly reply: Reply
  readonly jti: string
  readonly iat: number
}

/** A file as it was opened: what was in it, in pieces. */
export interface OpenedFile extends Omit<Opened, 'body'> {
  readonly pieces: readonly Buffer[]
}

/** A file that is being opened. */
export interface FileOpening {
  readonly opening: MessageOpening
  /** After the last piece; throws SealingError, as does `opening`. */
  finish(): OpenedFile
  /** What the caller is told of an error. */
  refusalOf(error: SealingError): Refusal
}

export interface OpenOptions {
  readonly tenant: RegisteredTenant
  /** The token's user; null where there is no token yet, hence no session. */
  readonly username: string | null
  /** Method and path of the request, as `htu` of the message must name them. */
  readonly htu: string
  readonly changesState: boolean
  readonly oneShotOnly: boolean
  /** The body is a list, not an object. */
  readonly takesList: boolean
}

/** Opens sealed bodies. */
export class PayloadOpener {
  readonly #keys: Keys
  readonly #tickets: SessionTickets
  readonly #replayGuard: Replays
  readonly #startedAtSeconds: number

  /** @param startedAtMs since when the replay guard remembers */
  constructor(keys: Keys, tickets: SessionTickets, replayGuard: Replays, startedAtMs: number) {
    this.#keys = keys
    this.#tickets = tickets
    this.#replayGuard = replayGuard
    this.#startedAtSeconds = Math.floor(startedAtMs / 1000)
  }

  /**
   * Everything cheap comes before the key agreement. The `jti` is not recorded here: see
   * `recordJti`.
   * @param nowMs when the body was complete: a body can be held back for as long as a request may
   * take
   */
  openPayload(body: Buffer, options: OpenOptions, nowMs: number): Opened | Refusal {
    try {
      const parsed = readHeader(body)
      const { alg, iat, jti } = parsed.header
      if (!isFor(parsed.header, options)) return decryptFailed
      const opened = alg === 'ECDH-ES' ? this.#oneShot(parsed, options) : this.#session(parsed, options, nowMs)
      if (opened instanceof Refusal) return opened
      if (iat === undefined || jti === undefined || jti === '') return decryptFailed
      if (isOutOfDate(iat, nowMs)) return timestampInvalid
      if (options.changesState && iat < this.#startedAtSeconds) return timestampInvalid
      const plaintext = opened()
      if (!isJson(plaintext.body, options.takesList)) return options.takesList ? notAList : notAnObject
      return { ...plaintext, jti, iat }
    } catch (error) {
      if (!(error instanceof SealingError)) throw error
      return error.code === 'key-not-found' ? keyNotFound : decryptFailed
    }
  }

  /**
   * The same for a file, piece by piece. What its header says is checked as soon as it is there,
   * before any key agreement; the content once it is whole.
   */
  openFile(options: OpenOptions, nowMs: number): FileOpening {
    let refusal: Refusal | undefined
    let admitted: Omit<OpenedFile, 'pieces'> | undefined
    const opening = new MessageOpening((header) => {
      const { iat, jti = '' } = header
      const found = this.#admitFile(header, options, nowMs)
      if (!(found instanceof Refusal) && iat !== undefined) {
        admitted = { reply: found.reply, iat, jti }
        return found.contentKey()
      }
      refusal = found instanceof Refusal ? found : decryptFailed
      throw new SealingError('decrypt-failed')
    })
    return {
      opening,
      finish() {
        const pieces = opening.finish()
        if (admitted === undefined) throw new SealingError('decrypt-failed')
        return { ...admitted, pieces }
      },
      refusalOf: (error) => refusal ?? (error.code === 'key-not-found' ? keyNotFound : decryptFailed),
    }
  }

  #admitFile(header: SealedHeader, options: OpenOptions, nowMs: number): { contentKey: () => KeyObject; reply: Reply } | Refusal {
    const { alg, cty, iat, jti } = header
    if (!isFor(header, options)) return decryptFailed
    if (cty !== TEXT_TYPE) return contentTypeUnsupported
    if (iat === undefined || jti === undefined || jti === '') return decryptFailed
    if (isOutOfDate(iat, nowMs) || (options.changesState && iat < this.#startedAtSeconds)) return timestampInvalid
    if (alg === 'dir') {
      const session = this.#sessionOf(header, options, nowMs)
      if (session instanceof Refusal) return session
      return { contentKey: () => session.keys.requestKey.keyObject, reply: { mode: 'session', session, irt: jti } }
    }
    const keys = this.#keysOf(header, options)
    if (keys instanceof Refusal) return keys
    return { contentKey: () => oneShotContentKey(header, keys.own), reply: { mode: 'one-shot', key: keys.reply, irt: jti } }
  }

  /**
   * Records that a message was taken; refuses it when it was before. Where time has passed since it
   * was opened, the message may be older by now than the guard remembers.
   */
  recordJti(tenantId: string, { jti, iat }: Pick<Opened, 'jti' | 'iat'>, nowMs: number): Refusal | null {
    if (isOutOfDate(iat, nowMs)) return timestampInvalid
    switch (this.#replayGuard.record(tenantId, jti, iat, nowMs / 1000)) {
      case 'fresh':
        return null
      case 'seen':
        return replayed
      case 'full':
        return rateLimitExceeded(REPLAY_RETRY_SECONDS)
    }
  }

  /** Whether a message was taken before, without recording it. */
  isReplay(tenantId: string, { jti }: Opened, nowMs: number): Refusal | null {
    return this.#replayGuard.has(tenantId, jti, nowMs / 1000) ? replayed : null
  }

  #oneShot(parsed: ParsedJwe, options: OpenOptions): (() => { body: Buffer; reply: Reply }) | Refusal {
    const keys = this.#keysOf(parsed.header, options)
    if (keys instanceof Refusal) return keys
    const { own, reply: key } = keys
    return () => ({ body: withoutEmptiness(openOneShot(parsed, own)), reply: { mode: 'one-shot', key, irt: parsed.header.jti } })
  }

  /** The key that a message is sealed to, and the one that its answer is to be sealed to. */
  #keysOf({ kid, reply_kid: replyKid }: SealedHeader, { tenant }: OpenOptions): { own: DecryptionKey; reply: EncryptionKey } | Refusal {
    const own = this.#keys.decryptionKey(kid)
    const reply = replyKid === undefined ? tenant.newestKey : tenant.clientKeys.get(replyKid)
    return own === undefined || reply === undefined ? keyNotFound : { own, reply }
  }

  #session(parsed: ParsedJwe, options: OpenOptions, nowMs: number): (() => { body: Buffer; reply: Reply }) | Refusal {
    const session = this.#sessionOf(parsed.header, options, nowMs)
    if (session instanceof Refusal) return session
    const { jti = '' } = parsed.header
    return () => ({
      body: withoutEmptiness(openSession(parsed, session.keys.requestKey)),
      reply: { mode: 'session', session, irt: jti },
    })
  }

  #sessionOf({ kid }: SealedHeader, { tenant, username, oneShotOnly }: OpenOptions, nowMs: number): Session | Refusal {
    if (oneShotOnly || username === null) return decryptFailed
    return this.#tickets.open(kid, tenant.id, username, nowMs) ?? keyNotFound
  }
}

const isOutOfDate = (iatSeconds: number, nowMs: number): boolean => Math.abs(nowMs / 1000 - iatSeconds) > IAT_TOLERANCE_SECONDS

/** Whether a message was sealed for this tenant and this call. */
function isFor({ aud, htu }: SealedHeader, { tenant, htu: own }: OpenOptions): boolean {
  if (aud === tenant.id && htu === own) return true
  return !tenant.sealedForRequired && (aud === undefined || aud === tenant.id) && (htu === undefined || htu === own)
}

/**
 * A clear body as it came. An endpoint that needs no body under REQUIRED is still answered sealed,
 * to the newest key.
 */
export function takeClear(body: Buffer, tenant: RegisteredTenant, takesList: boolean): Pick<Opened, 'body' | 'reply'> | Refusal {
  if (!tenant.clearAllowed && body.length > 0) return encryptionRequired
  const content = withoutEmptiness(body)
  if (!isJson(content, takesList)) return takesList ? notAList : notAnObject
  return { body: content, reply: tenant.clearAllowed ? { mode: 'clear' } : { mode: 'one-shot', key: tenant.newestKey, irt: undefined } }
}

const emptyObject = Buffer.from('{}')

/** Contract: an empty body is `{}`. */
const withoutEmptiness = (body: Buffer): Buffer => (body.length === 0 ? emptyObject : body)

function isJson(body: Buffer, asList: boolean): boolean {
  if (!isUtf8(body)) return false // RFC 8259 section 8.1
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && Array.isArray(value) === asList
  } catch {
    return false // refused by the caller as invalid input
  }
}

function mediaTypeOf(header: string | undefined): string {
  if (header === undefined || header === JOSE_TYPE || header === JSON_TYPE) return header ?? ''
  const end = header.indexOf(';')
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase()
}
