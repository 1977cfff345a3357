// Cancelling an order. Contract: packages/contract/src/card-order/cancel-card-order.ts.
import { cancelCardOrderByOperatorEndpoint, cancelCardOrderEndpoint } from '@dcms/contract'
import { answer, type Command, command, type Outcome, refuse, type Scope, ServiceUnavailable } from '@dcms/service'
import type { CardManagementSystem } from './card-management-system.ts'
import { decideCancelling } from './end-order.ts'
import { findOrder } from './find-order.ts'
import { type Order, ordersOf } from './order.ts'
import { withdrawOrder } from './sending.ts'

const cancelled = 'Order cancelled successfully'

/**
 * Whoever names another branch than the one that ordered learns nothing of the order. One that is
 * being sent, or whose sending ended without an answer, is withdrawn at the card management system
 * first: it says whether it has taken the order, and never takes it afterwards.
 */
export const cancelCardOrder = (cms: CardManagementSystem | undefined): Command =>
  command(cancelCardOrderEndpoint, async ({ orderId, branchId }, scope) => {
    const order = await findOrder(orderId, scope)
    return order?.branchId === branchId ? await cancelOrder(cms, order, scope) : refuse('ORD009')
  })

/** The same for operators, who need not know the branch. */
export const cancelCardOrderByOperator = (cms: CardManagementSystem | undefined): Command =>
  command(cancelCardOrderByOperatorEndpoint, async ({ orderId }, scope) => {
    const order = await findOrder(orderId, scope)
    return order ? await cancelOrder(cms, order, scope) : refuse('ORD009')
  })

type Cancelling = Promise<Outcome<typeof cancelled, 'ORD003'>>

async function cancelOrder(cms: CardManagementSystem | undefined, order: Order, scope: Scope): Cancelling {
  if (order.sending) return await takeBack(cms, order, scope)
  return await scope.commit(ordersOf, order, decideCancelling(order, scope.now), cancelled)
}

async function takeBack(cms: CardManagementSystem | undefined, order: Order, scope: Scope): Cancelling {
  if (!cms) throw new ServiceUnavailable('no card management system is set, and the order may be at one')
  const status = await withdrawOrder(cms, order, scope, scope.commandId)
  const after = await ordersOf(scope.tenant).findById(order._id, { commandIds: 1 }).lean<Pick<Order, 'commandIds'>>()
  const isOurs = status === 'CANCELLED' && after?.commandIds.includes(scope.commandId)
  return isOurs ? answer(cancelled) : refuse('ORD003', [`Order status is ${status} and cannot be cancelled`])
}
