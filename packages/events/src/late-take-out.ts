// Emptying outboxes late: what Kafka confirmed is taken out of many documents at once, a moment
// afterwards. A process that dies before that leaves it to the sweep, which publishes it again.
import { setTimeout as sleep } from 'node:timers/promises'
import type { mongo } from 'mongoose'
import type { OutboxDocument, OutboxSource, WaitingDocument } from './outbox.ts'
import { takeOut } from './take-out.ts'

/** Well before the sweep takes what it finds for left over. */
const WAIT_MS = 250
const DOCUMENTS_MAX = 500

/** Published documents of one collection of one tenant, by id. */
interface Published {
  tenant: string
  collection: mongo.Collection<OutboxDocument>
  documents: Map<string, WaitingDocument>
}

export interface LateTakeOutOptions {
  /** Told when documents could not be written: the sweep finds them and publishes them again. */
  onFault: (error: unknown, tenant: string) => void
}

const nameOf = (source: Pick<OutboxSource, 'name'>, tenant: string): string => `${source.name} ${tenant}`

export class LateTakeOut {
  readonly #onFault: LateTakeOutOptions['onFault']
  readonly #stopping = new AbortController()
  #waiting = new Map<string, Published>()
  #underWay: ReadonlyMap<string, Published> = new Map()
  #count = 0
  #working: Promise<void> | undefined

  constructor({ onFault }: LateTakeOutOptions) {
    this.#onFault = onFault
  }

  /** Remembers documents that were published whole, as they were then. */
  add(source: OutboxSource, tenant: string, documents: readonly WaitingDocument[]): void {
    const name = nameOf(source, tenant)
    let published = this.#waiting.get(name)
    if (!published) {
      published = { tenant, collection: source.collection(tenant), documents: new Map() }
      this.#waiting.set(name, published)
    }
    for (const document of documents) {
      const before = published.documents.get(document._id)
      if (!before) this.#count++
      published.documents.set(document._id, before ? { ...document, outbox: [...before.outbox, ...document.outbox] } : document)
    }
    this.#working ??= this.#work()
  }

  /**
   * Sequence of the newest event of the document that was published, as far as its outbox does not
   * say so yet.
   */
  publishedUpTo(source: OutboxSource, tenant: string, id: string): number | undefined {
    const name = nameOf(source, tenant)
    return (this.#waiting.get(name)?.documents.get(id) ?? this.#underWay.get(name)?.documents.get(id))?.sequence
  }

  /** Takes out at once what waits, and resolves when that is done. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#working
  }

  async #work(): Promise<void> {
    while (this.#count > 0) {
      if (this.#count < DOCUMENTS_MAX) await sleep(WAIT_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      const taken = this.#waiting
      this.#underWay = taken
      this.#waiting = new Map()
      this.#count = 0
      // A bank whose documents cannot be written holds up no other's.
      await Promise.all([...taken.values()].map((each) => this.#takeOut(each)))
      this.#underWay = new Map()
    }
    this.#working = undefined
  }

  async #takeOut({ tenant, collection, documents }: Published): Promise<void> {
    try {
      await takeOut(collection, [...documents.values()])
    } catch (error) {
      this.#onFault(error, tenant)
    }
  }
}
