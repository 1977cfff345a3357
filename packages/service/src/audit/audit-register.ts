// The runs of a process, in its own database: whoever can only write to Kafka cannot hide one, nor
// the end of one.
import type { AuditHead, AuditInstance } from '@dcms/contract'
import type { Connection } from 'mongoose'

/** Runs that stay in the register; what is older is named by the `begin` records of those. */
const KEPT_MAX = 1_000
/** Earlier runs that a `begin` record names. */
const NAMED_MAX = 50

interface StoredInstance {
  _id: string
  process: string
  startedAt: Date
  sequence: number
  hash: string
  endedAt?: Date
}

export interface AuditRegister {
  /** Enters a run that begins; returns earlier ones, newest first. */
  begin(process: string, instance: string, now: Date): Promise<AuditHead[]>
  /** How far its records went, once Kafka has them. */
  reached(head: AuditHead, endedAt?: Date): Promise<void>
  all(): Promise<AuditInstance[]>
}

/** In the collection `audit` of the given database. */
export function auditRegister(connection: Connection, database: string): AuditRegister {
  const instances = connection.useDb(database, { useCache: true }).collection<StoredInstance>('audit')
  return {
    async begin(process, instance, now) {
      const earlier = await instances
        .find({ _id: { $ne: instance } })
        .sort({ startedAt: -1 })
        .limit(NAMED_MAX)
        .toArray()
      const tooOld = await instances
        .find({}, { projection: { _id: 1 } })
        .sort({ startedAt: -1 })
        .skip(KEPT_MAX)
        .toArray()
      if (tooOld.length > 0) await instances.deleteMany({ _id: { $in: tooOld.map(({ _id }) => _id) } })
      await instances.updateOne({ _id: instance }, { $setOnInsert: { process, startedAt: now, sequence: 0, hash: '' } }, { upsert: true })
      return earlier.map(({ _id, sequence, hash }) => ({ instance: _id, sequence, hash }))
    },
    async reached({ instance, sequence, hash }, endedAt) {
      await instances.updateOne({ _id: instance }, { $set: { sequence, hash, ...(endedAt && { endedAt }) } })
    },
    async all() {
      const stored = await instances.find().sort({ startedAt: -1 }).limit(KEPT_MAX).toArray()
      return stored.map(({ _id, process, startedAt, sequence, hash, endedAt }) => ({
        instance: _id,
        process,
        startedAt: startedAt.toISOString(),
        sequence,
        hash,
        ...(endedAt && { endedAt: endedAt.toISOString() }),
      }))
    },
  }
}
