// What is kept of a batch of PIN mailers: which it took, with the PIN blocks for the printer, so
// that a repeat answers the same.
import type { PinReference } from '@dcms/card-crypto'
import type { ClosedPinMailer, PinMailerLine } from '@dcms/contract'
import { place, plainModel, type Tenant } from '@dcms/service'

const KEPT_MS = 30 * 24 * 60 * 60 * 1000

/** A mailer the batch takes: a line with the new PIN, or none because its card went out of use. */
export type Taken = { line: PinMailerLine; reference: PinReference } | { closed: ClosedPinMailer }

export interface PinMailerBatchRecord {
  _id: string // batchId
  /** Written once, before any card is touched. */
  taken: Taken[]
  /**
   * Ids of those that this batch got: two batches at once may have meant the same. Absent until
   * every card was done.
   */
  settled?: string[]
  /** PIN blocks are not kept longer than a printer may ask for them again. */
  expiresAt: Date
}

export const pinMailerBatchesOf = plainModel<PinMailerBatchRecord>(
  'pinMailerBatches',
  { taken: [Object], settled: { type: [String], default: undefined }, expiresAt: Date },
  [[{ expiresAt: 1 }, { expireAfterSeconds: 0 }]],
)

/** The collection is made with a bank's first batch: many banks have none. */
export async function findBatch(tenant: Tenant, batchId: string): Promise<PinMailerBatchRecord | null> {
  await pinMailerBatchesOf(tenant).createIndexes()
  return await pinMailerBatchesOf(tenant).findById(batchId).lean<PinMailerBatchRecord>()
}

/** Stores what the batch takes, or gives what an earlier or simultaneous call stored. */
export async function beginBatch(tenant: Tenant, batchId: string, taken: Taken[], now: Date): Promise<PinMailerBatchRecord> {
  const record: PinMailerBatchRecord = { _id: batchId, taken, expiresAt: new Date(now.getTime() + KEPT_MS) }
  if ((await place(pinMailerBatchesOf(tenant), record)) === 'placed') return record
  const stored = await findBatch(tenant, batchId)
  if (!stored) throw new Error(`the batch ${batchId} has disappeared`)
  return stored
}

/** Says which of the mailers the batch got; the first to say so is believed. */
export async function settleBatch(tenant: Tenant, batchId: string, settled: string[]): Promise<void> {
  await pinMailerBatchesOf(tenant).updateOne({ _id: batchId, settled: { $exists: false } }, { $set: { settled } })
}
