// Which outboxes are to be published next, in memory: bounded, and shared fairly among banks. What
// a commit has just written comes along, which spares the relay the reading.
import type { OutboxEvent } from './cloud-event.ts'
import type { OutboxAside, OutboxSource } from './outbox.ts'

const WAITING_MAX = 50_000
/** One bank's part of it, so that a flood of one leaves room for the nudges of the others. */
const WAITING_PER_COLLECTION_MAX = 10_000

/** Documents whose events are remembered here as well; of further ones only the ids. */
const HANDED_MAX = 5_000

/** What a commit wrote into an outbox, and how the document stood before. */
export interface Handed {
  events: readonly OutboxEvent[]
  /** Sequence of the newest event before these. */
  after: number
  /** As the document said before. */
  relayedSequence: number
  outboxAside?: OutboxAside | undefined
}

/** Documents of one collection of one tenant; `undefined` for one whose outbox is to be read. */
export interface Waiting {
  source: OutboxSource
  tenant: string
  ids: Map<string, Handed | undefined>
}

export class WaitingQueue {
  readonly #waiting = new Map<string, Waiting>()
  #count = 0
  #handed = 0

  get size(): number {
    return this.#count
  }

  /**
   * Full, it forgets: the sweep finds in the store what is not remembered here.
   * @param handed what was written, where it is known; left out, the outbox is read
   */
  add(source: OutboxSource, tenant: string, id: string, handed?: Handed): void {
    const name = `${source.topic} ${source.name} ${tenant}`
    let waiting = this.#waiting.get(name)
    if (this.#count >= WAITING_MAX || (waiting && waiting.ids.size >= WAITING_PER_COLLECTION_MAX)) {
      if (waiting?.ids.get(id)) this.#set(waiting, id, undefined) // what is remembered of it is not all any more
      return
    }
    if (!waiting) {
      waiting = { source, tenant, ids: new Map() }
      this.#waiting.set(name, waiting)
    }
    if (!waiting.ids.has(id)) {
      this.#count++
      this.#set(waiting, id, this.#handed < HANDED_MAX ? handed : undefined)
    } else this.#set(waiting, id, together(waiting.ids.get(id), handed))
  }

  #set({ ids }: Waiting, id: string, handed: Handed | undefined): void {
    this.#handed += (handed ? 1 : 0) - (ids.get(id) ? 1 : 0)
    ids.set(id, handed)
  }

  /** Takes up to so many: an equal share of each bank that waits, the rest in turn. */
  take(documents: number): Waiting[] {
    const batch: Waiting[] = []
    const share = Math.max(1, Math.ceil(documents / Math.max(1, this.#waiting.size)))
    let room = documents
    for (const [name, { source, tenant, ids }] of [...this.#waiting]) {
      if (room === 0) break
      const taken: Waiting['ids'] = new Map()
      for (const [id, handed] of ids) {
        if (taken.size === share || room === 0) break
        taken.set(id, handed)
        ids.delete(id)
        if (handed) this.#handed--
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

/** The events of two commits on one document, where the second followed the first. */
function together(first: Handed | undefined, second: Handed | undefined): Handed | undefined {
  if (!first || !second || second.after !== first.after + first.events.length) return undefined
  return { ...first, events: [...first.events, ...second.events], outboxAside: second.outboxAside }
}
