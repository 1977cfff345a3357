// When a failed try is worth another, and after which pause.
import { setTimeout as sleep } from 'node:timers/promises'
import { DcmsConnectionError, DcmsError } from './errors.ts'

export interface RetryOptions {
  /** Tries of one call, the first included. Default 6. */
  triesMax: number
  /** Time for one call with all its tries and pauses, milliseconds. Default 30,000. */
  totalTimeMs: number
  /** Longest pause before the second try; doubles from try to try. Default 200. */
  firstPauseMs: number
  /** Upper limit of that doubling; a longer Retry-After is obeyed all the same. Default 5,000. */
  pauseMaxMs: number
}

export const defaultRetries: RetryOptions = { triesMax: 6, totalTimeMs: 30_000, firstPauseMs: 200, pauseMaxMs: 5_000 }

/** Contract, HTTP status codes: an unexpected fault (500) is tried at most three times. */
const INTERNAL_ERROR_TRIES_MAX = 3
/**
 * After a restart the gateway refuses messages stamped before it: a second later the stamp is new
 * enough.
 */
const RESTART_PAUSE_MS = 1_000

/** What helps against a failure, beside trying again. */
export type Remedy = 'renew token' | 'renew session' | 'follow clock' | 'pause' | 'none'

/**
 * A refusal is final unless it tells of something that passes or that this client can mend itself.
 */
export function remedyFor(failure: unknown): Remedy {
  if (failure instanceof DcmsConnectionError) return 'pause'
  if (!(failure instanceof DcmsError)) return 'none'
  switch (failure.errorCode) {
    case 'auth.token.expired':
    case 'auth.token.invalid':
      return 'renew token'
    case 'encryption.key.not.found':
      return 'renew session'
    case 'encryption.timestamp.invalid':
      return 'follow clock'
    case 'idempotency.in.progress':
    case 'concurrent.change':
      return 'pause'
    default:
      return [408, 429, 500, 503, 504].includes(failure.status) ? 'pause' : 'none'
  }
}

export interface Attempts<Result> {
  retries: RetryOptions
  signal: AbortSignal | undefined
  traceId: string
  attempt(signal: AbortSignal): Promise<Result>
  /** Whether what is sent can be sent again; it always can when absent. */
  mayRepeat?(): boolean
  /** Applies a remedy before the next try. */
  remedy(kind: Remedy): void
}

/**
 * Tries until it works, the failure is final, or tries or time are used up; then the last failure
 * is thrown.
 */
export async function tryRepeatedly<Result>({ retries, signal, traceId, attempt, mayRepeat, remedy }: Attempts<Result>): Promise<Result> {
  const until = performance.now() + retries.totalTimeMs
  const deadline = AbortSignal.timeout(retries.totalTimeMs)
  const stopped = signal ? AbortSignal.any([signal, deadline]) : deadline
  const used = new Set<Remedy>()
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted()
    try {
      return await attempt(stopped)
    } catch (failure) {
      signal?.throwIfAborted()
      if (failure === deadline.reason) throw new DcmsConnectionError(`no answer within ${retries.totalTimeMs} ms`, traceId)
      const kind = remedyFor(failure)
      const triesMax = failure instanceof DcmsError && failure.status === 500 ? INTERNAL_ERROR_TRIES_MAX : retries.triesMax
      if (kind === 'none' || tries >= triesMax || mayRepeat?.() === false) throw failure
      if (kind !== 'pause') {
        if (used.has(kind)) throw failure // what was mended and failed again is not mended by doing it twice
        used.add(kind)
        remedy(kind)
      }
      const pauseMs = kind === 'pause' ? pauseBefore(tries, failure, retries) : kind === 'follow clock' ? RESTART_PAUSE_MS : 0
      if (performance.now() + pauseMs >= until) throw failure
      await sleep(pauseMs, undefined, signal ? { signal } : {}).catch((aborted: unknown) => {
        signal?.throwIfAborted()
        throw aborted
      })
    }
  }
}

/**
 * Exponential backoff, between half and the whole of it by chance; on top of what Retry-After asks
 * for.
 */
function pauseBefore(tries: number, failure: unknown, { firstPauseMs, pauseMaxMs }: RetryOptions): number {
  const backoffMs = (0.5 + Math.random() / 2) * Math.min(firstPauseMs * 2 ** (tries - 1), pauseMaxMs)
  const askedMs = failure instanceof DcmsError || failure instanceof DcmsConnectionError ? (failure.retryAfterMs ?? 0) : 0
  return askedMs + backoffMs
}
