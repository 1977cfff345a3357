// Slows guessing down without locking anybody out: failures count per user and source, and known
// sources pass by what strangers wait for.
import type { Refusal } from '../exchange/exchange.ts'
import { type Bucket, fullBucket, limitRate, type RateLimits, rateLimitExceeded } from '../exchange/limit-rate.ts'
import type { RegisteredTenant } from '../tenants/tenants.ts'
import type { KnownSources } from './known-sources.ts'

/** Failed log-ins of one user from one source in 15 minutes. */
export const FAILURES_MAX = 10
const WINDOW_MS = 15 * 60 * 1000
/**
 * Failed log-ins of one user from all sources that never logged in as this user; afterwards one try
 * in so many seconds.
 */
export const STRANGERS_PER_USER: RateLimits = { requestsPerSecond: 1 / 18, burst: 50 }
/** Failed log-ins from one source, whatever the user and the bank. */
export const PER_SOURCE: RateLimits = { requestsPerSecond: 1, burst: 100 }
/** Of each kind that is counted; beyond it the oldest is forgotten. */
const ENTRIES_MAX = 100_000

/** A log-in as it goes on. */
export interface Attempt {
  /** Whether this user logged in from there lately. */
  readonly isKnown: boolean
  /**
   * Was no failure: it takes back what it counted. Earlier failures stay: the owner's log-in must
   * not give a guesser new tries.
   */
  takeBack(): void
}

interface Failures {
  count: number
  readonly endsAtMs: number
}

/**
 * Everything counts per tenant and user, whether the user exists or not, and when it begins, so
 * that many at once gain nothing.
 */
export class LoginThrottle {
  readonly #known: KnownSources
  readonly #failures = new Map<string, Failures>()
  readonly #strangers = new Map<string, Bucket>()
  readonly #sources = new Map<string, Bucket>()

  constructor(known: KnownSources) {
    this.#known = known
  }

  /**
   * Before the body is read: a source that is unknown to the bank has its own small rate and shares
   * one with all other unknown ones.
   */
  async admit(tenant: RegisteredTenant, source: string, nowMs: number): Promise<Refusal | null> {
    const name = `${tenant.id} ${source}`
    if (this.#known.has(name, nowMs)) return limitRate(tenant.loginBucket, tenant.limits, nowMs)
    const bucket = bucketOf(this.#sources, source, PER_SOURCE, nowMs)
    const refused = limitRate(bucket, PER_SOURCE, nowMs) ?? limitRate(tenant.strangersLoginBucket, tenant.limits, nowMs)
    if (refused === null) return null
    return (await this.#known.lookUp(name, nowMs)) ? limitRate(tenant.loginBucket, tenant.limits, nowMs) : refused
  }

  /** Counts an attempt, or refuses it. */
  async begin(user: string, source: string, nowMs: number): Promise<Attempt | Refusal> {
    const name = `${user} ${source}`
    const failures = this.#failuresOf(name, nowMs)
    if (failures.count >= FAILURES_MAX) return rateLimitExceeded(Math.ceil((failures.endsAtMs - nowMs) / 1000))
    failures.count++
    let strangers: Bucket | undefined
    let isKnown = this.#known.has(name, nowMs)
    if (!isKnown) {
      strangers = bucketOf(this.#strangers, user, STRANGERS_PER_USER, nowMs)
      const refused = limitRate(strangers, STRANGERS_PER_USER, nowMs)
      if (refused !== null) {
        strangers = undefined
        isKnown = await this.#known.lookUp(name, nowMs)
        if (!isKnown) {
          failures.count--
          return refused
        }
      }
    }
    return {
      isKnown,
      takeBack: () => {
        failures.count--
        if (strangers !== undefined) giveBack(strangers, STRANGERS_PER_USER)
        const bucket = this.#sources.get(source)
        if (bucket !== undefined) giveBack(bucket, PER_SOURCE)
      },
    }
  }

  /** The user logged in from there. */
  succeeded(tenant: string, user: string, source: string, nowMs: number): void {
    this.#known.note([`${tenant} ${source}`, `${user} ${source}`], nowMs)
  }

  #failuresOf(name: string, nowMs: number): Failures {
    const known = this.#failures.get(name)
    if (known !== undefined && known.endsAtMs > nowMs) return known
    const failures = { count: 0, endsAtMs: nowMs + WINDOW_MS }
    this.#failures.delete(name)
    this.#failures.set(name, failures) // the Map keeps the order of insertion, hence of ending
    for (const [oldest, { endsAtMs }] of this.#failures) {
      if (endsAtMs > nowMs && this.#failures.size <= ENTRIES_MAX) break
      this.#failures.delete(oldest)
    }
    return failures
  }
}

function bucketOf(buckets: Map<string, Bucket>, name: string, limits: RateLimits, nowMs: number): Bucket {
  const bucket = buckets.get(name) ?? fullBucket(limits, nowMs)
  buckets.delete(name)
  buckets.set(name, bucket) // to the end: what was asked for longest ago is forgotten first
  for (const oldest of buckets.keys()) {
    if (buckets.size <= ENTRIES_MAX) break
    buckets.delete(oldest)
  }
  return bucket
}

const giveBack = (bucket: Bucket, { burst }: RateLimits): void => {
  bucket.calls = Math.min(burst, bucket.calls + 1)
}
