// Looking orders up as they were placed. Contract:
// packages/contract/src/inventory/fetch-card-order-details-from-inventory.ts.
import {
  type CardOrderDetailsFromInventory,
  type FetchCardOrderDetailsFromInventory,
  fetchCardOrderDetailsFromInventoryEndpoint,
} from '@dcms/contract'
import { command, refuse, type Scope } from '@dcms/service'
import { paginationOf } from '../pages.ts'
import { type Order, ordersOf } from './order.ts'

/** Rows of a page that names no size. */
const PAGE_SIZE = 10

/** In the order in which they were received. */
export const fetchCardOrderDetailsFromInventory = command(fetchCardOrderDetailsFromInventoryEndpoint, async (input, scope) => {
  const { pageNo = 1, pageSize = PAGE_SIZE, orderIds, branchId, orderingPartyId } = input
  if (orderIds === undefined && branchId === undefined && orderingPartyId === undefined) return refuse('INV002')
  const orders = ordersOf(scope.tenant)
  const filter = filterOf(input, scope)
  const [total, page] = await Promise.all([
    orders.countDocuments(filter),
    orders
      .find(filter, { placed: 1 })
      .sort({ receivedAt: 1, _id: 1 })
      .skip((pageNo - 1) * pageSize)
      .limit(pageSize)
      .lean<Pick<Order, '_id' | 'placed'>[]>(),
  ])
  const result: CardOrderDetailsFromInventory = page.map(({ _id: orderId, placed }) => ({ orderId, ...placed }))
  return { kind: 'answer', result, pagination: paginationOf(pageNo, pageSize, total) }
})

/** A user of one branch finds orders of that one alone. */
export function filterOf(input: FetchCardOrderDetailsFromInventory, { branch }: Pick<Scope, 'branch'>): object {
  const { orderIds, branchId, orderingPartyId, orderingPartyType, orderStatus, fromDate, toDate } = input
  const branches = [branchId, branch].filter((each) => each !== undefined)
  return {
    ...(orderIds !== undefined && { _id: { $in: orderIds } }),
    ...(branches.length > 0 && { branchId: { $in: branches.filter((each) => branches.every((other) => other === each)) } }),
    ...(orderingPartyId !== undefined && { orderingPartyId }),
    ...(orderingPartyType !== undefined && { orderingPartyType }),
    ...(orderStatus !== undefined && { status: orderStatus }),
    ...((fromDate !== undefined || toDate !== undefined) && {
      receivedAt: { ...(fromDate !== undefined && { $gte: new Date(fromDate) }), ...(toDate !== undefined && { $lte: new Date(toDate) }) },
    }),
  }
}
