// The idempotency key of a call: the same over all its tries, and over repeats when the caller
// names it.
import { randomUUID } from 'node:crypto'
import { DcmsInputError } from './errors.ts'

const KEY = /^[\x21-\x7e]{1,100}$/

/**
 * The body's `requestId`, else the one of the options, else a new one. @throws DcmsInputError when
 * they differ or cannot stand in a header
 */
export function idempotencyKeyOf(body: unknown, requestId: string | undefined): string {
  const inBody = typeof body === 'object' && body !== null && 'requestId' in body ? body.requestId : undefined
  if (inBody !== undefined && requestId !== undefined && inBody !== requestId)
    throw new DcmsInputError('requestId', 'in the body and in the options differ')
  const key = inBody ?? requestId ?? randomUUID()
  if (typeof key !== 'string' || !KEY.test(key)) throw new DcmsInputError('requestId', 'must be 1 to 100 visible ASCII characters')
  return key
}
