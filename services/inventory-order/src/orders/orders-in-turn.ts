// Going through many orders: in pages by an index, several orders at once, in constant memory. An
// order that cannot be done now is left for the next time.
import { randomUUID } from 'node:crypto'
import { type Scope, ServiceUnavailable, type Tenant } from '@dcms/service'
import { type Order, ordersOf, withoutOutbox } from './order.ts'

const PAGE = 100
const AT_ONCE = 16

export interface Errand {
  tenant: Tenant
  scopeOf: (commandId: string) => Scope
  /** Told after each page; throws where the errand is another's now. */
  note: (done: number, left: number) => Promise<void>
  /** Only orders of this branch. */
  branch?: string
  /** Whether to end after this page; what is left, another errand does. */
  isEnough?: () => boolean
}

export interface Wanted {
  /** The field of the index, and up to when. */
  by: 'dueAt' | 'expiresAt' | 'pendingSince' | 'sending.since'
  upTo: Date
  further?: object
}

/**
 * Calls `act` for each order, the oldest first; each gets a command of its own, since what was done
 * is seen by the order.
 * @param act whether something was done; may throw ServiceUnavailable
 * @returns how many were seen, how many of them were done, and how many could not be done now
 */
export async function forOrders(
  errand: Errand,
  { by, upTo, further }: Wanted,
  act: (order: Order, scope: Scope) => Promise<boolean>,
): Promise<{ seen: number; done: number; left: number }> {
  const wanted = { by, upTo, further: { ...further, ...(errand.branch !== undefined && { branchId: errand.branch }) } }
  let [seen, done, left] = [0, 0, 0]
  let last: Order | undefined
  for (;;) {
    const page = await pageOfOrders(errand.tenant, wanted, last).lean<Order[]>()
    for (let from = 0; from < page.length; from += AT_ONCE) {
      const acts = page.slice(from, from + AT_ONCE).map((order) => act(order, errand.scopeOf(randomUUID())).catch(leftForNextTime))
      const ends = await Promise.all(acts)
      seen += ends.length
      done += ends.filter((end) => end === true).length
      left += ends.filter((end) => end === null).length
    }
    last = page.at(-1)
    if (last) await errand.note(done, left)
    if (page.length < PAGE || errand.isEnough?.()) return { seen, done, left }
  }
}

/** One stretch of the index; `$exists` shows the store that it may use it. */
export const pageOfOrders = (tenant: Tenant, { by, upTo, further }: Wanted, last?: Order) =>
  ordersOf(tenant)
    .find({ ...further, [by]: { $exists: true, $lte: upTo }, ...(last && behind(by, last)) }, withoutOutbox)
    .sort({ [by]: 1, _id: 1 })
    .limit(PAGE)

/** What comes after an order in the index. */
function behind(by: Wanted['by'], order: Order): object {
  const reached = by === 'sending.since' ? order.sending?.since : order[by]
  return { $or: [{ [by]: { $gt: reached } }, { [by]: reached, _id: { $gt: order._id } }] }
}

/** Null: neither the order's fault nor ours, and the next run comes by. */
function leftForNextTime(error: unknown): null {
  if (error instanceof ServiceUnavailable) return null
  throw error
}
