// What a member of a group knows of the set-aside events of one of its partitions: which aggregates
// wait, since when, until when.
import type { SetAsidePlace } from './set-aside-store.ts'

/**
 * A bank may have so many events waiting per partition; what comes then becomes a dead letter, so
 * that it spares the others' room.
 */
export const WAITING_PER_TENANT_MAX = 5_000
/** And so many all banks together. */
export const WAITING_MAX = 20_000

export interface WaitingAggregate {
  readonly key: string
  readonly tenant: string
  /** Places in the store, in order. */
  places: string[]
  sinceMs: number
  retryAtMs: number
  pauseMs: number
}

/**
 * Right as long as the partition belongs to this member: nobody else adds or removes its events.
 * Read anew at each assignment.
 */
export class WaitingEvents {
  readonly partition: number
  readonly aggregates = new Map<string, WaitingAggregate>()
  /** How often something was removed: a list read before that may name what is gone. */
  removals = 0
  readonly #perTenant = new Map<string, number>()
  readonly #storing = new Set<string>()
  #count = 0

  constructor(partition: number) {
    this.partition = partition
  }

  get count(): number {
    return this.#count
  }

  has(key: string): boolean {
    return this.aggregates.has(key)
  }

  countOf(tenant: string): number {
    return this.#perTenant.get(tenant) ?? 0
  }

  /** Whether `more` events of the bank still have room. */
  hasRoom(tenant: string, more: number, maxima = { perTenant: WAITING_PER_TENANT_MAX, inAll: WAITING_MAX }): boolean {
    return this.countOf(tenant) + more <= maxima.perTenant && this.#count + more <= maxima.inAll
  }

  /**
   * Notes places of an aggregate before they are stored, so that what comes next of it goes behind
   * them.
   */
  add({ tenant, key, at }: Omit<SetAsidePlace, '_id'>, places: readonly string[], pauseMs = 0): WaitingAggregate {
    let aggregate = this.aggregates.get(key)
    if (!aggregate) {
      aggregate = { key, tenant, places: [], sinceMs: at.getTime(), retryAtMs: Date.now() + pauseMs, pauseMs }
      this.aggregates.set(key, aggregate)
    }
    const last = aggregate.places.at(-1)
    const known = new Set(aggregate.places)
    const added = places.filter((place) => !known.has(place))
    aggregate.places.push(...added)
    const [first] = added
    if (last !== undefined && first !== undefined && first < last) aggregate.places.sort()
    this.#change(aggregate.tenant, added.length)
    return aggregate
  }

  /** Runs the storing of places that were added; until it ends they are not looked for. */
  async storing(places: readonly string[], store: () => Promise<void>): Promise<void> {
    for (const place of places) this.#storing.add(place)
    await store()
    for (const place of places) this.#storing.delete(place)
  }

  /** The aggregate's first places, as far as they are stored. */
  storedPlaces({ places }: WaitingAggregate, countMax: number): string[] {
    const first = places.slice(0, countMax)
    const end = first.findIndex((place) => this.#storing.has(place))
    return end === -1 ? first : first.slice(0, end)
  }

  /** Forgets places that are stored no more. An aggregate without any no longer waits. */
  remove(aggregate: WaitingAggregate, places: readonly string[]): void {
    this.removals++
    const gone = new Set(places)
    const before = aggregate.places.length
    aggregate.places = aggregate.places.filter((place) => !gone.has(place))
    this.#change(aggregate.tenant, aggregate.places.length - before)
    if (aggregate.places.length === 0) this.aggregates.delete(aggregate.key)
  }

  #change(tenant: string, by: number): void {
    this.#count += by
    const count = this.countOf(tenant) + by
    if (count === 0) this.#perTenant.delete(tenant)
    else this.#perTenant.set(tenant, count)
  }
}
