// The lane beside the relay's common batches: what was set aside is published here, bank by bank
// and where needed document by document.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { Counter, Gauge } from 'prom-client'
import type { BankStreams } from './bank-streams.ts'
import type { Broker } from './broker.ts'
import { type Outboxes, type OutboxSource, type WaitingDocument, waitingFields } from './outbox.ts'
import { bankMessages, bankTopicName } from './outbox-messages.ts'
import { publishAlone, type Refused, refusalOf } from './publish-alone.ts'
import type { PlainMessage } from './publisher.ts'
import { inRequests } from './request-size.ts'
import { refuse, takeOut, takePart } from './take-out.ts'

const DOCUMENTS_PER_VISIT = 200
const COUNTED_MAX = 1_000
const TICK_MS = 50
/** The rest waits for its own events to be published. */
const REST_PAUSE_MS = 500
const PAUSE_AFTER_FAULT_MS = 5_000
/**
 * What Kafka refused for good is tried again so often, and at each start: somebody may have mended
 * it or allowed the topic more.
 */
const REFUSED_AGAIN_MS = 600_000

const refusals = new Counter({
  name: 'dcms_outbox_refused_total',
  help: 'Events and messages for banks that Kafka refused for good; their document waits for a person',
  labelNames: ['collection'],
})
const asideDocuments = new Gauge({
  name: 'dcms_outbox_aside_documents',
  help: 'Documents whose outbox is aside. bank: the topic of the bank takes nothing; refused: Kafka refuses one of its messages for good',
  labelNames: ['why'],
})

interface Visit {
  dueMs: number
  /** Also what is not due yet. */
  all: boolean
}
interface Counts {
  bank: number
  refused: number
}

/** Two workers: banks that have failed before keep nobody waiting but each other. */
export class AsideLane {
  readonly #broker: Broker
  readonly #sources: readonly OutboxSource[]
  readonly #streams: BankStreams
  readonly #logger: Logger
  readonly #visits = new Map<string, Visit>()
  readonly #counts = new Map<string, Counts>()
  readonly #stopping = new AbortController()
  #working: Promise<unknown> | undefined

  constructor(broker: Broker, sources: readonly OutboxSource[], streams: BankStreams) {
    this.#broker = broker
    this.#sources = sources
    this.#streams = streams
    this.#logger = broker.logger
  }

  /** Has a tenant looked at, at once or then. */
  visit(tenant: string, { dueMs = 0, all = false }: Partial<Visit> = {}): void {
    const present = this.#visits.get(tenant)
    this.#visits.set(tenant, { dueMs: Math.min(present?.dueMs ?? dueMs, dueMs), all: all || (present?.all ?? false) })
    this.#working ??= Promise.all([this.#work(false), this.#work(true)])
  }

  async #work(withFailing: boolean): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const now = Date.now()
      const next = [...this.#visits].find(([tenant, { dueMs }]) => dueMs <= now && this.#streams.isFailing(tenant) === withFailing)
      if (!next) {
        await sleep(TICK_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
        continue
      }
      const [tenant, { all }] = next
      this.#visits.delete(tenant)
      const publish = async (topic: string, messages: readonly PlainMessage[]): Promise<void> => {
        for (const request of inRequests([{ topic, messages }])) await this.#broker.publishAside(request, withFailing)
      }
      try {
        const againMs = await this.#visitNow(tenant, all, publish)
        if (againMs !== undefined) this.visit(tenant, { dueMs: againMs })
      } catch (error) {
        this.#logger.warn({ err: error, tenant }, 'the set-aside events of a bank cannot be published now; trying again later')
        this.visit(tenant, { dueMs: Date.now() + PAUSE_AFTER_FAULT_MS, all })
      }
    }
  }

  /** @returns when to come again; undefined when nothing is left */
  async #visitNow(tenant: string, all: boolean, publish: Publish): Promise<number | undefined> {
    const counts: Counts = { bank: 0, refused: 0 }
    if (this.#streams.isClosed(tenant) && this.#mayTry(tenant)) await this.#streams.make([tenant])
    for (const source of this.#sources) {
      const collection = source.collection(tenant)
      const due = all ? { $exists: true } : { $exists: true, $lte: new Date() }
      const documents = await collection
        .find({ 'outboxAside.at': due }, { projection: waitingFields })
        .sort({ 'outboxAside.at': 1 })
        .limit(DOCUMENTS_PER_VISIT)
        .toArray()
      if (documents.length === 0 && (all || !this.#counts.has(tenant))) continue
      await this.#publishDue({ source, tenant, collection, documents }, publish)
      const isAside = { 'outboxAside.at': { $exists: true } }
      counts.bank += await collection.countDocuments({ ...isAside, 'outboxAside.why': 'BANK' }, { limit: COUNTED_MAX })
      counts.refused += await collection.countDocuments({ ...isAside, 'outboxAside.why': { $ne: 'BANK' } }, { limit: COUNTED_MAX })
    }
    this.#count(tenant, counts)
    if (!this.#mayTry(tenant)) return this.#streams.dueMs(tenant)
    this.#streams.opened(tenant)
    if (counts.bank > 0) return Date.now() + (counts.bank > DOCUMENTS_PER_VISIT ? TICK_MS : REST_PAUSE_MS)
    return counts.refused > 0 ? Date.now() + REFUSED_AGAIN_MS : undefined
  }

  #mayTry(tenant: string): boolean {
    return this.#streams.dueMs(tenant) <= Date.now()
  }

  async #publishDue(outboxes: Outboxes, publish: Publish): Promise<void> {
    const { tenant, documents } = outboxes
    const bank = documents.filter(({ outboxAside }) => outboxAside?.why === 'BANK')
    const alone = documents.filter(({ outboxAside }) => outboxAside?.why !== 'BANK')
    if (bank.length > 0 && this.#mayTry(tenant) && !(await this.#publishForBank({ ...outboxes, documents: bank }, publish)))
      alone.push(...bank)
    for (const document of alone) await this.#publishAlone(outboxes, document, publish)
  }

  /**
   * The messages that a bank waits for, all at once. Events behind `relayedSequence` are not
   * published yet, and a bank does not hear of them first.
   * @returns false when one of them is refused for good
   */
  async #publishForBank({ source, tenant, collection, documents }: Outboxes, publish: Publish): Promise<boolean> {
    const published = documents.map(asPublished)
    await this.#streams.make([tenant])
    if (!this.#mayTry(tenant)) return true
    try {
      const messages = published.flatMap((document) => bankMessages(document, source, tenant))
      if (messages.length > 0) await publish(bankTopicName(tenant), messages)
    } catch (error) {
      if (refusalOf(error) !== undefined) return false
      this.#streams.failed(tenant, error)
      return true
    }
    await takeOut(collection, published)
    return true
  }

  async #publishAlone(outboxes: Outboxes, document: WaitingDocument, publish: Publish): Promise<void> {
    const { source, tenant, collection } = outboxes
    const { eventIds, relayedSequence, refused, failure } = await publishAlone(outboxes, document, publish)
    if (refused) await this.#refuse(outboxes, document, { eventIds, relayedSequence, refused })
    else if (failure) await takePart(collection, document._id, { eventIds, relayedSequence })
    else if (!(await takeOut(collection, [document]))) this.visit(tenant) // it got further events meanwhile
    if (failure?.of === 'bank') this.#streams.failed(tenant, failure.error)
    else if (failure) throw new Error(`events of ${source.name} are not published`, { cause: failure.error })
  }

  async #refuse(
    { source, tenant, collection }: Outboxes,
    document: WaitingDocument,
    { refused, ...part }: { eventIds: string[]; relayedSequence: number; refused: Refused },
  ): Promise<void> {
    const since = document.outboxAside?.since ?? new Date()
    const isNewest = await refuse(collection, document, {
      ...part,
      aside: { ...refused, since, at: new Date(Date.now() + REFUSED_AGAIN_MS) },
    })
    if (refused.why === 'BANK_REFUSED') this.#streams.keepApart(tenant)
    if (!isNewest && source.compacted) this.visit(tenant) // the newer state may well be taken
    if (document.outboxAside?.eventId === refused.eventId) return
    refusals.inc({ collection: source.name })
    const about = { tenant, collection: source.name, aggregate: document._id, ...refused }
    this.#logger.error(about, 'Kafka permanently refuses a message; its document waits until the cause is fixed')
  }

  #count(tenant: string, counts: Counts): void {
    if (counts.bank + counts.refused > 0) this.#counts.set(tenant, counts)
    else this.#counts.delete(tenant)
    const sum = { bank: 0, refused: 0 }
    for (const { bank, refused } of this.#counts.values()) {
      sum.bank += bank
      sum.refused += refused
    }
    asideDocuments.set({ why: 'bank' }, sum.bank)
    asideDocuments.set({ why: 'refused' }, sum.refused)
  }

  /** Finishes what is in flight; the rest stays in the store for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#working
  }
}

type Publish = (topic: string, messages: readonly PlainMessage[]) => Promise<void>

const asPublished = (document: WaitingDocument): WaitingDocument => ({
  ...document,
  sequence: document.relayedSequence,
  outbox: document.outbox.filter(({ sequence }) => sequence <= document.relayedSequence),
})
