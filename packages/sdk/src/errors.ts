// What a call may fail with: an input that is not usable, a refusal by the gateway, a connection
// fault, or an answer that cannot be trusted.
import type { Exception } from '@dcms/contract'

/**
 * DCMS refused the call. Branch on `errorCode` (the contract's code), never on texts. No secret
 * stands in any member.
 */
export class DcmsError extends Error {
  override readonly name = 'DcmsError'
  /** The code the endpoint's page shows, e.g. `MCC007` or `card.already.active`. */
  readonly errorCode: string
  /** The dotted code, e.g. `kit.not.found`. */
  readonly reasonCode: string
  readonly shortMessage: string
  readonly detailMessage: string
  /** One sentence per field at fault; values are never repeated. */
  readonly fieldError: readonly string[]
  /** Name of the HTTP status, e.g. `BAD_REQUEST`. */
  readonly httpStatus: string
  /** HTTP status. */
  readonly status: number
  /** The trace id of the call: quote it to support. */
  readonly requestId: string
  /** How long the gateway asks to wait, where it does. */
  readonly retryAfterMs: number | undefined

  constructor(exception: Exception, answer: { status: number; requestId: string; retryAfterMs: number | undefined }) {
    const fields = exception.fieldError.length > 0 ? ` (${exception.fieldError.join('; ')})` : ''
    super(`${exception.errorCode}: ${exception.shortMessage}${fields}`)
    this.errorCode = exception.errorCode
    this.reasonCode = exception.reasonCode
    this.shortMessage = exception.shortMessage
    this.detailMessage = exception.detailMessage
    this.fieldError = exception.fieldError
    this.httpStatus = exception.httpStatus
    this.status = answer.status
    this.requestId = answer.requestId
    this.retryAfterMs = answer.retryAfterMs
  }
}

/**
 * No answer of DCMS came: it is down, unreachable or too slow. The outcome of a call that changes
 * state is unknown; call again with the same `requestId` to learn it.
 */
export class DcmsConnectionError extends Error {
  override readonly name = 'DcmsConnectionError'
  /** The trace id of the call. */
  readonly requestId: string
  /** How long what stands before DCMS, such as a load balancer, asks to wait, where it does. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, requestId: string, { cause, retryAfterMs }: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.requestId = requestId
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * An answer came that is not DCMS's answer to this request: unsealed, sealed to somebody else, or
 * to another request. It was not used.
 */
export class DcmsProtocolError extends Error {
  override readonly name = 'DcmsProtocolError'
  readonly requestId: string

  constructor(message: string, requestId: string) {
    super(message)
    this.requestId = requestId
  }
}

/** The client was closed before the call was made. */
export class DcmsClosedError extends Error {
  override readonly name = 'DcmsClosedError'

  constructor() {
    super('the client is closed')
  }
}

/**
 * Nothing was sent: what the client or the call was given cannot be used. Names it by `field` and
 * never shows its value.
 */
export class DcmsInputError extends TypeError {
  override readonly name = 'DcmsInputError'
  /** `tenant`, `timeoutMs`, `body`, `requestId`, `pin`, `cardNumber`, `keys.pinKey` … */
  readonly field: string

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`)
    this.field = field
  }
}
