// Slows down guessing: so many failed log-ins of one user, then a pause.
import type { Refusal } from './exchange.ts'
import { rateLimitExceeded } from './limit-rate.ts'

export const FAILURES_MAX = 10
const WINDOW_MS = 15 * 60 * 1000
const USERS_MAX = 100_000

interface Attempts {
  count: number
  readonly endsAtMs: number
}

/** Counts per tenant and user, whether the user exists or not. Attempts count when they begin, so that many at once gain nothing. */
export class LoginThrottle {
  readonly #users = new Map<string, Attempts>()

  /** Counts an attempt, or refuses it. */
  begin(user: string, nowMs: number): Refusal | null {
    let attempts = this.#users.get(user)
    if (attempts === undefined || attempts.endsAtMs <= nowMs) {
      attempts = { count: 0, endsAtMs: nowMs + WINDOW_MS }
      this.#users.delete(user)
      this.#users.set(user, attempts) // the Map keeps the order of insertion, hence of ending
      this.#forgetSome(nowMs)
    }
    if (attempts.count >= FAILURES_MAX) return rateLimitExceeded(Math.ceil((attempts.endsAtMs - nowMs) / 1000))
    attempts.count++
    return null
  }

  /** Takes back an attempt that was no failure. Earlier failures stay: the owner's log-in must not give a guesser new tries. */
  takeBack(user: string): void {
    const attempts = this.#users.get(user)
    if (attempts !== undefined && attempts.count > 0) attempts.count--
  }

  #forgetSome(nowMs: number): void {
    for (const [user, attempts] of this.#users) {
      if (attempts.endsAtMs > nowMs && this.#users.size <= USERS_MAX) return
      this.#users.delete(user)
    }
  }
}
