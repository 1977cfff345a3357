// What is written to documents once Kafka answered: confirmed events are taken out, what cannot go
// on is set aside.
import type { mongo } from 'mongoose'
import type { AsideReason, OutboxAside, OutboxDocument, WaitingDocument } from './outbox.ts'

type Collection = mongo.Collection<OutboxDocument>

const unsetOf = (isAside: boolean): Record<string, ''> => ({ outboxAt: '', ...(isAside && { outboxAside: '' }) })

/**
 * Takes confirmed events out. A document that got further events meanwhile keeps those, its
 * `outboxAt`, and where it is aside.
 * @returns whether none did
 */
export async function takeOut(collection: Collection, documents: readonly WaitingDocument[]): Promise<boolean> {
  if (documents.length === 0) return true
  const confirmed = documents.map(({ _id, outbox, sequence, outboxAside }) => ({
    _id,
    sequence,
    pull: { $pull: { outbox: { id: { $in: outbox.map(({ id }) => id) } } }, $max: { relayedSequence: sequence } },
    unset: unsetOf(outboxAside !== undefined),
  }))
  const done = await collection.bulkWrite(
    confirmed.map(({ _id, sequence, pull, unset }) => ({ updateOne: { filter: { _id, sequence }, update: { ...pull, $unset: unset } } })),
    { ordered: false },
  )
  if (done.matchedCount === confirmed.length) return true
  await collection.bulkWrite(
    confirmed.map(({ _id, sequence, pull }) => ({ updateOne: { filter: { _id, sequence: { $gt: sequence } }, update: pull } })),
    { ordered: false },
  )
  return false
}

export interface Asides {
  why: AsideReason
  at: Date
  eventId?: string
  refusal?: string
}

/**
 * Sets documents aside until `at`. With `BANK` and `BANK_REFUSED` their events are confirmed as far
 * as they were read, and only the bank's messages wait; with `REFUSED` nothing is. A document that
 * got further events meanwhile keeps its `outboxAt`, and is read again.
 */
export async function setAside(collection: Collection, documents: readonly WaitingDocument[], asides: Asides): Promise<void> {
  if (documents.length === 0) return
  const { why, ...rest } = asides
  const updates = documents.map(({ _id, sequence, relayedSequence, outboxAside }) => {
    // Refused for good stays so, whatever else is the matter with the bank's topic.
    const keeps = why === 'BANK' && outboxAside?.why === 'BANK_REFUSED'
    const aside: OutboxAside = keeps ? outboxAside : { why, ...rest, since: outboxAside?.since ?? new Date() }
    const relayed = why === 'REFUSED' ? relayedSequence : sequence
    return { _id, sequence, set: { $set: { outboxAside: aside }, $max: { relayedSequence: relayed } } }
  })
  const done = await collection.bulkWrite(
    updates.map(({ _id, sequence, set }) => ({
      updateOne: { filter: { _id, sequence }, update: { ...set, $unset: { outboxAt: '' as const } } },
    })),
    { ordered: false },
  )
  if (done.matchedCount === updates.length) return
  await collection.bulkWrite(
    updates.map(({ _id, sequence, set }) => ({ updateOne: { filter: { _id, sequence: { $gt: sequence } }, update: set } })),
    { ordered: false },
  )
}

/** What was published of a document that stays aside. */
interface Part {
  eventIds: readonly string[]
  relayedSequence: number
}

const partOf = ({ eventIds, relayedSequence }: Part) => ({
  $pull: { outbox: { id: { $in: [...eventIds] } } },
  $max: { relayedSequence },
})

export async function takePart(collection: Collection, id: string, part: Part): Promise<void> {
  await collection.updateOne({ _id: id }, partOf(part))
}

/**
 * Marks a document one of whose messages Kafka refuses for good. One that got further events
 * meanwhile is due again at once.
 * @returns whether it got none
 */
export async function refuse(
  collection: Collection,
  { _id, sequence }: WaitingDocument,
  { aside, ...part }: Part & { aside: OutboxAside },
): Promise<boolean> {
  const done = await collection.updateOne({ _id, sequence }, { ...partOf(part), $set: { outboxAside: aside } })
  if (done.matchedCount === 1) return true
  await collection.updateOne({ _id }, { ...partOf(part), $set: { outboxAside: { ...aside, at: new Date() } } })
  return false
}
