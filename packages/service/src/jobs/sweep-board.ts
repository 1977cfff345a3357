// When each bank's sweeps are due: in the service's own database, so that one process at a time
// looks, and one query finds what is due for all banks.
import type { Connection, mongo } from 'mongoose'

export interface SweepRecord {
  _id: string // <tenant>/<sweep>
  tenant: string
  sweep: string
  dueAt: Date
  /** Until then the bank is swept often: something was written, or a sweep failed. */
  activeUntil?: Date
  /** Runs in a row that failed. */
  failures?: number
  /** Runs in a row of a bank at rest: the pauses between them grow. */
  restingRuns?: number
  /** How far the run before came, which left more to do. */
  position?: string
}

const DUE_AT_ONCE_MAX = 200
/** How long a bank is swept often after the last write that was told here. */
export const ACTIVE_MS = 150_000
/**
 * The same after a run that failed: what it could not finish may be there still when all else is
 * quiet.
 */
const ACTIVE_AFTER_FAILURE_MS = 15 * 60_000

export class SweepBoard {
  readonly #records: mongo.Collection<SweepRecord>

  constructor(database: Connection) {
    this.#records = database.collection<SweepRecord>('sweeps')
  }

  async prepare(): Promise<void> {
    await this.#records.createIndex({ dueAt: 1 })
    await this.#records.createIndex({ tenant: 1 })
  }

  /** Adds those that are not on it. */
  async place(records: readonly Omit<SweepRecord, '_id'>[]): Promise<void> {
    if (records.length === 0) return
    await this.#records.bulkWrite(
      records.map((record) => ({
        updateOne: { filter: { _id: idOf(record.tenant, record.sweep) }, update: { $setOnInsert: record }, upsert: true },
      })),
      { ordered: false },
    )
  }

  /** The longest due first. */
  due(now: Date): Promise<SweepRecord[]> {
    return this.#records
      .find({ dueAt: { $lte: now } })
      .sort({ dueAt: 1 })
      .limit(DUE_AT_ONCE_MAX)
      .toArray()
  }

  /**
   * Takes a run by naming when the next one is due; false when another process was faster, or told
   * meanwhile that the bank is at work: what is still due then the next look finds.
   */
  async take({ _id, dueAt, activeUntil }: SweepRecord, next: Date, restingRuns: number): Promise<boolean> {
    const asRead = { _id, dueAt, activeUntil: activeUntil ?? { $exists: false } }
    return (await this.#records.updateOne(asRead, { $set: { dueAt: next, restingRuns } })).matchedCount === 1
  }

  /** A run failed: sooner or later than by the clock, and again and again for a while. */
  async failed({ _id, failures = 0 }: SweepRecord, now: Date, againAt: Date, position?: string): Promise<void> {
    await this.#records.updateOne(
      { _id },
      {
        $set: { dueAt: againAt, failures: failures + 1, ...(position !== undefined && { position }) },
        ...(position === undefined && { $unset: { position: '' } }),
        $max: { activeUntil: new Date(now.getTime() + ACTIVE_AFTER_FAILURE_MS) },
      },
    )
  }

  /** A run came to its end. */
  async succeeded({ _id, failures = 0, position }: SweepRecord): Promise<void> {
    if (failures > 0 || position !== undefined) await this.#records.updateOne({ _id }, { $unset: { failures: '', position: '' } })
  }

  /** A run left more to do: the next one follows at once, behind the position. */
  async goOn({ _id }: SweepRecord, position: string, now: Date): Promise<void> {
    await this.#records.updateOne({ _id }, { $set: { position, dueAt: now, restingRuns: 0 }, $unset: { failures: '' } })
  }

  /**
   * Something was written for the bank that may be left unfinished: all its sweeps come soon, and
   * often for a while.
   */
  async wake(tenant: string, sweeps: readonly string[], now: Date, dueAt: Date): Promise<void> {
    const activeUntil = new Date(now.getTime() + ACTIVE_MS)
    const woken = await this.#records.updateMany({ tenant }, { $min: { dueAt }, $max: { activeUntil }, $set: { restingRuns: 0 } })
    if (woken.matchedCount < sweeps.length) await this.place(sweeps.map((sweep) => ({ tenant, sweep, dueAt, activeUntil })))
  }
}

const idOf = (tenant: string, sweep: string): string => `${tenant}/${sweep}`
