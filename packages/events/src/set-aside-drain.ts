// Going back to set-aside events, beside the partitions and never before them: a few per bank at a
// time, in the order of each aggregate.
import type { PlacedMessage } from './dead-letters.ts'
import type { EventTrial, Verdict } from './event-trial.ts'
import { offsetOf, type SetAsideEvent, type SetAsideStore } from './set-aside-store.ts'
import type { TenantGates } from './tenant-gates.ts'
import type { WaitingAggregate, WaitingEvents } from './waiting-events.ts'

const FAILURES_MAX = 5
const PAUSE_MIN_MS = 250
const PAUSE_MAX_MS = 30_000
const AT_ONCE = 16
const PER_TENANT_AT_ONCE = 4
const READ_AT_ONCE = 50
const NEXT_LOOK_MS = 20

export interface DrainParts {
  store: SetAsideStore
  trial: EventTrial
  gates: TenantGates
  /**
   * An event that failed often enough is given up this long after its first failure at the
   * earliest.
   */
  deadLetterAfterMs: number
  giveUp(message: PlacedMessage, error: unknown): Promise<void>
  /** Told of what could not be done this time; it is tried again. */
  onFault(error: unknown, tenant: string): void
}

/** The set-aside events of a member's partitions. */
export class SetAsideDrain {
  readonly #parts: DrainParts
  readonly #busy = new Set<string>()
  readonly #perTenant = new Map<string, number>()
  #isNextLookDue = false

  constructor(parts: DrainParts) {
    this.#parts = parts
  }

  /**
   * Starts on what is due, in memory only: while nothing is due no statement is sent. `holds`:
   * whether the partitions are still this member's.
   */
  start(all: readonly WaitingEvents[], holds: () => boolean): void {
    const nowMs = Date.now()
    const looks = new Map<string, { waiting: WaitingEvents; aggregate: WaitingAggregate }>()
    for (const waiting of all) {
      for (const aggregate of waiting.aggregates.values()) {
        if (this.#busy.size >= AT_ONCE) return
        if (aggregate.retryAtMs > nowMs) continue
        const may = this.#mayStart(aggregate)
        if (may === 'run') this.#begin(waiting, aggregate, all, holds)
        else if (may === 'look') {
          // By turns: an event that fails whatever its partner does must not be the only one that
          // looks.
          const first = looks.get(aggregate.tenant)
          if (!first || aggregate.retryAtMs < first.aggregate.retryAtMs) looks.set(aggregate.tenant, { waiting, aggregate })
        }
      }
    }
    for (const { waiting, aggregate } of looks.values()) this.#begin(waiting, aggregate, all, holds)
  }

  #begin(waiting: WaitingEvents, aggregate: WaitingAggregate, all: readonly WaitingEvents[], holds: () => boolean): void {
    void this.#run(waiting, aggregate, holds).then(() => this.#lookAgain(all, holds))
  }

  /** What ended made room for others; one look serves all that ended meanwhile. */
  #lookAgain(all: readonly WaitingEvents[], holds: () => boolean): void {
    if (this.#isNextLookDue) return
    this.#isNextLookDue = true
    setTimeout(() => {
      this.#isNextLookDue = false
      if (holds()) this.start(all, holds)
    }, NEXT_LOOK_MS).unref()
  }

  /**
   * While a bank's gate is closed one event looks whether its partner is back; the others follow
   * when it is.
   */
  #mayStart({ key, tenant }: WaitingAggregate): 'run' | 'look' | 'no' {
    const { gates, trial } = this.#parts
    if (this.#busy.has(key) || (tenant !== '' && !trial.serves(tenant))) return 'no'
    const underWay = this.#perTenant.get(tenant) ?? 0
    if (gates.isClosed(tenant) && !gates.isSlow(tenant)) return underWay === 0 && gates.mayLook(tenant) ? 'look' : 'no'
    return underWay < PER_TENANT_AT_ONCE ? 'run' : 'no'
  }

  async #run(waiting: WaitingEvents, aggregate: WaitingAggregate, holds: () => boolean): Promise<void> {
    const { key, tenant } = aggregate
    this.#busy.add(key)
    this.#perTenant.set(tenant, (this.#perTenant.get(tenant) ?? 0) + 1)
    try {
      while (await this.#workOff(waiting, aggregate, holds)) aggregate.pauseMs = 0
      if (aggregate.places.length > 0) this.#later(aggregate)
    } catch (error) {
      this.#later(aggregate)
      this.#parts.onFault(error, tenant)
    } finally {
      this.#busy.delete(key)
      const left = (this.#perTenant.get(tenant) ?? 1) - 1
      if (left === 0) this.#perTenant.delete(tenant)
      else this.#perTenant.set(tenant, left)
    }
  }

  #later(aggregate: WaitingAggregate): void {
    aggregate.pauseMs = Math.min(Math.max(aggregate.pauseMs * 2, PAUSE_MIN_MS), PAUSE_MAX_MS)
    aggregate.retryAtMs = Date.now() + aggregate.pauseMs
  }

  /**
   * One portion of an aggregate's events, first to last; false when there is no more, or one of
   * them has to wait on.
   */
  async #workOff(waiting: WaitingEvents, aggregate: WaitingAggregate, holds: () => boolean): Promise<boolean> {
    const portion = waiting.storedPlaces(aggregate, READ_AT_ONCE)
    if (portion.length === 0 || !holds()) return false
    const events = await this.#parts.store.read(portion)
    const stored = new Set(events.map(({ _id }) => _id))
    const done = portion.filter((place) => !stored.has(place)) // dealt with by the member that had the partition before
    let mayGoOn = true
    for (const event of events) {
      if (!holds()) break
      mayGoOn = await this.#tryOnce(event, waiting.partition)
      if (!mayGoOn) break
      done.push(event._id)
    }
    await this.#parts.store.remove(done)
    waiting.remove(aggregate, done)
    if (done.length > 0) aggregate.pauseMs = 0
    return mayGoOn && holds()
  }

  /** @returns whether the event is dealt with: applied, or given up */
  async #tryOnce(event: SetAsideEvent, partition: number): Promise<boolean> {
    const message = { partition, offset: offsetOf(event._id), key: event.key, value: event.value, headers: event.headers }
    const verdict = await this.#parts.trial.attempt(message, { patient: true })
    switch (verdict.kind) {
      case 'applied':
        return true
      case 'malformed':
        await this.#parts.giveUp(message, verdict.error)
        return true
      case 'failed':
        return await this.#countFailure(event, message, verdict)
      case 'unavailable':
      case 'store-away':
      case 'not-served':
        return false
    }
  }

  async #countFailure(event: SetAsideEvent, message: PlacedMessage, { error }: Verdict & { kind: 'failed' }): Promise<boolean> {
    const failedAt = event.failedAt ?? new Date()
    const failures = event.failures + 1
    if (failures >= FAILURES_MAX && Date.now() - failedAt.getTime() >= this.#parts.deadLetterAfterMs) {
      await this.#parts.giveUp(message, error)
      return true
    }
    await this.#parts.store.noteFailure(event._id, failures, failedAt)
    this.#parts.onFault(error, event.tenant)
    return false
  }
}
