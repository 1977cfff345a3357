// The gateway's clock as its Date headers tell it: messages are stamped by it, so a wrong clock
// here does no harm.
const SECOND_MS = 1_000

export class GatewayClock {
  readonly #localMs: () => number
  #offsetMs = 0

  /** @param localMs this machine's clock, milliseconds since 1970 */
  constructor(localMs: () => number) {
    this.#localMs = localMs
  }

  /** The gateway's time as far as known, milliseconds since 1970. */
  nowMs(): number {
    return this.#localMs() + this.#offsetMs
  }

  /** `iat` of a message sealed now: whole seconds since 1970 (RFC 7519 NumericDate). */
  iat(): number {
    return Math.floor(this.nowMs() / SECOND_MS)
  }

  /**
   * Follows a Date header (RFC 9110 section 6.6.1: whole seconds). Within its precision nothing
   * changes, so the clock does not jitter.
   * @param sentMs local time when the request left; the answer was stamped between then and now
   * @returns whether the clock was corrected
   */
  follow(dateHeader: string | undefined, sentMs: number): boolean {
    const stampedMs = dateHeader === undefined ? Number.NaN : Date.parse(dateHeader)
    if (Number.isNaN(stampedMs)) return false
    const receivedMs = this.#localMs()
    const earliestMs = stampedMs - receivedMs
    const latestMs = stampedMs + SECOND_MS - Math.min(sentMs, receivedMs)
    if (this.#offsetMs >= earliestMs && this.#offsetMs <= latestMs) return false
    this.#offsetMs = Math.round((earliestMs + latestMs) / 2)
    return true
  }
}
