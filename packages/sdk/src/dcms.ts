// The client of DCMS: one method per endpoint; logs in, opens sessions, seals, renews and retries
// by itself.
import { type KeyObject, randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { htuOf, type PublicEndpoint, UPLOAD_MS_MAX } from '@dcms/contract'
import { decryptField, encryptField, SealingError } from '@dcms/sealing'
import { Access, type Exchange } from './access.ts'
import { clearContent, resultOf, throwRefusal } from './answer-content.ts'
import { type CallOptions, type Content, callEndpoint, contentOf, MethodsOfContract } from './endpoint-methods.ts'
import { DcmsClosedError, DcmsInputError, DcmsProtocolError } from './errors.ts'
import { type FileToSend, fileToSend, formOf } from './file-upload.ts'
import { GatewayClock } from './gateway-clock.ts'
import { idempotencyKeyOf } from './idempotency-key.ts'
import { type CheckedOptions, checkedCallOptions, checkedOptions, type DcmsOptions } from './options.ts'
import { type NewFileKit, type OrderFileHeader, writeOrderFile } from './order-file.ts'
import { encryptPin, type PinCard } from './pin-encryption.ts'
import { Pins } from './pins.ts'
import { type Remedy, type RetryOptions, tryRepeatedly } from './retries.ts'
import { AnswerFault, openAnswer, type Purpose, type Recipient, type SealedRequest, sealingOfFile, sealText } from './sealed-messages.ts'
import { type Answer, Transport } from './transport.ts'

const PREFIX = '/v1'
const SEALED = 'application/jose'
const CLEAR = 'application/json'
/** A file is read to its end and every line of it checked before it is answered. */
const FILE_TRY_MS = UPLOAD_MS_MAX + 30_000
const FILE_TOTAL_MS = 2 * FILE_TRY_MS

/** What stays the same over all tries of a call. */
interface Call {
  endpoint: PublicEndpoint
  content: Content
  traceId: string
  idempotencyKey: string | undefined
  timeoutMs: number
}

/** What a try relied on, told to the remedies. */
interface Used {
  token?: string
  recipient?: Recipient | undefined
}

/** What one exchange needs beside its content. */
interface Limits {
  traceId: string
  timeoutMs: number
  signal: AbortSignal | undefined
}

/**
 * A client of one user of one tenant. `await dcms.register({ … })`; every method of the contract is
 * there and answers `result`. Methods throw DcmsError (refused), DcmsConnectionError (no answer),
 * DcmsProtocolError (an answer that cannot be trusted), DcmsInputError (nothing was sent: an option
 * or argument is wrong) or DcmsClosedError. What was given at the call is what is sent, whatever
 * the caller changes afterwards. Calls may run at once; they share one login and one session.
 */
export class Dcms extends MethodsOfContract {
  readonly #options: CheckedOptions
  readonly #transport: Transport
  readonly #clock: GatewayClock
  readonly #access: Access
  readonly #calls = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined
  /** The calls with a PIN, made with the clear PIN, which does not leave this process. */
  readonly pins: Pins

  constructor(options: DcmsOptions) {
    super()
    const checked = checkedOptions(options)
    this.#options = checked
    this.#transport = new Transport(checked.baseUrl)
    this.#clock = new GatewayClock(checked.clock)
    this.pins = new Pins(this, checked.pinKey)
    // Logging in and opening a session serve all calls that wait, so no single call's signal or
    // trace id goes with them.
    const limits = (): Limits => ({ traceId: newTraceId(), timeoutMs: checked.timeoutMs, signal: undefined })
    this.#access = new Access({
      tenant: checked.tenant,
      username: checked.username,
      password: checked.password,
      sealed: checked.mode !== 'clear',
      replyKid: checked.replyKid,
      nowMs: () => this.#clock.nowMs(),
      exchange: (exchange) => this.#exchange('POST', exchange, limits()),
      getJson: async (path) => {
        const answer = await this.#send('GET', path, {}, undefined, limits())
        return clearContent(answer, true)
      },
    })
  }

  /**
   * Opens the `encryptedCardNumber` of an answer with the field key. The result is a card number in
   * clear: never log it.
   * @throws DcmsInputError when it is not a text that this key opens, or there is no key
   */
  decryptCardNumber(encryptedCardNumber: string): string {
    const fieldKey = this.#fieldKey()
    try {
      return decryptField(encryptedCardNumber, fieldKey)
    } catch {
      throw new DcmsInputError('encryptedCardNumber', 'cannot be opened with keys.fieldKey')
    }
  }

  /**
   * A card number as files of kits have it, under the field key. Another text each time.
   * @throws DcmsInputError when it has not 16 to 19 digits, or there is no key
   */
  encryptCardNumber(cardNumber: string): string {
    if (typeof cardNumber !== 'string' || !/^\d{16,19}$/.test(cardNumber)) throw new DcmsInputError('cardNumber', 'must be 16 to 19 digits')
    return encryptField(cardNumber, this.#fieldKey())
  }

  /**
   * A file of pre-generated kits for `uploadCardOrderFile`, written while it is sent: of a stream
   * of kits only a few are in memory. Card numbers are given in clear and encrypted here.
   */
  orderFile(header: OrderFileHeader, kits: Iterable<NewFileKit> | AsyncIterable<NewFileKit>): AsyncIterable<Uint8Array> {
    const { orderRef, fileDate = new Date(this.#clock.nowMs()).toISOString().replace(/\D/g, '').slice(0, 14) } = header
    return writeOrderFile({ tenant: this.#options.tenant, orderRef, fileDate }, kits, this.#fieldKey())
  }

  #fieldKey(): KeyObject {
    const { fieldKey } = this.#options
    if (!fieldKey) throw new DcmsInputError('keys.fieldKey', 'was not given to this client')
    return fieldKey
  }

  /**
   * The `pin` of a v2 call, for those who build bodies themselves; `pins` does it for you. Another
   * text each time.
   * @throws DcmsInputError unless the PIN has 4 to 12 digits, the card is usable and `keys.pinKey`
   * was given
   */
  encryptPin(pin: string, card: PinCard): string {
    return encryptPin(pin, card, 'v2', this.#options.pinKey)
  }

  /**
   * The `pin` of a v1 call: the same text for the same PIN and card, which is why v1 is off for new
   * banks.
   */
  encryptPinV1(pin: string, card: PinCard): string {
    return encryptPin(pin, card, 'v1', this.#options.pinKey)
  }

  /**
   * The bearer token of this client, logging in when there is none: for those who do their own
   * HTTP. It is a secret.
   */
  async currentToken(): Promise<string> {
    return this.#underWay(() => this.#access.token())
  }

  /**
   * Logs in and, in session mode, opens the session now instead of at the first call; faults show
   * here.
   */
  async connect(options: CallOptions = {}): Promise<void> {
    const { signal } = checkedCallOptions(options)
    await this.#underWay(() =>
      this.#repeat(newTraceId(), signal, async () => {
        await this.#access.token()
        await this.#recipient()
      }),
    )
  }

  /**
   * Takes no more calls, waits for those under way (no longer than their `retry.totalTimeMs`), then
   * closes the connections. A second close waits for the first.
   */
  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#calls).then(() => this.#transport.close())
    return this.#closing
  }

  async #underWay<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closing) throw new DcmsClosedError()
    const call = work()
    this.#calls.add(call)
    try {
      return await call
    } finally {
      this.#calls.delete(call)
    }
  }

  /** Everything the caller gave is read before the first wait. */
  async [callEndpoint](endpoint: PublicEndpoint, body: unknown, options: CallOptions = {}): Promise<unknown> {
    const { requestId, signal: callerSignal, timeoutMs = this.#options.timeoutMs } = checkedCallOptions(options)
    if (endpoint.upload) return await this.#upload(endpoint, fileToSend(body), options)
    const call: Call = {
      endpoint,
      content: contentOf(endpoint, body),
      traceId: newTraceId(),
      idempotencyKey: endpoint.idempotency === 'read' ? undefined : idempotencyKeyOf(body, requestId),
      timeoutMs,
    }
    return this.#underWay(() => this.#repeat(call.traceId, callerSignal, (signal, used) => this.#attempt(call, signal, used)))
  }

  /** The same for a call that brings a file: it takes longer, and a stream is sent once. */
  async #upload(endpoint: PublicEndpoint, file: FileToSend, { requestId, signal: callerSignal, timeoutMs }: CallOptions): Promise<unknown> {
    const traceId = newTraceId()
    const idempotencyKey = idempotencyKeyOf({}, requestId)
    const { retries } = this.#options
    const patient = { ...retries, totalTimeMs: Math.max(retries.totalTimeMs, FILE_TOTAL_MS) }
    const tryMs = timeoutMs ?? Math.max(this.#options.timeoutMs, FILE_TRY_MS)
    const attempt = async (signal: AbortSignal, used: Used): Promise<unknown> => {
      used.token = await this.#access.token()
      used.recipient = await this.#recipient()
      const headers = { authorization: `Bearer ${used.token}`, 'idempotency-key': idempotencyKey }
      const path = PREFIX + endpoint.path
      const json = await this.#exchangeFile(path, file, used.recipient, headers, { traceId, timeoutMs: tryMs, signal })
      return resultOf(json, traceId)
    }
    return this.#underWay(() => this.#repeat(traceId, callerSignal, attempt, { retries: patient, mayRepeat: () => file.mayBeSent() }))
  }

  async #exchangeFile(
    path: string,
    file: FileToSend,
    recipient: Recipient | undefined,
    headers: Record<string, string>,
    limits: Limits,
  ): Promise<unknown> {
    const sealed = recipient && sealingOfFile(recipient, this.#purpose('POST', path))
    const { type, body } = formOf(file, sealed?.sealing)
    return this.#jsonOf(await this.#send('POST', path, headers, { type, text: body }, limits), sealed, recipient)
  }

  /**
   * Tries until it works or cannot work; `used` tells the remedies what the failed try relied on.
   */
  #repeat<Result>(
    traceId: string,
    callerSignal: AbortSignal | undefined,
    attempt: (signal: AbortSignal, used: Used) => Promise<Result>,
    { retries = this.#options.retries, mayRepeat = () => true }: { retries?: RetryOptions; mayRepeat?: () => boolean } = {},
  ): Promise<Result> {
    let used: Used = {}
    return tryRepeatedly({
      retries,
      mayRepeat,
      signal: callerSignal,
      traceId,
      attempt: (signal) => {
        used = {}
        return orAborted(attempt(signal, used), signal)
      },
      remedy: (kind: Remedy) => {
        if (kind === 'renew token' && used.token !== undefined) this.#access.dropToken(used.token)
        if (kind === 'renew session') this.#access.dropKeys(used.recipient)
        // 'follow clock': every answer's Date header was followed already.
      },
    })
  }

  async #attempt(call: Call, signal: AbortSignal, used: Used): Promise<unknown> {
    const { endpoint, content, traceId, idempotencyKey, timeoutMs } = call
    used.token = await this.#access.token()
    used.recipient = await this.#recipient()
    const headers: Record<string, string> = { authorization: `Bearer ${used.token}` }
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey
    const exchange: Exchange = { path: PREFIX + content.path, text: content.text, headers }
    if (used.recipient) exchange.recipient = used.recipient
    const answer = await this.#exchange(endpoint.method, exchange, { traceId, timeoutMs, signal })
    return resultOf(answer, traceId)
  }

  async #recipient(): Promise<Recipient | undefined> {
    if (this.#options.mode === 'clear') return undefined
    return this.#options.mode === 'session' ? this.#access.session() : this.#access.oneShot()
  }

  /**
   * Sends one message and answers the JSON of its answer; a refusal, sealed or clear, is thrown.
   */
  async #exchange(method: PublicEndpoint['method'], { path, text, recipient, headers }: Exchange, limits: Limits): Promise<unknown> {
    const sealed = recipient && sealText(text, recipient, this.#purpose(method, path))
    const content = sealed ? { type: SEALED, text: sealed.jwe } : { type: CLEAR, text }
    return this.#jsonOf(await this.#send(method, path, headers ?? {}, content, limits), sealed, recipient)
  }

  #jsonOf(answer: Answer, sealed: Pick<SealedRequest, 'jti'> | undefined, recipient: Recipient | undefined): unknown {
    const json =
      sealed && recipient && answer.contentType === SEALED
        ? this.#open(answer, sealed, recipient)
        : clearContent(answer, recipient === undefined)
    throwRefusal(json, answer)
    return json
  }

  #purpose(method: string, path: string): Purpose {
    return { iat: this.#clock.iat(), aud: this.#options.tenant, htu: htuOf(method, path) }
  }

  async #send(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    headers: Record<string, string>,
    content: { type: string; text: string | Readable } | undefined,
    limits: Limits,
  ): Promise<Answer> {
    const { traceId: requestId, timeoutMs, signal } = limits
    const sentMs = this.#options.clock()
    const answer = await this.#transport.send({
      method,
      path,
      headers: { tenant: this.#options.tenant, ...(content && { 'content-type': content.type }), ...headers },
      ...(content && { body: content.text }),
      requestId,
      timeoutMs,
      signal,
    })
    this.#clock.follow(answer.date, sentMs)
    return answer
  }

  #open(answer: Answer, sealed: Pick<SealedRequest, 'jti'>, recipient: Recipient): unknown {
    try {
      return openAnswer(answer.text, sealed, recipient, this.#options.clientKeys)
    } catch (error) {
      if (error instanceof AnswerFault || error instanceof SealingError) throw new DcmsProtocolError(error.message, answer.requestId)
      throw error
    }
  }

  /** What is shown of a client holds no secret. */
  toJSON(): { baseUrl: string; tenant: string; username: string; mode: string } {
    const { baseUrl, tenant, username, mode } = this.#options
    return { baseUrl: baseUrl.href, tenant, username, mode }
  }

  [inspect.custom](): string {
    return `Dcms ${inspect(this.toJSON())}`
  }
}

/** A UUID without twelve digits in a row: the gateway replaces ids that could be card numbers. */
function newTraceId(): string {
  for (;;) {
    const id = randomUUID()
    if (!/\d{12}/.test(id)) return id
  }
}

/** Lets a caller leave at once although the login it waits for goes on for the others. */
async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let leave = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason)
  })
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
