// Taking events out of their outboxes once Kafka confirmed them.
import type { mongo } from 'mongoose'
import type { OutboxDocument } from './relay.ts'

/** Takes confirmed events out. A document that got further events meanwhile keeps those and its `outboxAt`. */
export async function takeOut(
  collection: mongo.Collection<OutboxDocument>,
  documents: readonly Pick<mongo.WithId<OutboxDocument>, '_id' | 'outbox' | 'sequence'>[],
): Promise<void> {
  if (documents.length === 0) return
  const confirmed = documents.map(({ _id, outbox, sequence }) => ({ _id, sequence, ids: outbox.map(({ id }) => id) }))
  const done = await collection.bulkWrite(
    confirmed.map(({ _id, sequence, ids }) => ({
      updateOne: {
        filter: { _id, sequence },
        update: { $pull: { outbox: { id: { $in: ids } } }, $max: { relayedSequence: sequence }, $unset: { outboxAt: '' as const } },
      },
    })),
    { ordered: false },
  )
  if (done.matchedCount === confirmed.length) return
  await collection.bulkWrite(
    confirmed.map(({ _id, sequence, ids }) => ({
      updateOne: {
        filter: { _id, sequence: { $gt: sequence } },
        update: { $pull: { outbox: { id: { $in: ids } } }, $max: { relayedSequence: sequence } },
      },
    })),
    { ordered: false },
  )
}
