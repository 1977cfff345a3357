// The relay: publishes what waits in outboxes and takes it out only after Kafka confirmed it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { mongo } from 'mongoose'
import type { Logger } from 'pino'
import { Counter } from 'prom-client'
import type { Broker } from './broker.ts'
import type { OutboxEvent } from './cloud-event.ts'
import { messagesOf } from './outbox-messages.ts'
import { inRequests } from './request-size.ts'
import { takeOut } from './take-out.ts'
import type { Topic } from './topics.ts'

const DOCUMENTS_PER_BATCH = 500
const WAITING_MAX = 50_000
const SWEEP_EVERY_MS = 1_000
const SWEEP_FOUND_MAX = 1_000
const TENANTS_PER_SWEEP = 10
const RECENT_MS = 60_000
// Younger entries are about to be published by the nudge that followed their commit.
const LEFT_OVER_AFTER_MS = 2_000
const PAUSE_MIN_MS = 100
const PAUSE_MAX_MS = 5_000

const published = new Counter({ name: 'dcms_events_published_total', help: 'Events published from outboxes', labelNames: ['topic'] })

/** What every aggregate has whose changes are announced. */
export interface OutboxDocument {
  _id: string
  version: number
  /** Sequence of the newest event. */
  sequence: number
  /** Sequence up to which Kafka confirmed. */
  relayedSequence: number
  outbox: OutboxEvent[]
  /** Present while something waits; its partial index is what the sweep reads. */
  outboxAt?: Date
}

export interface OutboxSource {
  /** The collection's name: several collections may share a topic. */
  name: string
  topic: string
  /** CloudEvents source, `/dcms/<context>`. */
  source: string
  /** A compacted topic gets the aggregate's id as key and the payload alone. */
  compacted?: boolean
  /** The tenant's bank is told of these events on its own topic, in the same request. */
  forBank?: boolean
  collection(tenant: string): mongo.Collection<OutboxDocument>
}

interface Waiting {
  source: OutboxSource
  tenant: string
  ids: Set<string>
}

/**
 * Publishes outboxes whole and in order, one batch in flight. Nudged after each commit; a sweep over the partial index of `outboxAt` finds
 * what a dead process left. Two relays on one document are safe: events are taken out by id, and followers drop repeats.
 */
export class Relay {
  readonly #broker: Broker
  readonly #sources: readonly OutboxSource[]
  readonly #tenants: () => readonly string[]
  readonly #logger: Logger
  readonly #waiting = new Map<string, Waiting>()
  readonly #recent = new Map<string, number>()
  readonly #bankTopics = new Set<string>()
  readonly #stopping = new AbortController()
  #waitingCount = 0
  #turn = 0
  #publishing: Promise<void> | undefined
  #sweeping: Promise<void> | undefined

  constructor(broker: Broker, sources: readonly OutboxSource[], tenants: () => readonly string[]) {
    this.#broker = broker
    this.#sources = sources
    this.#tenants = tenants
    this.#logger = broker.logger
  }

  /** Sweeps all tenants once, then goes on sweeping in the background. */
  start(): void {
    this.#sweeping = this.#sweep()
  }

  /** Tells the relay that a document has something to publish. Costs nothing; never waits. */
  nudge(source: OutboxSource, tenant: string, id: string): void {
    this.#recent.set(tenant, Date.now())
    this.#enqueue(source, tenant, id)
  }

  #enqueue(source: OutboxSource, tenant: string, id: string): void {
    // With Kafka away for long, memory stays bounded: the sweep finds what is not remembered here.
    if (this.#waitingCount >= WAITING_MAX) return
    const name = `${source.topic} ${source.name} ${tenant}`
    let waiting = this.#waiting.get(name)
    if (!waiting) {
      waiting = { source, tenant, ids: new Set() }
      this.#waiting.set(name, waiting)
    }
    if (!waiting.ids.has(id)) {
      waiting.ids.add(id)
      this.#waitingCount++
    }
    this.#publishing ??= this.#publishUntilEmpty()
  }

  async #publishUntilEmpty(): Promise<void> {
    try {
      await this.#publishAll()
    } finally {
      // Before anything else can run: what comes from now on starts a new round.
      this.#publishing = undefined
    }
  }

  async #publishAll(): Promise<void> {
    let pauseMs = PAUSE_MIN_MS
    await new Promise((resolve) => setImmediate(resolve)) // commits of the same turn share a batch
    while (this.#waitingCount > 0 && !this.#stopping.signal.aborted) {
      const batch = this.#takeBatch()
      try {
        await this.#publishBatch(batch)
        pauseMs = PAUSE_MIN_MS
      } catch (error) {
        this.#bankTopics.clear() // one may have been deleted meanwhile
        this.#logger.warn({ err: error, waiting: this.#waitingCount }, 'events wait in their outboxes; trying again')
        for (const { source, tenant, ids } of batch) for (const id of ids) this.#enqueue(source, tenant, id)
        await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(ignoreAbort)
        pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)
      }
    }
  }

  #takeBatch(): Waiting[] {
    const batch: Waiting[] = []
    let room = DOCUMENTS_PER_BATCH
    for (const [name, waiting] of this.#waiting) {
      const taken = new Set<string>()
      for (const id of waiting.ids) {
        if (room === 0) break
        taken.add(id)
        waiting.ids.delete(id)
        room--
      }
      if (waiting.ids.size === 0) this.#waiting.delete(name)
      this.#waitingCount -= taken.size
      if (taken.size > 0) batch.push({ ...waiting, ids: taken })
      if (room === 0) break
    }
    return batch
  }

  async #publishBatch(batch: readonly Waiting[]): Promise<void> {
    const read = await Promise.all(
      batch.map(async ({ source, tenant, ids }) => {
        const collection = source.collection(tenant)
        const documents = await collection.find({ _id: { $in: [...ids] } }, { projection: { outbox: 1, sequence: 1 } }).toArray()
        return { source, tenant, collection, documents: documents.filter(({ outbox }) => outbox.length > 0) }
      }),
    )
    const { batches, bankTopics } = messagesOf(read)
    if (batches.length === 0) return
    await this.#makeTopics(bankTopics)
    for (const request of inRequests(batches)) await this.#broker.publishBatch(request)
    for (const { topic, messages } of batches) published.inc({ topic }, messages.length)
    await Promise.all(read.map(({ collection, documents }) => takeOut(collection, documents)))
  }

  /** A bank's topic is made when its tenant is first served, or here where a message comes sooner. */
  async #makeTopics(topics: readonly Topic[]): Promise<void> {
    const unknown = new Map(topics.filter(({ topic }) => !this.#bankTopics.has(topic)).map((each) => [each.topic, each]))
    if (unknown.size === 0) return
    await this.#broker.createMissingTopics([...unknown.values()])
    for (const topic of unknown.keys()) this.#bankTopics.add(topic)
  }

  async #sweep(): Promise<void> {
    let tenants: readonly string[] = this.#tenants()
    let olderThanMs = 0 // at the start whatever waits was left by a process that is gone
    while (!this.#stopping.signal.aborted) {
      for (const tenant of tenants) {
        for (const source of this.#sources) {
          try {
            await this.#sweepTenant(source, tenant, olderThanMs)
          } catch (error) {
            this.#logger.warn({ err: error, tenant }, 'outbox sweep failed; the next one follows')
          }
        }
      }
      await sleep(SWEEP_EVERY_MS, undefined, { signal: this.#stopping.signal }).catch(ignoreAbort)
      tenants = this.#nextToSweep()
      olderThanMs = LEFT_OVER_AFTER_MS
    }
  }

  async #sweepTenant(source: OutboxSource, tenant: string, olderThanMs: number): Promise<void> {
    const leftOver = await source
      .collection(tenant)
      .find({ outboxAt: { $exists: true, $lte: new Date(Date.now() - olderThanMs) } }, { projection: { _id: 1 } })
      .limit(SWEEP_FOUND_MAX)
      .toArray()
    for (const { _id } of leftOver) this.#enqueue(source, tenant, _id)
  }

  /** Tenants with recent writes each time, the others a few at a time in turn. */
  #nextToSweep(): string[] {
    const all = this.#tenants()
    const now = Date.now()
    for (const [tenant, at] of this.#recent) if (now - at > RECENT_MS) this.#recent.delete(tenant)
    const next = new Set(this.#recent.keys())
    for (let count = 0; count < Math.min(TENANTS_PER_SWEEP, all.length); count++) {
      const tenant = all[this.#turn++ % all.length]
      if (tenant !== undefined) next.add(tenant)
    }
    return [...next]
  }

  /** Finishes the batch in flight; what still waits stays in its outbox for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#publishing
    await this.#sweeping
  }
}

function ignoreAbort(error: unknown): void {
  if (error instanceof Error && error.name === 'AbortError') return
  throw error
}
