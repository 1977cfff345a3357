// A card order for operators. Contract: packages/contract/src/card-order/show-card-order.ts.
import { type CardOrderShown, showCardOrderEndpoint } from '@dcms/contract'
import { answer, command, refuse } from '@dcms/service'
import { type Order, ordersOf, withoutOutbox } from './order.ts'

/** Found by its id, else by the name that the CMS gave it. */
export const showCardOrder = command(showCardOrderEndpoint, async ({ cardOrderId }, { tenant }) => {
  const orders = ordersOf(tenant)
  const order =
    (await orders.findById(cardOrderId, withoutOutbox).lean<Order>()) ??
    (await orders.findOne({ cardOrderName: cardOrderId }, withoutOutbox).lean<Order>())
  return order ? answer(orderShown(order)) : refuse('ORD009')
})

/** An order as operators see it. */
export function orderShown(order: Order): CardOrderShown {
  const { status, branchId, lines, totalQuantity, stocked, attempts, cardOrderName, fileName, reason, reasonCode } = order
  const times = {
    dueAt: order.dueAt,
    expiresAt: order.expiresAt,
    sendingSince: order.sending?.since,
    pendingSince: order.pendingSince,
    processedAt: order.processedAt,
    completedAt: order.completedAt,
  }
  return {
    orderId: order._id,
    status,
    branchId,
    lines: lines.map(({ productId, bin, cardType, quantity, ...line }) => ({
      productId,
      bin,
      cardType,
      status: line.status,
      quantity,
      stocked: line.stocked,
      ...(line.reason !== undefined && { reason: line.reason }),
    })),
    totalQuantity,
    stocked,
    receivedAt: order.receivedAt.toISOString(),
    changedAt: order.changedAt.toISOString(),
    ...Object.fromEntries(Object.entries(times).flatMap(([name, at]) => (at ? [[name, at.toISOString()]] : []))),
    attempts,
    ...(cardOrderName !== undefined && { cardOrderName }),
    ...(fileName !== undefined && { fileName }),
    ...(reason !== undefined && { reason }),
    ...(reasonCode !== undefined && { reasonCode }),
  }
}
