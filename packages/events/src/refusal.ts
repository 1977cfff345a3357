// Telling what Kafka refuses for good from what may go better the next time.

/** Kafka's answers that are about the message and stay the same however often it is sent. */
const FOR_GOOD = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
])
const CAUSES_MAX = 5

/** Kafka's name of the refusal when it is for good; undefined for everything that may pass. */
export function refusalForGood(error: unknown): string | undefined {
  let cause = error
  for (let depth = 0; depth < CAUSES_MAX && cause instanceof Error; depth++, cause = cause.cause)
    if ('type' in cause && typeof cause.type === 'string' && FOR_GOOD.has(cause.type)) return cause.type
  return undefined
}
