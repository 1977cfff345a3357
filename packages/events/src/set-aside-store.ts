// Events that a follower could not apply yet, stored in its service's own database until it can.
// Kafka's offset moves on past them.
import type { mongo } from 'mongoose'
import { isStoreAway } from './store-away.ts'

/**
 * Why an event waits: its bank is not served here, what it needs is away, it failed, or one of its
 * aggregate before it waits.
 */
export type SetAsideReason = 'not-served' | 'unavailable' | 'failed' | 'behind'

/**
 * A message with what is needed to try it again. `_id` is its place: group, topic, partition,
 * offset.
 */
export interface SetAsideEvent {
  _id: string
  tenant: string
  key: string
  value: string | null
  headers: Record<string, string>
  reason: SetAsideReason
  at: Date
  /** Failures of its own so far; being away is none. */
  failures: number
  /** When the first of them was. */
  failedAt?: Date
}

/** What a follower keeps in memory of each. */
export type SetAsidePlace = Pick<SetAsideEvent, '_id' | 'tenant' | 'key' | 'at'>

const DUPLICATE_KEY = 11000
const LISTED_MAX = 500_000
// Wide enough for every offset, so that ids sort as the partition does.
const OFFSET_DIGITS = 19
const PARTITION_DIGITS = 5

/**
 * The collection `set_aside` of a service. Only the member of a group that has a partition writes
 * and reads its events.
 */
export class SetAsideStore {
  readonly #collection: mongo.Collection<SetAsideEvent>

  constructor(collection: mongo.Collection<SetAsideEvent>) {
    this.#collection = collection
  }

  /**
   * Where all events of these partitions stand, in the order of their partitions. One range of
   * `_id` for each partition.
   */
  async list(group: string, topic: string, partitions: readonly number[]): Promise<SetAsidePlace[]> {
    if (partitions.length === 0) return []
    const ranges = partitions.map((partition) => {
      const prefix = placePrefix(group, topic, partition)
      return { _id: { $gte: prefix, $lt: `${prefix}~` } }
    })
    return await this.#collection
      .find({ $or: ranges }, { projection: { tenant: 1, key: 1, at: 1 } })
      .sort({ _id: 1 })
      .limit(LISTED_MAX)
      .toArray()
  }

  /** Stores events; those that are stored already stay as they are. */
  async add(events: readonly SetAsideEvent[]): Promise<void> {
    try {
      await this.#collection.insertMany([...events], { ordered: false })
    } catch (error) {
      if (isStoreAway(error) || !saysOnlyDuplicates(error)) throw error
    }
  }

  async read(ids: readonly string[]): Promise<SetAsideEvent[]> {
    return await this.#collection
      .find({ _id: { $in: [...ids] } })
      .sort({ _id: 1 })
      .toArray()
  }

  async noteFailure(id: string, failures: number, failedAt: Date): Promise<void> {
    await this.#collection.updateOne({ _id: id }, { $set: { failures, failedAt } })
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#collection.deleteMany({ _id: { $in: [...ids] } })
  }
}

const placePrefix = (group: string, topic: string, partition: number): string =>
  `${group}/${topic}/${String(partition).padStart(PARTITION_DIGITS, '0')}/`

/** The place of a message, sortable. */
export const placeOf = (group: string, topic: string, partition: number, offset: string): string =>
  placePrefix(group, topic, partition) + offset.padStart(OFFSET_DIGITS, '0')

/** The offset in a place. */
export const offsetOf = (place: string): string => String(BigInt(place.slice(place.lastIndexOf('/') + 1)))

function saysOnlyDuplicates(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== DUPLICATE_KEY) return false
  const writeErrors: unknown = 'writeErrors' in error ? error.writeErrors : []
  const all = Array.isArray(writeErrors) ? writeErrors : [writeErrors]
  return all.every((each: { code?: unknown }) => each.code === DUPLICATE_KEY)
}
