// Which outboxes are to be published next, in memory: bounded, and shared fairly among banks.
import type { OutboxSource } from './outbox.ts'

const WAITING_MAX = 50_000
/** One bank's part of it, so that a flood of one leaves room for the nudges of the others. */
const WAITING_PER_COLLECTION_MAX = 10_000

/** Documents of one collection of one tenant. */
export interface Waiting {
  source: OutboxSource
  tenant: string
  ids: Set<string>
}

export class WaitingQueue {
  readonly #waiting = new Map<string, Waiting>()
  #count = 0

  get size(): number {
    return this.#count
  }

  /** Full, it forgets: the sweep finds in the store what is not remembered here. */
  add(source: OutboxSource, tenant: string, id: string): void {
    const name = `${source.topic} ${source.name} ${tenant}`
    let waiting = this.#waiting.get(name)
    if (this.#count >= WAITING_MAX || (waiting && waiting.ids.size >= WAITING_PER_COLLECTION_MAX)) return
    if (!waiting) {
      waiting = { source, tenant, ids: new Set() }
      this.#waiting.set(name, waiting)
    }
    if (waiting.ids.has(id)) return
    waiting.ids.add(id)
    this.#count++
  }

  /** Takes up to so many: an equal share of each bank that waits, the rest in turn. */
  take(documents: number): Waiting[] {
    const batch: Waiting[] = []
    const share = Math.max(1, Math.ceil(documents / Math.max(1, this.#waiting.size)))
    let room = documents
    for (const [name, { source, tenant, ids }] of [...this.#waiting]) {
      if (room === 0) break
      const taken = new Set<string>()
      for (const id of ids) {
        if (taken.size === share || room === 0) break
        taken.add(id)
        ids.delete(id)
        room--
      }
      this.#waiting.delete(name)
      if (ids.size > 0) this.#waiting.set(name, { source, tenant, ids }) // behind those that were not reached
      this.#count -= taken.size
      batch.push({ source, tenant, ids: taken })
    }
    return batch
  }
}
