// A circuit per other side, be it a service or a bank's partner: after several failed connections
// in a row, calls are refused at once and one probe at a time looks whether it is back.

/** Failures in a row that open the circuit. */
export const FAILURES_MAX = 5
/** How long an open circuit refuses before the next probe. */
export const OPEN_MS = 1_000

export type CircuitState = 'closed' | 'open' | 'half-open'

/**
 * Failures are of the connection only: an answer, whatever it says, shows that the service is
 * there.
 */
export class Circuit {
  #failures = 0
  #state: CircuitState = 'closed'
  #probeAtMs = 0

  get state(): CircuitState {
    return this.#state
  }

  /** Whether a call may go out now. In half-open, the one call that got the word is the probe. */
  allows(nowMs: number): boolean {
    if (this.#state === 'closed') return true
    if (nowMs < this.#probeAtMs) return false
    this.#state = 'half-open'
    this.#probeAtMs = nowMs + OPEN_MS // another probe, should this one never report
    return true
  }

  succeeded(): void {
    this.#failures = 0
    this.#state = 'closed'
  }

  failed(nowMs: number): void {
    this.#failures++
    if (this.#state === 'closed' && this.#failures < FAILURES_MAX) return
    this.#state = 'open'
    this.#probeAtMs = nowMs + OPEN_MS
  }
}
