// A circuit per bank: when what its events need is away again and again, they are set aside without
// a try, and one at a time looks.

const FAILURES_TO_CLOSE = 3
const PAUSE_MIN_MS = 250
const PAUSE_MAX_MS = 30_000

interface Gate {
  failures: number
  /** 0 while it is open. */
  pauseMs: number
  retryAtMs: number
  /** What its events need answers, but too slowly to have others wait for it. */
  isSlow: boolean
}

/**
 * Which banks a follower passes over for now. In memory only: a process that knows nothing finds
 * out by a few tries.
 */
export class TenantGates {
  readonly #gates = new Map<string, Gate>()

  /** Banks whose gate is closed. */
  get closed(): number {
    let closed = 0
    for (const gate of this.#gates.values()) if (gate.pauseMs > 0) closed++
    return closed
  }

  isClosed(tenant: string): boolean {
    return (this.#gates.get(tenant)?.pauseMs ?? 0) > 0
  }

  /** Whether events may be tried beside the partitions as if the gate were open. */
  isSlow(tenant: string): boolean {
    return this.#gates.get(tenant)?.isSlow ?? false
  }

  /** Whether one event may be tried although the gate is closed. */
  mayLook(tenant: string): boolean {
    return Date.now() >= (this.#gates.get(tenant)?.retryAtMs ?? 0)
  }

  succeeded(tenant: string): void {
    if (this.#gates.size > 0) this.#gates.delete(tenant)
  }

  /** Done, but not in time: the gate stays closed without a pause, if it is. */
  succeededSlowly(tenant: string): void {
    const gate = this.#gates.get(tenant)
    if (!gate || gate.pauseMs === 0) return
    gate.isSlow = true
    gate.pauseMs = PAUSE_MIN_MS
    gate.retryAtMs = 0
  }

  failed(tenant: string): void {
    const gate = this.#gates.get(tenant) ?? { failures: 0, pauseMs: 0, retryAtMs: 0, isSlow: false }
    this.#gates.set(tenant, gate)
    gate.failures++
    gate.isSlow = false
    if (gate.failures < FAILURES_TO_CLOSE) return
    // Failures of tries that were under way when the gate closed tell nothing new.
    if (Date.now() < gate.retryAtMs) return
    gate.pauseMs = Math.min(gate.pauseMs === 0 ? PAUSE_MIN_MS : gate.pauseMs * 2, PAUSE_MAX_MS)
    gate.retryAtMs = Date.now() + gate.pauseMs
  }
}
