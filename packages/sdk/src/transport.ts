// HTTP to the gateway: connections kept alive, one limit per try, every fault of the connection one
// error.
import type { Readable } from 'node:stream'
import { Agent } from 'undici'
import { DcmsConnectionError } from './errors.ts'

const CONNECT_TIMEOUT_MS = 5_000
const KEEP_ALIVE_MS = 30_000
const CONNECTIONS_MAX = 64
/** Answers are far smaller; more is not DCMS. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024
const SECOND_MS = 1_000
const SECONDS = /^\d{1,10}$/
/** The three forms of RFC 9110 section 5.6.7 begin with the name of a day. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/

export interface Answer {
  status: number
  contentType: string
  text: string
  requestId: string
  date: string | undefined
  retryAfterMs: number | undefined
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  headers: Record<string, string>
  /** A stream is sent as it comes. */
  body?: string | Readable
  /** The call's trace id. */
  requestId: string
  timeoutMs: number
  signal: AbortSignal | undefined
}

export class Transport {
  readonly #agent: Agent
  readonly #origin: string
  readonly #prefix: string

  constructor(baseUrl: URL) {
    this.#origin = baseUrl.origin
    this.#prefix = baseUrl.pathname.replace(/\/+$/, '')
    this.#agent = new Agent({
      connect: { timeout: CONNECT_TIMEOUT_MS },
      connections: CONNECTIONS_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxResponseSize: ANSWER_BYTES_MAX,
      pipelining: 1,
    })
  }

  /**
   * One try. @throws DcmsConnectionError when no whole answer came; the signal's reason when the
   * caller gave up
   */
  async send({ method, path, headers, body, requestId, timeoutMs, signal }: HttpRequest): Promise<Answer> {
    const timeout = AbortSignal.timeout(timeoutMs)
    let askedMs: number | undefined
    try {
      const answer = await this.#agent.request({
        origin: this.#origin,
        path: this.#prefix + path,
        method,
        headers: { ...headers, 'x-request-id': requestId },
        body: body ?? null,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      const header = (name: string): string | undefined => {
        const value = answer.headers[name]
        return Array.isArray(value) ? value[0] : value
      }
      // Before the body: what it asks for holds also when the body breaks off.
      askedMs = retryAfterMs(header('retry-after'), dateOf(header('date')))
      return {
        status: answer.statusCode,
        contentType: (header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
        text: await answer.body.text(),
        requestId: header('x-request-id') ?? requestId,
        date: header('date'),
        retryAfterMs: askedMs,
      }
    } catch (cause) {
      const why = signal?.aborted
        ? 'did not answer in the time given to the call'
        : timeout.aborted
          ? `did not answer within ${timeoutMs} ms`
          : `cannot be reached (${codeOf(cause)})`
      throw new DcmsConnectionError(`${this.#origin} ${why}`, requestId, { cause, retryAfterMs: askedMs })
    }
  }

  /** Waits for calls under way, then closes the connections. */
  close(): Promise<void> {
    return this.#agent.close()
  }
}

/**
 * Retry-After in seconds or as a date (RFC 9110 section 10.2.3); undefined when it is neither.
 * @param nowMs the time of whoever sent it
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  if (SECONDS.test(header)) return Number(header) * SECOND_MS
  const ms = HTTP_DATE.test(header) ? Date.parse(header) - nowMs : Number.NaN
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0)
}

/** The sender's time by its Date header, else this machine's. */
function dateOf(header: string | undefined): number {
  const ms = header === undefined ? Number.NaN : Date.parse(header)
  return Number.isNaN(ms) ? Date.now() : ms
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown fault'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
