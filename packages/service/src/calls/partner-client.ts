// Calling a bank's partner (courier, messaging) by HTTP: each bank apart, within bounds, and
// nothing of the partner's believed unread.
import { Readable } from 'node:stream'
import type { Agent, Dispatcher } from 'undici'
import { ServiceUnavailable } from '../commands/decision.ts'
import { Circuit } from '../shares/circuit.ts'
import { TenantShares } from '../shares/tenant-shares.ts'
import { NotBegun, withinShare } from '../shares/within-share.ts'
import { undici } from '../when-needed.ts'

/** Calls of all banks at a time; one bank alone gets half of them (see TenantShares). */
const CALLS_MAX = 64
const WAITING_MAX = 128
const ANSWER_BYTES_MAX = 1024 * 1024
const CONNECT_MS_MAX = 1_000
const KEEP_ALIVE_MS = 4_000 // shorter than most servers keep a connection, so that a call seldom meets one that is being closed

export interface PartnerOptions {
  /** As messages and metrics name it: `courier`. */
  name: string
  /** Of the partner's interface, without a slash at its end. */
  baseUrl: string
  /** For the whole call: its queue, connecting, and the last byte of the answer. */
  timeoutMs: number
  /** How much of an answer is read; 1 MB when absent. */
  answerBytesMax?: number
}

export interface PartnerRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  body?: object
  /** Bytes in the place of a body, sent as they come. An error of theirs breaks the call off. */
  stream?: AsyncIterable<Uint8Array>
  /** When whoever waits for it gives up, if that is sooner. */
  deadlineAtMs?: number | undefined
}

export interface PartnerReply {
  status: number
  text: string
}
export interface PartnerBytes {
  status: number
  bytes: Buffer
}

/**
 * The calls to one partner. Each bank has a share of the connections and a circuit of its own, so
 * that a partner that is slow or away for one bank costs the others nothing. Redirects are not
 * followed: where a partner lives is the installation's word, not the partner's.
 */
export class PartnerClient {
  readonly #options: PartnerOptions
  readonly #agent: Agent
  readonly #shares: TenantShares
  /** As many as there are banks. */
  readonly #circuits = new Map<string, Circuit>()

  constructor(options: PartnerOptions) {
    this.#options = options
    this.#agent = new (undici().Agent)({ connections: CALLS_MAX, keepAliveTimeout: KEEP_ALIVE_MS, connect: { timeout: CONNECT_MS_MAX } })
    this.#shares = new TenantShares({ name: options.name, places: CALLS_MAX, waitingPlaces: WAITING_MAX })
  }

  /**
   * @returns what the partner answered, be it a fault of its own; that counts for the circuit
   * @throws ServiceUnavailable when it is away or too slow, redirects, answers more than is read,
   * or too much of this bank waits
   */
  async ask(tenant: string, request: PartnerRequest): Promise<PartnerReply> {
    const { status, bytes } = await this.askForBytes(tenant, request)
    return { status, text: bytes.toString() }
  }

  /** The same, with the answer as it came. */
  async askForBytes(tenant: string, request: PartnerRequest): Promise<PartnerBytes> {
    const { name, timeoutMs } = this.#options
    const circuit = this.#circuitOf(tenant)
    if (!circuit.allows(Date.now())) throw new ServiceUnavailable(`the ${name} does not answer this bank at present`)
    const deadlineAtMs = Math.min(Date.now() + timeoutMs, request.deadlineAtMs ?? Number.POSITIVE_INFINITY)
    try {
      const reply = await withinShare({ shares: this.#shares, tenant, deadlineAtMs }, (msLeft) => this.#send(tenant, request, msLeft))
      if (reply.status < 500) circuit.succeeded()
      else circuit.failed(Date.now())
      return reply
    } catch (error) {
      if (error instanceof NotBegun) throw error // says nothing about the partner
      circuit.failed(Date.now())
      if (error instanceof ServiceUnavailable) throw error
      throw new ServiceUnavailable(`the ${name} did not answer`, { cause: error })
    }
  }

  async #send(tenant: string, { method, path, body, stream }: PartnerRequest, msLeft: number): Promise<PartnerBytes> {
    const { name, baseUrl, timeoutMs, answerBytesMax = ANSWER_BYTES_MAX } = this.#options
    const url = new URL(baseUrl + path)
    const answer = await this.#agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: {
        'x-account': tenant,
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...(stream && { 'content-type': 'application/octet-stream' }),
      },
      body: stream ? Readable.from(stream, { objectMode: false }) : body ? JSON.stringify(body) : null,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.timeout(msLeft),
    })
    const status = answer.statusCode
    if (status >= 300 && status < 400) return leaveUnread(answer, `the ${name} redirects, which is not followed`)
    return { status, bytes: await bytesOf(answer, name, answerBytesMax) }
  }

  #circuitOf(tenant: string): Circuit {
    const known = this.#circuits.get(tenant)
    if (known) return known
    const circuit = new Circuit()
    this.#circuits.set(tenant, circuit)
    return circuit
  }

  close(): Promise<void> {
    return this.#agent.close()
  }
}

function leaveUnread({ body }: Dispatcher.ResponseData, why: string): never {
  body.on('error', () => undefined) // it is not read, so how it ends does not matter
  body.destroy()
  throw new ServiceUnavailable(why)
}

/** @throws ServiceUnavailable as soon as it is over the limit: the rest is not read */
async function bytesOf(answer: Dispatcher.ResponseData, name: string, bytesMax: number): Promise<Buffer> {
  const tooLong = `the ${name} answers more than ${bytesMax} bytes`
  if (Number(answer.headers['content-length'] ?? 0) > bytesMax) leaveUnread(answer, tooLong)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bytesMax) leaveUnread(answer, tooLong)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
