// The tenant's rate limit: a token bucket, filled with `requestsPerSecond` up to `burst`.
import { Refusal } from './exchange.ts'

export interface RateLimits {
  readonly requestsPerSecond: number
  readonly burst: number
}

/**
 * Threads that share a bucket read the clock one after another, so that a call may come with a
 * slightly earlier time than the one before it; only what is more than this counts as a clock that
 * was set back.
 */
const CLOCK_STEP_MS = 1_000

/** Lets one thread at a time pass. */
export interface Lock {
  acquire(): void
  release(): void
}

/** A bucket's state; `calls` is what it still holds. */
export interface Bucket {
  calls: number
  filledAtMs: number
  /** Of a bucket that several threads share. */
  readonly lock?: Lock
}

export const fullBucket = (limits: RateLimits, nowMs: number): Bucket => ({ calls: limits.burst, filledAtMs: nowMs })

/** Takes one call out of the bucket, or refuses with the whole seconds to wait. */
export function limitRate(bucket: Bucket, limits: RateLimits, nowMs: number): Refusal | null {
  if (bucket.lock === undefined) return takeCall(bucket, limits, nowMs)
  bucket.lock.acquire()
  try {
    return takeCall(bucket, limits, nowMs)
  } finally {
    bucket.lock.release()
  }
}

function takeCall(bucket: Bucket, limits: RateLimits, nowMs: number): Refusal | null {
  const elapsedMs = nowMs - bucket.filledAtMs
  if (elapsedMs > 0) {
    bucket.calls = Math.min(limits.burst, bucket.calls + (elapsedMs * limits.requestsPerSecond) / 1000)
    bucket.filledAtMs = nowMs
  } else if (elapsedMs < -CLOCK_STEP_MS) bucket.filledAtMs = nowMs // the clock was set back: fill from here on
  if (bucket.calls >= 1) {
    bucket.calls--
    return null
  }
  return rateLimitExceeded(Math.ceil((1 - bucket.calls) / limits.requestsPerSecond))
}

export const rateLimitExceeded = (seconds: number): Refusal =>
  new Refusal('rate.limit.exceeded', ['retry-after', String(Math.max(1, seconds))])
