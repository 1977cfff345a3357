// One batch of the relay: what was read, what of it goes where, and how it is written down
// afterwards.
import type { Outboxes, WaitingDocument } from './outbox.ts'
import { bankMessages, bankTopicName, MessagesByTopic, ownMessages, UnreadableEvent } from './outbox-messages.ts'
import type { PlainMessage } from './publisher.ts'
import { isLarge } from './request-size.ts'
import { setAside, takeOut } from './take-out.ts'

/** A document with its messages; `whole`: with them, nothing of it waits any more. */
export interface Prepared {
  of: Outboxes
  document: WaitingDocument
  own: PlainMessage[]
  bank: PlainMessage[]
  isWhole: boolean
}

export interface PreparedBatch {
  prepared: Prepared[]
  /**
   * To be published one by one: an event of theirs cannot be written as a message, or is so large
   * that Kafka may refuse it.
   */
  alone: Prepared[]
  /** Set aside earlier with a refused event: they are not for the common batches. */
  refused: Prepared[]
}

export function prepare(read: readonly Outboxes[], isOpen: (tenant: string) => boolean): PreparedBatch {
  const batch: PreparedBatch = { prepared: [], alone: [], refused: [] }
  for (const of of read) {
    const { source, tenant } = of
    const open = !source.forBank || isOpen(tenant)
    for (const document of of.documents) {
      const bare: Prepared = { of, document, own: [], bank: [], isWhole: false }
      const why = document.outboxAside?.why
      if (why === 'REFUSED') {
        batch.refused.push(bare)
        continue
      }
      try {
        const own = ownMessages(document, source, tenant)
        const bank = bankMessages(document, source, tenant)
        if (own.some(isLarge)) {
          batch.alone.push(bare)
          continue
        }
        const isWhole = bank.length === 0 || (open && why !== 'BANK_REFUSED')
        batch.prepared.push({ of, document, own, bank: isWhole ? bank : [], isWhole })
      } catch (error) {
        if (!(error instanceof UnreadableEvent)) throw error
        batch.alone.push(bare)
      }
    }
  }
  return batch
}

/** Messages by topic: the events and, where asked for, what the banks are told of them. */
export function messagesOf(prepared: readonly Prepared[], withBank: boolean): { topic: string; messages: PlainMessage[] }[] {
  const byTopic = new MessagesByTopic()
  for (const { of, own, bank } of prepared) {
    byTopic.add(of.source.topic, own)
    if (withBank) byTopic.add(bankTopicName(of.tenant), bank)
  }
  return byTopic.batches
}

/**
 * Takes out what is whole and sets the rest aside, collection by collection: a store that fails for
 * one bank says nothing about the others.
 * @returns what could not be written; it is published again
 */
export async function writeDown(prepared: readonly Prepared[]): Promise<{ of: Outboxes; error: unknown }[]> {
  const whole = byCollection(prepared.filter(({ isWhole }) => isWhole))
  const rest = byCollection(prepared.filter(({ isWhole }) => !isWhole))
  return await settled([
    ...[...whole].map(([of, documents]) => ({ of, done: takeOut(of.collection, documents) })),
    ...[...rest].map(([of, documents]) => ({ of, done: setAside(of.collection, documents, { why: 'BANK', at: new Date() }) })),
  ])
}

/** Sets documents aside whole, to be published one by one. */
export async function writeRefused(refused: readonly Prepared[]): Promise<{ of: Outboxes; error: unknown }[]> {
  const all = [...byCollection(refused)]
  return await settled(all.map(([of, documents]) => ({ of, done: setAside(of.collection, documents, { why: 'REFUSED', at: new Date() }) })))
}

/**
 * The sweep is not to find again what waits aside; of a compacted source the newer state may well
 * be taken, so it is tried at once.
 */
export async function writeStillRefused(refused: readonly Prepared[]): Promise<{ of: Outboxes; error: unknown }[]> {
  return await settled(
    [...byCollection(refused)].map(([of, documents]) => ({
      of,
      done: of.collection.updateMany(
        { _id: { $in: documents.map(({ _id }) => _id) }, 'outboxAside.why': 'REFUSED' },
        { $unset: { outboxAt: '' as const }, ...(of.source.compacted && { $set: { 'outboxAside.at': new Date() } }) },
      ),
    })),
  )
}

function byCollection(prepared: readonly Prepared[]): Map<Outboxes, WaitingDocument[]> {
  const documents = new Map<Outboxes, WaitingDocument[]>()
  for (const { of, document } of prepared) {
    const present = documents.get(of)
    if (present) present.push(document)
    else documents.set(of, [document])
  }
  return documents
}

async function settled(writes: { of: Outboxes; done: Promise<unknown> }[]): Promise<{ of: Outboxes; error: unknown }[]> {
  const outcomes = await Promise.allSettled(writes.map(({ done }) => done))
  return outcomes.flatMap((outcome, position) => {
    const of = writes[position]?.of
    return outcome.status === 'rejected' && of ? [{ of, error: outcome.reason }] : []
  })
}
