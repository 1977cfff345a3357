// Request ids and W3C trace context: taken from the caller when well formed, else made here.
import { randomFillSync, randomUUID } from 'node:crypto'

const REQUEST_ID_LENGTH_MAX = 100
/**
 * Card numbers have 13 digits or more, and callers do use them as ids; an id goes into logs, events
 * and the audit.
 */
const DIGITS_IN_A_ROW_MAX = 11
const TRACEPARENT_LENGTH = 55
const POOL_BYTES = 4_800
const TRACE_BYTES = 24 // 16 of the trace id, 8 of the span id

const pool = Buffer.allocUnsafeSlow(POOL_BYTES)
let used = POOL_BYTES

/**
 * The caller's `X-Request-Id` when it matches `^[A-Za-z0-9._-]{1,100}$` and could be no card
 * number, else a fresh UUID.
 */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && header.length <= REQUEST_ID_LENGTH_MAX && isToken(header) ? header : newRequestId()
}

/** A UUID, never one of the few that have as many digits in a row as a card number. */
export function newRequestId(): string {
  for (;;) {
    const id = randomUUID()
    if (isToken(id)) return id
  }
}

/**
 * The caller's `traceparent` when well formed (W3C Trace Context, version 00), else a new trace.
 */
export function traceparentOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && isTraceparent(header) ? header : newTraceparent()
}

function newTraceparent(): string {
  if (used + TRACE_BYTES > POOL_BYTES) {
    randomFillSync(pool) // one call for 200 traces
    used = 0
  }
  const traceId = pool.toString('hex', used, used + 16)
  const spanId = pool.toString('hex', used + 16, used + TRACE_BYTES)
  used += TRACE_BYTES
  return `00-${traceId}-${spanId}-01`
}

function isToken(text: string): boolean {
  let digits = 0
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (code >= 48 && code <= 57) {
      if (++digits > DIGITS_IN_A_ROW_MAX) return false
      continue
    }
    digits = 0
    const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
    if (!isLetter && code !== 45 && code !== 46 && code !== 95) return false
  }
  return text.length > 0
}

function isTraceparent(text: string): boolean {
  if (text.length !== TRACEPARENT_LENGTH || !text.startsWith('00-')) return false
  let traceIdSum = 0
  let spanIdSum = 0
  for (let position = 3; position < TRACEPARENT_LENGTH; position++) {
    const code = text.charCodeAt(position)
    if (position === 35 || position === 52) {
      if (code !== 45) return false
      continue
    }
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false
    if (position < 35) traceIdSum += code - 48
    else if (position < 52) spanIdSum += code - 48
  }
  return traceIdSum > 0 && spanIdSum > 0 // all zeros are invalid ids: section 3.2.2.3 and 3.2.2.4
}
