// Publishing a batch of outboxes: together while all is well, apart when Kafka does not take it.
import type { Logger } from 'pino'
import { Counter } from 'prom-client'
import type { AsideLane } from './aside-lane.ts'
import type { BankStreams } from './bank-streams.ts'
import type { Broker } from './broker.ts'
import { LateTakeOut } from './late-take-out.ts'
import { type Outboxes, type OutboxSource, type WaitingDocument, waitingFields } from './outbox.ts'
import { refusalForGood } from './refusal.ts'
import { messagesOf, type Prepared, prepare, writeDown, writeRefused, writeStillRefused } from './relay-batch.ts'
import { inRequests } from './request-size.ts'
import type { Handed, Waiting } from './waiting-queue.ts'

const published = new Counter({
  name: 'dcms_events_published_total',
  help: 'Events published from outboxes; messages for banks as dcms.*.events',
  labelNames: ['topic'],
})
const failures = new Counter({ name: 'dcms_publish_failures_total', help: 'Batches of events that Kafka did not take' })

export interface BatchPublisherParts {
  broker: Broker
  sources: readonly OutboxSource[]
  streams: BankStreams
  lane: AsideLane
}

export class BatchPublisher {
  readonly #broker: Broker
  readonly #ownTopics: ReadonlySet<string>
  readonly #streams: BankStreams
  readonly #lane: AsideLane
  readonly #logger: Logger
  readonly #takeOut = new LateTakeOut({ onFault: (error, tenant) => this.#warnOfRepeat(error, tenant) })

  constructor({ broker, sources, streams, lane }: BatchPublisherParts) {
    this.#broker = broker
    this.#ownTopics = new Set(sources.map(({ topic }) => topic))
    this.#streams = streams
    this.#lane = lane
    this.#logger = broker.logger
  }

  /** @throws when Kafka takes no events at the moment, whosoever they are */
  async publish(batch: readonly Waiting[]): Promise<void> {
    const { prepared, alone, refused } = prepare(await this.#read(batch), (tenant) => this.#streams.isOpen(tenant))
    await this.#write(alone, writeRefused, () => true)
    await this.#write(refused, writeStillRefused, ({ of }) => of.source.compacted ?? false)
    if (prepared.length === 0) return
    try {
      await this.#publishTogether(prepared, true)
    } catch (error) {
      failures.inc()
      const hasBank = prepared.some(({ bank }) => bank.length > 0)
      if (!hasBank && refusalForGood(error) === undefined) throw error
      this.#logger.warn(
        { err: error, documents: prepared.length },
        'a batch was not accepted; its events are published separately from the banks’ messages',
      )
      await this.#publishApart(prepared)
      return
    }
    await this.#finish(prepared)
  }

  /**
   * What was handed over as it was committed, and what is read. A bank whose documents cannot be
   * read stops no other: they are left to the sweep.
   */
  async #read(batch: readonly Waiting[]): Promise<Outboxes[]> {
    const outcomes = await Promise.allSettled(
      batch.map(async ({ source, tenant, ids }): Promise<Outboxes> => {
        const collection = source.collection(tenant)
        const documents: WaitingDocument[] = []
        const unknown: string[] = []
        for (const [id, handed] of ids) {
          const upTo = this.#takeOut.publishedUpTo(source, tenant, id)
          if (handed && upTo !== undefined && upTo >= handed.after + handed.events.length) continue // read with earlier ones
          if (handed && isAll(handed, upTo)) documents.push(asRead(id, handed))
          else unknown.push(id)
        }
        if (unknown.length > 0)
          for (const read of await collection.find({ _id: { $in: unknown } }, { projection: waitingFields }).toArray())
            documents.push(unpublishedOf(read, this.#takeOut.publishedUpTo(source, tenant, read._id)))
        return { source, tenant, collection, documents: documents.filter(({ outbox }) => outbox.length > 0) }
      }),
    )
    return outcomes.flatMap((outcome, position) => {
      if (outcome.status === 'fulfilled') return [outcome.value]
      this.#logger.warn(
        { err: outcome.reason, tenant: batch[position]?.tenant },
        'outboxes could not be read; the next sweep will find them',
      )
      return []
    })
  }

  async #publishTogether(prepared: readonly Prepared[], withBank: boolean): Promise<void> {
    const batches = messagesOf(prepared, withBank)
    for (const request of inRequests(batches)) await this.#broker.publishBatch(request)
    for (const { topic, messages } of batches)
      published.inc({ topic: this.#ownTopics.has(topic) ? topic : 'dcms.*.events' }, messages.length)
  }

  /**
   * The events first, then each bank by itself beside the common batches; never a bank ahead of its
   * event.
   */
  async #publishApart(prepared: readonly Prepared[]): Promise<void> {
    const refused = await this.#publishOwn(prepared)
    await this.#write(refused, writeRefused, () => true)
    const rest = prepared.filter((each) => !refused.includes(each))
    const apart = rest.map((each) => ({ ...each, isWhole: each.isWhole && each.bank.length === 0 }))
    for (const { of, isWhole } of apart) if (!isWhole) this.#streams.suspect(of.tenant)
    await this.#finish(apart)
  }

  /**
   * Events alone; where one is refused for good, by halves until it is found.
   * @returns the documents with a refused event
   */
  async #publishOwn(prepared: readonly Prepared[]): Promise<Prepared[]> {
    try {
      await this.#publishTogether(prepared, false)
      return []
    } catch (error) {
      if (refusalForGood(error) === undefined) throw error
      if (prepared.length === 1) return [...prepared]
      const half = Math.ceil(prepared.length / 2)
      const first = await this.#publishOwn(prepared.slice(0, half))
      return [...first, ...(await this.#publishOwn(prepared.slice(half)))]
    }
  }

  /** What is whole is taken out a moment later, together with others; what is not, at once. */
  async #finish(prepared: readonly Prepared[]): Promise<void> {
    const [late, atOnce] = [prepared.filter(isPlain), prepared.filter((each) => !isPlain(each))]
    for (const { of, document } of late) this.#takeOut.add(of.source, of.tenant, [document])
    await this.#write(atOnce, writeDown, ({ isWhole }) => !isWhole)
  }

  async #write(prepared: readonly Prepared[], write: typeof writeDown, goesOn: (each: Prepared) => boolean): Promise<void> {
    if (prepared.length === 0) return
    for (const { of, error } of await write(prepared)) this.#warnOfRepeat(error, of.tenant)
    for (const each of prepared) if (goesOn(each)) this.#lane.visit(each.of.tenant, { dueMs: this.#streams.dueMs(each.of.tenant) })
  }

  #warnOfRepeat(error: unknown, tenant: string): void {
    this.#logger.warn({ err: error, tenant }, 'published events could not be removed from their outboxes; they will be published again')
  }

  /** Takes out what was published, so that the next process does not publish it again. */
  async stop(): Promise<void> {
    await this.#takeOut.stop()
  }
}

const isPlain = ({ isWhole, document }: Prepared): boolean => isWhole && document.outboxAside === undefined

/**
 * Whether nothing else waits in the document: all before it is confirmed, or was by this process.
 */
const isAll = ({ after, relayedSequence, outboxAside }: Handed, publishedUpTo: number | undefined): boolean =>
  outboxAside === undefined && (after === relayedSequence || after === publishedUpTo)

const asRead = (_id: string, { events, after }: Handed): WaitingDocument => ({
  _id,
  outbox: [...events],
  sequence: after + events.length,
  relayedSequence: after,
})

/** Without the events that were published a moment ago and are still to be taken out. */
function unpublishedOf(document: WaitingDocument, publishedUpTo: number | undefined): WaitingDocument {
  if (publishedUpTo === undefined || document.outboxAside) return document
  return { ...document, outbox: document.outbox.filter(({ sequence }) => sequence > publishedUpTo) }
}
