// Finding an order for a caller: one of another branch is as unknown as one that does not exist.
import type { Scope, Tenant } from '@dcms/service'
import { isOwnBranch } from '../branches/branch.ts'
import { type Order, ordersOf, withoutOutbox } from './order.ts'

export async function findOrder(orderId: string, scope: Scope): Promise<Order | null> {
  const order = await ordersOf(scope.tenant).findById(orderId, withoutOutbox).lean<Order>()
  return order && isOwnBranch(scope, order.branchId) ? order : null
}

/** `$exists` shows the store that it may use the index. */
export const ordersNamed = (tenant: Tenant, cardOrderName: string) =>
  ordersOf(tenant).findOne({ cardOrderName: { $exists: true, $eq: cardOrderName } }, withoutOutbox)

/** By its id, or by the name that the card management system gave it. */
export async function findOrderByEither(cardOrderId: string, scope: Scope): Promise<Order | null> {
  const order = await findOrder(cardOrderId, scope)
  if (order) return order
  const named = await ordersNamed(scope.tenant, cardOrderId).lean<Order>()
  return named && isOwnBranch(scope, named.branchId) ? named : null
}
