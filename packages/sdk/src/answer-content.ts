// Reading what an answer holds: the envelope's result, or the refusal that it carries.
import type { Envelope, Exception } from '@dcms/contract'
import { DcmsConnectionError, DcmsError, DcmsProtocolError } from './errors.ts'
import type { Answer } from './transport.ts'

const REFUSED_FROM = 400
/** What passes by itself. */
const PASSING: readonly number[] = [408, 429, 502, 503, 504]

/**
 * The JSON of an answer that came clear. Where the request was sealed, only a refusal may: a
 * success could be anybody's.
 */
export function clearContent(answer: Answer, successAllowed: boolean): unknown {
  const content = jsonOf(answer.text)
  if (content === undefined) {
    throwIntermediary(answer)
    throw new DcmsProtocolError(`an answer with HTTP status ${answer.status} that is not JSON`, answer.requestId)
  }
  if (answer.status < REFUSED_FROM && !successAllowed)
    throw new DcmsProtocolError('the answer to a sealed request came unsealed', answer.requestId)
  return content
}

/** Throws DcmsError when the content is a refusal. */
export function throwRefusal(content: unknown, answer: Answer): void {
  const exception = isObject(content) ? content.exception : undefined
  if (isException(exception)) throw new DcmsError(exception, answer)
  if (exception === undefined || exception === null) throwIntermediary(answer)
  if (answer.status >= REFUSED_FROM || (exception !== undefined && exception !== null))
    throw new DcmsProtocolError(`an answer with HTTP status ${answer.status} whose exception is missing or unknown`, answer.requestId)
}

/**
 * Not DCMS but something on the way, such as a load balancer without a gateway behind it: its
 * status and headers count, whatever the body.
 */
function throwIntermediary({ status, requestId, retryAfterMs }: Answer): void {
  if (PASSING.includes(status))
    throw new DcmsConnectionError(`HTTP status ${status} without an answer of DCMS`, requestId, { retryAfterMs })
}

export function resultOf(content: unknown, requestId: string): unknown {
  if (isEnvelope(content)) return content.result
  throw new DcmsProtocolError('the answer is not in the envelope', requestId)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const isEnvelope = (content: unknown): content is Envelope => isObject(content) && 'result' in content && 'exception' in content

const isException = (value: unknown): value is Exception =>
  isObject(value) && typeof value.errorCode === 'string' && Array.isArray(value.fieldError)
