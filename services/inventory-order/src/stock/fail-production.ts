// What becomes of an order when kits of one of its products cannot be made.
import { type KitsNotProduced, type OrderCompleted, type OrderFailed, orderStatusOf } from '@dcms/contract'
import { type Decision, NotYet, type Scope, unchanged } from '@dcms/service'
import { type Order, ordersOf } from '../orders/order.ts'
import { orderCompleted } from './stock-batch.ts'

/** @throws NotYet while the order is not known */
export async function failProduction(lack: KitsNotProduced, scope: Scope): Promise<void> {
  let isKnown = false
  const failed = await scope.change(ordersOf, lack.orderId, (order) => {
    isKnown = order !== null
    return order ? decideLack(order, lack, scope.now) : unchanged
  })
  if (!isKnown || failed.kind === 'overtaken') throw new NotYet(`order ${lack.orderId} cannot be changed yet`)
}

/**
 * The lines of the product that are not in stock yet fail; kits of theirs that are there stay. The
 * order ends when no other line is open.
 */
export function decideLack(
  order: Order,
  { productId, reason, reasonCode }: Pick<KitsNotProduced, 'productId' | 'reason' | 'reasonCode'>,
  now: Date,
): Decision<Order, OrderCompleted | OrderFailed, never> {
  const isHit = (line: Order['lines'][number]): boolean =>
    line.productId === productId && line.status !== 'SUCCESS' && line.status !== 'FAILED'
  if (!order.lines.some(isHit)) return unchanged
  const lines = order.lines.map((line) => (isHit(line) ? { ...line, status: 'FAILED' as const, reason } : line))
  const status = orderStatusOf(lines.map((line) => line.status))
  const common = { lines, status, changedAt: now }
  switch (status) {
    case 'SUCCESS':
      return { kind: 'changed', set: { ...common, completedAt: now }, events: [orderCompleted(order, order.stocked, now)] }
    case 'FAILED': {
      const { _id: orderId, branchId } = order
      const failed = { type: 'OrderFailed', orderId, branchId, reason, reasonCode, failedAt: now.toISOString() } as const
      return { kind: 'changed', set: { ...common, reason, reasonCode }, events: [failed] }
    }
    default:
      return { kind: 'changed', set: common, events: [] }
  }
}
