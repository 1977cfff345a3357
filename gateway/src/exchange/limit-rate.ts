// The tenant's rate limit: a token bucket, filled with `requestsPerSecond` up to `burst`.
import { Refusal } from './exchange.ts'

export interface RateLimits {
  readonly requestsPerSecond: number
  readonly burst: number
}

/** A bucket's state; `calls` is what it still holds. */
export interface Bucket {
  calls: number
  filledAtMs: number
}

export const fullBucket = (limits: RateLimits, nowMs: number): Bucket => ({ calls: limits.burst, filledAtMs: nowMs })

/** Takes one call out of the bucket, or refuses with the whole seconds to wait. */
export function limitRate(bucket: Bucket, limits: RateLimits, nowMs: number): Refusal | null {
  const elapsedMs = nowMs - bucket.filledAtMs
  if (elapsedMs > 0) {
    bucket.calls = Math.min(limits.burst, bucket.calls + (elapsedMs * limits.requestsPerSecond) / 1000)
    bucket.filledAtMs = nowMs
  } else if (elapsedMs < 0) bucket.filledAtMs = nowMs // the clock was set back: fill from here on
  if (bucket.calls >= 1) {
    bucket.calls--
    return null
  }
  return rateLimitExceeded(Math.ceil((1 - bucket.calls) / limits.requestsPerSecond))
}

export const rateLimitExceeded = (seconds: number): Refusal =>
  new Refusal('rate.limit.exceeded', ['retry-after', String(Math.max(1, seconds))])
