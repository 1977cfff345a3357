// How an order ends that was not sent: cancelled, or its validity over. Pure.
import { type OrderCancelled, orderStepOf } from '@dcms/contract'
import { type Decision, refuse, unchanged } from '@dcms/service'
import type { Order } from './order.ts'

/** What an order has only while it is RECEIVED. */
export const whileReceived = ['dueAt', 'expiresAt', 'sending'] as const satisfies readonly (keyof Order)[]

/** Only an order that is RECEIVED can be cancelled; the refusal names the status it has. */
export function decideCancelling(order: Order, now: Date): Decision<Order, OrderCancelled, 'ORD003'> {
  const step = orderStepOf('CANCEL', order.status)
  if ('refusal' in step) return refuse(step.refusal, [`Order status is ${order.status} and cannot be cancelled`])
  return ended(order, step, now)
}

/** An order that was sent, or ended otherwise meanwhile, stays what it is. */
export function decideExpiry(order: Order, now: Date): Decision<Order, OrderCancelled, never> {
  const step = orderStepOf('EXPIRE', order.status)
  return 'to' in step ? ended(order, step, now) : unchanged
}

function ended(
  { _id: orderId, branchId, lines, fileName }: Order,
  { to: status, event: type }: { to: OrderCancelled['status']; event: OrderCancelled['type'] },
  now: Date,
): Decision<Order, OrderCancelled, never> {
  return {
    kind: 'changed',
    set: { status, lines: lines.map((line) => ({ ...line, status })), changedAt: now },
    unset: whileReceived,
    events: [{ type, orderId, branchId, status, ...(fileName !== undefined && { fileName }), cancelledAt: now.toISOString() }],
  }
}
