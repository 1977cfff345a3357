// Step 5, forward: clear JSON goes to the service that owns the call, with who calls in a signed
// context token.
import { type Context, isErrorCode } from '@dcms/contract'
import { type CallerTokens, DEFINITION_VERSION_HEADER, FILE_NAME_HEADER } from '@dcms/service'
import { type Exchange, Refusal } from '../exchange/exchange.ts'
import { JSON_TYPE, TEXT_TYPE } from '../exchange/media-types.ts'
import type { RegisteredTenant } from '../tenants/tenants.ts'
import type { VerifiedToken } from './check-token.ts'
import { type Route, targetOf } from './route.ts'
import type { Upstream, UpstreamAnswer } from './upstream.ts'

const IDEMPOTENCY_KEY_LENGTH_MAX = 100
const UNAUTHORIZED = 401
/** Headers of the service that concern the bank. */
const passedOn = ['allow', 'retry-after', 'x-order-id'] as const

/** In the contract, but of a later release. */
const notAvailable = new Refusal('endpoint.not.available')

const internalError = new Refusal('internal.error')
const idempotencyKeyInvalid = new Refusal('invalid.input.request', [], ['Idempotency-Key must be 1 to 100 visible ASCII characters'])

/** Clear JSON, or the pieces of a file with its name. */
export type ForwardedBody = Buffer | { readonly fileName: string; readonly pieces: readonly Buffer[] }

export type Upstreams = Readonly<Partial<Record<Context, Upstream>>>

export interface ServiceAnswer {
  readonly status: number
  /** Name, value, name, value … */
  readonly headers: readonly string[]
  readonly body: Buffer
}

/**
 * The caller's `Idempotency-Key`, undefined when it sent none; checked before anything expensive.
 */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined | Refusal {
  if (header === undefined) return undefined
  if (typeof header !== 'string' || header.length < 1 || header.length > IDEMPOTENCY_KEY_LENGTH_MAX) return idempotencyKeyInvalid
  for (let position = 0; position < header.length; position++) {
    const code = header.charCodeAt(position)
    if (code < 0x21 || code > 0x7e) return idempotencyKeyInvalid
  }
  return header
}

/** Calls services on behalf of users. */
export class Forwarder {
  readonly #upstreams: Upstreams
  readonly #uploads: Upstreams
  readonly #tokens: CallerTokens

  /**
   * @param uploads the same services, for calls that bring a file: they take their time, and are to
   * have no say in whether a service is taken for well
   */
  constructor(upstreams: Upstreams, uploads: Upstreams, tokens: CallerTokens) {
    this.#upstreams = upstreams
    this.#uploads = uploads
    this.#tokens = tokens
  }

  /** Calls back once, with the service's answer or a refusal. */
  forward(
    exchange: Exchange,
    { endpoint, isPlanned }: Route,
    tenant: Pick<RegisteredTenant, 'version'>,
    user: VerifiedToken,
    idempotencyKey: string | undefined,
    body: ForwardedBody,
    done: (answer: ServiceAnswer | Refusal) => void,
  ): void {
    if (isPlanned) {
      done(notAvailable)
      return
    }
    const isFile = !Buffer.isBuffer(body)
    const upstream = (isFile ? this.#uploads : this.#upstreams)[endpoint.owner]
    if (upstream === undefined) throw new Error(`no upstream for ${endpoint.owner}`)
    const headers = [
      'content-type',
      isFile ? TEXT_TYPE : JSON_TYPE,
      'x-dcms-context',
      this.#tokens.tokenFor(endpoint.owner, user),
      'x-request-id',
      exchange.requestId,
      'traceparent',
      exchange.traceparent,
      DEFINITION_VERSION_HEADER,
      String(tenant.version),
    ]
    if (isFile) headers.push(FILE_NAME_HEADER, encodeURIComponent(body.fileName.toWellFormed()))
    if (idempotencyKey !== undefined) headers.push('idempotency-key', idempotencyKey)
    const path = endpoint.parametersIn === undefined ? endpoint.path : targetOf(exchange.request.url ?? '')
    const mayRepeat = endpoint.idempotency === 'read' || idempotencyKey !== undefined
    upstream.call(
      exchange.tenantId,
      { method: endpoint.method, path, headers, body: isFile ? body.pieces : body, mayRepeat },
      isFile ? exchange.bodyAtMs : exchange.nowMs,
      (answer) => done(answer instanceof Refusal ? answer : checkedAnswer(exchange, answer)),
    )
  }
}

/**
 * Services answer in the envelope; anything else, a refused context token included, is a fault
 * between us and them.
 */
function checkedAnswer(exchange: Exchange, { status, headers, body }: UpstreamAnswer): ServiceAnswer | Refusal {
  const type = headers['content-type']
  if (status === UNAUTHORIZED || typeof type !== 'string' || !type.startsWith(JSON_TYPE)) return internalError
  if (status >= 400) exchange.errorCode = errorCodeIn(body)
  const passed: string[] = []
  for (const name of passedOn) {
    const value = headers[name]
    if (typeof value === 'string') passed.push(name, value)
  }
  return { status, headers: passed, body }
}

/**
 * The code for the audit; only one that the contract knows is trusted to be no more than a code.
 */
function errorCodeIn(body: Buffer): string {
  try {
    const code: unknown = JSON.parse(body.toString())?.exception?.errorCode
    return typeof code === 'string' && isErrorCode(code) ? code : ''
  } catch {
    return '' // an answer that is no JSON goes on as it is; the audit has its status
  }
}
