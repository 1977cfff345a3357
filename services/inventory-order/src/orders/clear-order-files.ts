// The job that removes the kits of files whose orders have ended, and gives up files that were
// taken for an order which never came.
import type { OrderStatus } from '@dcms/contract'
import type { Job, Tenant } from '@dcms/service'
import { fileNamesOf, type OrderFile, orderFilesOf, removeChunks } from '../files/order-file.ts'
import { type Order, ordersOf } from './order.ts'

const EVERY_MS = 86_400_000
const PAGE = 100
/** An order that is not there by then never comes. */
const PLACED_WITHIN_MS = 3_600_000

type Used = OrderFile & Required<Pick<OrderFile, 'usedAt' | 'orderId'>>

/** A file stays without its kits when its order has ended: its content is not taken once more. */
export const clearOrderFiles: Job = {
  name: 'clear-order-files',
  summary: 'Removes what is kept of the kits of files whose orders have ended',
  everyMs: EVERY_MS,
  async run(run) {
    let { cleared = 0, givenUp = 0 } = run.counts
    let last: Used | undefined
    for (;;) {
      const page = await usedFiles(run.tenant, last).lean<Used[]>()
      for (const file of page) {
        const became = await clear(run.tenant, file, run.asOf)
        if (became === 'cleared') cleared++
        if (became === 'given up') givenUp++
      }
      last = page.at(-1)
      if (last) await run.note(undefined, { cleared, givenUp })
      if (page.length < PAGE) return
    }
  },
}

/**
 * Those whose kits are kept for an order, the oldest first; `$exists` shows the store that it may
 * use the index.
 */
export const usedFiles = (tenant: Tenant, last?: Pick<Used, 'usedAt' | '_id'>) =>
  orderFilesOf(tenant)
    .find({ usedAt: { $exists: true }, ...(last && behind(last)) })
    .sort({ usedAt: 1, _id: 1 })
    .limit(PAGE)

const behind = ({ usedAt, _id }: Pick<Used, 'usedAt' | '_id'>) => ({ $or: [{ usedAt: { $gt: usedAt } }, { usedAt, _id: { $gt: _id } }] })

async function clear(tenant: Tenant, file: Used, asOf: Date): Promise<'cleared' | 'given up' | 'kept'> {
  const { _id, fileName, orderId, uploadId, usedAt } = file
  const own = { _id, orderId, usedAt }
  const order = await ordersOf(tenant).findOne({ _id: orderId, fileName }, { status: 1 }).lean<Pick<Order, 'status'>>()
  if (order) {
    if (!hasEnded[order.status]) return 'kept'
    await removeChunks(tenant, uploadId)
    await orderFilesOf(tenant).updateOne(own, { $unset: { usedAt: 1 } })
    return 'cleared'
  }
  if (asOf.getTime() - usedAt.getTime() < PLACED_WITHIN_MS) return 'kept'
  const removed = await orderFilesOf(tenant).deleteOne(own)
  if (removed.deletedCount === 0) return 'kept' // another order took it over just now
  await removeChunks(tenant, uploadId)
  await fileNamesOf(tenant).deleteOne({ _id: fileName, file: _id })
  return 'given up'
}

/** Whether no kit is produced any more for an order in such a status. */
const hasEnded: Readonly<Record<OrderStatus, boolean>> = {
  RECEIVED: false,
  PENDING: false,
  PROCESSED: false,
  SUCCESS: true,
  FAILED: true,
  CANCELLED: true,
  EXPIRED: true,
}
