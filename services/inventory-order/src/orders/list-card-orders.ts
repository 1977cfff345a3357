// A bank's card orders, for operators. Contract:
// packages/contract/src/card-order/list-card-orders.ts.
import { listCardOrdersEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { type Order, ordersOf, withoutOutbox } from './order.ts'
import { orderShown } from './show-card-order.ts'

/** Newest first, by an index whatever the filter. */
export const listCardOrders = command(listCardOrdersEndpoint, async ({ status, branchId, limit }, { tenant }) => {
  const filter = { ...(branchId !== undefined && { branchId }), ...(status !== undefined && { status }) }
  const found = await ordersOf(tenant)
    .find(filter, withoutOutbox)
    .sort({ receivedAt: -1, _id: -1 })
    .limit(limit + 1)
    .lean<Order[]>()
  return answer({ orders: found.slice(0, limit).map(orderShown), more: found.length > limit })
})
