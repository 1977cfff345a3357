// An outbox: the events that wait in the document of their aggregate, and what is noted beside
// them.
import type { mongo } from 'mongoose'
import type { OutboxEvent } from './cloud-event.ts'

/** What every aggregate has whose changes are announced. */
export interface OutboxDocument {
  _id: string
  version: number
  /** Sequence of the newest event. */
  sequence: number
  /** Sequence up to which Kafka confirmed the events for the other contexts. */
  relayedSequence: number
  outbox: OutboxEvent[]
  /** Present while something waits; its partial index is what the sweep reads. */
  outboxAt?: Date
  /**
   * Present while the outbox, or the bank's part of it, is kept out of the common batches; `at` has
   * a partial index.
   */
  outboxAside?: OutboxAside
}

/**
 * Why an outbox is aside. `BANK`: the bank's topic does not take messages; the events themselves
 * are published, the bank's messages wait. `BANK_REFUSED`: so is this document's message for the
 * bank, for good. `REFUSED`: Kafka refuses an event for good; the later ones of this document wait
 * behind it, for followers take them in order only.
 */
export type AsideReason = 'BANK' | 'BANK_REFUSED' | 'REFUSED'

export interface OutboxAside {
  why: AsideReason
  /** When it is tried next. */
  at: Date
  since: Date
  /** The event that was refused, and in Kafka's words why. */
  eventId?: string
  refusal?: string
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

/** What of a document is read to publish it. */
export type WaitingDocument = Pick<OutboxDocument, '_id' | 'outbox' | 'sequence' | 'relayedSequence' | 'outboxAside'>

export const waitingFields = { outbox: 1, sequence: 1, relayedSequence: 1, outboxAside: 1 } as const

/** Documents of one collection of one tenant. */
export interface Outboxes {
  source: OutboxSource
  tenant: string
  collection: mongo.Collection<OutboxDocument>
  documents: readonly WaitingDocument[]
}
