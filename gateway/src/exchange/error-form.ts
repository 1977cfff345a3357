// The form an error goes out in: the envelope, or RFC 9457 problem details for callers that ask for
// them.
import { type Envelope, problemOf, problemType } from '@dcms/contract'
import type { Exchange } from './exchange.ts'
import { JSON_TYPE } from './media-types.ts'

/**
 * The body of an error in the form that the caller accepts, and its media type. Answers below 400
 * stay as they are.
 */
export function inAcceptedForm(
  { request, requestId }: Exchange,
  status: number,
  body: Buffer,
): { readonly type: string; readonly body: Buffer } {
  const envelope = { type: JSON_TYPE, body }
  if (status < 400 || !request.headers.accept?.includes(problemType)) return envelope
  const exception = exceptionIn(body)
  return exception ? { type: problemType, body: Buffer.from(JSON.stringify(problemOf(exception, status, requestId))) } : envelope
}

function exceptionIn(body: Buffer): Envelope['exception'] {
  try {
    const { exception }: Envelope = JSON.parse(body.toString())
    return exception
  } catch (error) {
    if (error instanceof SyntaxError) return null // an answer that is no JSON goes on as it is
    throw error
  }
}
