// Bulkheads: how the banks share what each could use up alone (connections to a service, to a
// partner, to the store).
import { Counter, Gauge } from 'prom-client'

const all = new Map<string, TenantShares>()
const refused = new Counter({
  name: 'dcms_share_refused_total',
  help: 'Calls refused because their bank had its share in use and its queue was full, or they had waited too long',
  labelNames: ['share'],
})
new Gauge({
  name: 'dcms_share_calls',
  help: 'Calls that have a place in what the banks share (running), and that wait for one (waiting)',
  labelNames: ['share', 'state'],
  collect() {
    for (const [share, { running, waiting }] of all) {
      this.set({ share, state: 'running' }, running)
      this.set({ share, state: 'waiting' }, waiting)
    }
  },
})

/** Something that wants a place. */
export interface Waiting {
  /** Called once, when there is a place; the place is given back by `leave`. */
  begin(): void
  /** Whoever asked has gone, or its deadline has passed: it is not begun. */
  isGivenUp(): boolean
}

interface Share {
  running: number
  waiting: Waiting[]
}

export interface SharesOptions {
  /** What is shared, as the metrics name it. */
  name: string
  /** Places for all banks together. */
  places: number
  /**
   * For all banks together that wait for a place; shared out by the same rule. More are refused.
   */
  waitingPlaces: number
}

/**
 * A bank gets a place as long as it has fewer than are free. One bank alone so gets half of all,
 * two busy ones a third each, and there is always room for one more: no bank can take the last
 * places, however many calls it makes or how long they last. Beyond that its calls wait in a queue
 * of its own, and beyond that they are refused. (Choudhury and Hahne: dynamic queue length
 * thresholds.)
 */
export class TenantShares {
  readonly name: string
  readonly #places: number
  readonly #waitingPlaces: number
  /** As many as there are banks. */
  readonly #shares = new Map<string, Share>()
  /** Shares with calls that wait, the next to be looked at first. */
  readonly #queues = new Set<Share>()
  #running = 0
  #waiting = 0

  constructor({ name, places, waitingPlaces }: SharesOptions) {
    this.name = name
    all.set(name, this)
    this.#places = places
    this.#waitingPlaces = waitingPlaces
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting
  }

  /** Begins it now or when there is a place; false when too many of this bank wait. */
  enter(tenant: string, call: Waiting): boolean {
    let share = this.#shares.get(tenant)
    if (share === undefined) {
      share = { running: 0, waiting: [] }
      this.#shares.set(tenant, share)
    }
    if (share.waiting.length === 0 && this.#hasRoomFor(share)) {
      this.#begin(share, call)
      return true
    }
    if (!this.#mayWait(share)) this.#dropGivenUp(share)
    if (!this.#mayWait(share)) {
      this.countRefused()
      return false
    }
    share.waiting.push(call)
    this.#waiting++
    this.#queues.add(share)
    return true
  }

  /** Also for one that waited too long. */
  countRefused(): void {
    refused.inc({ share: this.name })
  }

  /** Gives a place back; the banks whose calls wait get it in turn. */
  leave(tenant: string): void {
    const share = this.#shares.get(tenant)
    if (share === undefined) return
    share.running--
    this.#running--
    if (this.#queues.size > 0) this.#beginWaiting()
  }

  #hasRoomFor(share: Share): boolean {
    return share.running < this.#places - this.#running
  }

  #mayWait(share: Share): boolean {
    return share.waiting.length < this.#waitingPlaces - this.#waiting
  }

  #begin(share: Share, call: Waiting): void {
    share.running++
    this.#running++
    call.begin()
  }

  /** One call of each bank at a time, round and round, as long as there is room for any. */
  #beginWaiting(): void {
    for (const share of this.#queues) {
      if (!this.#hasRoomFor(share)) continue
      this.#queues.delete(share)
      const next = this.#takeNext(share)
      if (share.waiting.length > 0) this.#queues.add(share) // behind the others; this loop comes to it again
      if (next !== undefined) this.#begin(share, next)
    }
  }

  #takeNext(share: Share): Waiting | undefined {
    for (let call = share.waiting.shift(); call !== undefined; call = share.waiting.shift()) {
      this.#waiting--
      if (!call.isGivenUp()) return call
    }
    return undefined
  }

  #dropGivenUp(share: Share): void {
    const still = share.waiting.filter((call) => !call.isGivenUp())
    this.#waiting -= share.waiting.length - still.length
    share.waiting = still
  }
}
