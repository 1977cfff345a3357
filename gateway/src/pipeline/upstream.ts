// The connections to one service, shared out among the banks, with a deadline per call and a
// circuit.
import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { Circuit, IDLE_CONNECTION_MS, TenantShares, TIME_LEFT_HEADER, TIME_LEFT_MS_MAX, type Waiting } from '@dcms/service'
import type { Logger } from 'pino'
import { type Dispatcher, Pool } from 'undici'
import { Refusal } from '../exchange/exchange.ts'

export const CALL_MS_MAX = 10_000
export const ANSWER_BYTES_MAX = 4 * 1024 * 1024
/** For all banks: one alone gets half of them (see TenantShares). */
const CONNECTIONS_MAX = 128
const CONNECT_MS_MAX = 2_000
/** Of all banks, for a connection. */
const WAITING_MAX = 2_000
const DEADLINES_EVERY_MS = 250

export const serviceUnavailable = new Refusal('service.unavailable', ['retry-after', '1'])
const serviceTimeout = new Refusal('service.timeout')
const internalError = new Refusal('internal.error')

export interface UpstreamRequest {
  readonly method: Dispatcher.HttpMethod
  readonly path: string
  /** Name, value, name, value … */
  readonly headers: string[]
  /** In one piece, or in several. */
  readonly body: Buffer | readonly Buffer[]
  /**
   * A second time does no more than once: it is sent again when the connection broke before there
   * was an answer.
   */
  readonly mayRepeat?: boolean
}

export interface UpstreamAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

type Done = (answer: UpstreamAnswer | Refusal) => void

/**
 * One service. Every call ends: with its answer, or with a refusal within the deadline, time in the
 * queue included. A bank that has its share of the connections in use waits in a queue of its own,
 * so that its slow calls cost no other bank anything.
 */
export class Upstream {
  readonly name: string
  readonly circuit = new Circuit()
  readonly #shares: TenantShares
  readonly #pool: Pool
  readonly #logger: Logger
  /** In order of their beginning, so that the deadlines are looked at from the oldest on. */
  readonly #calls = new Set<UpstreamCall>()
  readonly #deadlines: NodeJS.Timeout
  readonly #callMsMax: number
  readonly #steps: CallSteps

  /** @param workers share the connections of this process, and the places to wait */
  constructor(name: string, url: string, logger: Logger, { callMsMax = CALL_MS_MAX, workers = 1 } = {}) {
    this.name = name
    const connections = Math.ceil(CONNECTIONS_MAX / workers)
    this.#shares = new TenantShares({ name, places: connections, waitingPlaces: Math.ceil(WAITING_MAX / workers) })
    this.#logger = logger
    this.#callMsMax = callMsMax
    this.#steps = {
      callMsMax,
      begin: (call) => this.#dispatch(call),
      settle: (call, answer, error) => this.#settle(call, answer, error),
    }
    // Undici's own time-outs are off: one sweep over the calls costs less than two timers per call,
    // and counts the queue.
    this.#pool = new Pool(new URL(url).origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: IDLE_CONNECTION_MS,
      keepAliveMaxTimeout: IDLE_CONNECTION_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: CONNECT_MS_MAX },
    })
    this.#deadlines = setInterval(() => this.#endLateCalls(), DEADLINES_EVERY_MS)
    this.#deadlines.unref()
  }

  /** Calls the service; `done` is called exactly once. */
  call(tenant: string, request: UpstreamRequest, nowMs: number, done: Done): void {
    if (!this.circuit.allows(nowMs)) {
      done(serviceUnavailable)
      return
    }
    this.#send(new UpstreamCall(this.#steps, tenant, request, nowMs, done))
  }

  #send(call: UpstreamCall): void {
    this.#calls.add(call)
    if (this.#shares.enter(call.tenant, call)) return
    this.#calls.delete(call)
    call.done(serviceUnavailable)
  }

  #dispatch(call: UpstreamCall): void {
    const { request } = call
    const waitedMs = Date.now() - call.begunAtMs
    const leftMs = this.#callMsMax - (waitedMs < DEADLINES_EVERY_MS ? 0 : waitedMs)
    // What a service takes for granted goes without saying, so that nearly all calls go out as they
    // came.
    if (isInOnePiece(request) && leftMs === TIME_LEFT_MS_MAX) {
      this.#pool.dispatch(request, call)
      return
    }
    const headers = [...request.headers, TIME_LEFT_HEADER, String(leftMs)]
    this.#pool.dispatch({ ...request, headers, body: isInOnePiece(request) ? request.body : Readable.from(request.body) }, call)
  }

  #settle(call: UpstreamCall, answer: UpstreamAnswer | Refusal, error: Error | undefined): void {
    const { request, hasBegun } = call
    this.#calls.delete(call)
    if (hasBegun) this.#shares.leave(call.tenant)
    // A connection that a service closes as it ends may still be handed a call; the next one leads
    // to whoever took over.
    if (request.mayRepeat === true && !call.isRepeat && isBrokenConnection(error)) {
      this.#send(call.again())
      return
    }
    if (hasBegun) {
      if (answer === serviceUnavailable) this.circuit.failed(Date.now())
      else if (answer !== serviceTimeout) this.circuit.succeeded()
    }
    if (error !== undefined) this.#logger.warn({ err: error, upstream: this.name, path: request.path }, 'upstream call failed')
    call.done(answer)
  }

  /** Lets calls in flight end, then closes the connections. */
  async close(): Promise<void> {
    await this.#pool.close()
    clearInterval(this.#deadlines)
  }

  #endLateCalls(): void {
    const before = Date.now() - this.#callMsMax
    for (const call of this.#calls) {
      if (call.begunAtMs > before) return
      call.endLate()
    }
  }
}

const isInOnePiece = (request: UpstreamRequest): request is UpstreamRequest & { readonly body: Buffer } => Buffer.isBuffer(request.body)

const noHeaders: IncomingHttpHeaders = {}

/** What the upstream does with its calls; the same object for all of them. */
interface CallSteps {
  readonly callMsMax: number
  readonly begin: (call: UpstreamCall) => void
  readonly settle: (call: UpstreamCall, answer: UpstreamAnswer | Refusal, error: Error | undefined) => void
}

/** Undici's handler of one call. */
class UpstreamCall implements Dispatcher.DispatchHandler, Waiting {
  readonly #steps: CallSteps
  readonly tenant: string
  readonly request: UpstreamRequest
  readonly begunAtMs: number
  readonly done: Done
  readonly isRepeat: boolean
  #settled = false
  hasBegun = false
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: IncomingHttpHeaders = noHeaders
  #first: Buffer | undefined // nearly every answer is one chunk
  #rest: Buffer[] | undefined
  #length = 0

  constructor(steps: CallSteps, tenant: string, request: UpstreamRequest, begunAtMs: number, done: Done, isRepeat = false) {
    this.#steps = steps
    this.tenant = tenant
    this.request = request
    this.begunAtMs = begunAtMs
    this.done = done
    this.isRepeat = isRepeat
  }

  /** The same once more, within the same deadline. */
  again(): UpstreamCall {
    return new UpstreamCall(this.#steps, this.tenant, this.request, this.begunAtMs, this.done, true)
  }

  /** It has a place, and goes out. */
  begin(): void {
    this.hasBegun = true
    this.#steps.begin(this)
  }

  isGivenUp(): boolean {
    return this.#settled || Date.now() - this.begunAtMs >= this.#steps.callMsMax
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#settled) controller.abort(new Error('its deadline passed while it was queued'))
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#length += chunk.length
    if (this.#length > ANSWER_BYTES_MAX) this.#end(internalError, new Error('the answer exceeds the size limit'))
    else if (this.#first === undefined) this.#first = chunk
    else if (this.#rest === undefined) this.#rest = [this.#first, chunk]
    else this.#rest.push(chunk)
  }

  onResponseEnd(): void {
    const body = this.#rest === undefined ? (this.#first ?? Buffer.alloc(0)) : Buffer.concat(this.#rest, this.#length)
    this.#end({ status: this.#status, headers: this.#headers, body })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(serviceUnavailable, error)
  }

  /** The deadline passed: sent, its outcome is unknown; still in the queue, it never went out. */
  endLate(): void {
    this.#end(this.#controller === undefined ? serviceUnavailable : serviceTimeout, new Error('no answer in time'))
  }

  #end(answer: UpstreamAnswer | Refusal, error?: Error): void {
    if (this.#settled) return
    this.#settled = true
    this.#steps.settle(this, answer, error)
    if (error !== undefined) this.#controller?.abort(error)
  }
}

const brokenConnection = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
const isBrokenConnection = (error: Error | undefined): boolean =>
  error !== undefined && 'code' in error && typeof error.code === 'string' && brokenConnection.has(error.code)
