// One request on its way through the gateway, and what a step answers when it refuses.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { BODY_BYTES_MAX, type ErrorCode } from '@dcms/contract'
import type { EncryptionKey } from '@dcms/sealing'
import type { Session } from '../keys/session-tickets.ts'
import { requestIdOf, traceparentOf } from './trace.ts'

/** How the answer goes out; `irt` is the request's `jti`, null for a request that had none. */
export type Reply =
  | { readonly mode: 'clear' }
  | { readonly mode: 'one-shot'; readonly key: EncryptionKey; readonly irt: string | undefined }
  | { readonly mode: 'session'; readonly session: Session; readonly irt: string }

/**
 * A step's refusal. A class, so that one `instanceof` tells it from what the step found, without a
 * wrapper per step.
 */
export class Refusal {
  readonly code: ErrorCode
  readonly fieldError: readonly string[] | undefined
  /** Answer headers as name, value, name, value … */
  readonly headers: readonly string[]

  constructor(code: ErrorCode, headers: readonly string[] = [], fieldError?: readonly string[]) {
    this.code = code
    this.headers = headers
    this.fieldError = fieldError
  }
}

const clear: Reply = { mode: 'clear' }

/** Where an exchange is told to when its answer is out: audit and metrics. */
export type WhenAnswered = (exchange: Exchange, status: number) => void

/**
 * Written once per connection, and the exchange within it once per call: a new entry per call makes
 * work for the garbage collector.
 */
const latest = new WeakMap<Duplex, { exchange: Exchange }>()

/** The latest exchange on a connection. */
export const exchangeOn = (socket: Duplex): Exchange | undefined => latest.get(socket)?.exchange

function setExchangeOn(socket: Duplex, exchange: Exchange): void {
  const known = latest.get(socket)
  if (known === undefined) latest.set(socket, { exchange })
  else known.exchange = exchange
}

/** One request and what is known of it so far. */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly nowMs = Date.now()
  readonly startedMs = performance.now()
  /**
   * When the body was complete: what the age of a message is counted by, as a body can be held
   * back. Until then the time of the head.
   */
  bodyAtMs = this.nowMs
  readonly requestId: string
  readonly traceparent: string
  readonly #whenAnswered: WhenAnswered
  /** Name of the endpoint in the contract; empty while unknown. */
  endpoint = ''
  /** Path as the audit shows it: the contract's, or a masked form of an unknown one. */
  auditPath = ''
  tenantId = ''
  username = ''
  errorCode = ''
  /** What the endpoint takes, in the form the body comes in. */
  bodyMaxBytes = BODY_BYTES_MAX
  /** Clear until the opened request said otherwise. */
  reply: Reply = clear
  /** The caller waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean
  #answered = false

  constructor(request: IncomingMessage, response: ServerResponse, whenAnswered: WhenAnswered, expectsContinue = false) {
    this.request = request
    this.response = response
    this.#whenAnswered = whenAnswered
    this.expectsContinue = expectsContinue
    setExchangeOn(request.socket, this)
    this.requestId = requestIdOf(request.headers['x-request-id'])
    this.traceparent = traceparentOf(request.headers.traceparent)
  }

  get answered(): boolean {
    return this.#answered
  }

  /**
   * To be called once, by whoever writes the answer or sees that the caller is gone. False when
   * somebody else was first.
   */
  markAnswered(status: number): boolean {
    if (this.#answered) return false
    this.#answered = true
    this.#whenAnswered(this, status)
    return true
  }
}
