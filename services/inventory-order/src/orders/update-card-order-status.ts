// Asking the card management system how far one order is. Contract:
// packages/contract/src/card-order/update-card-order-status.ts.
import { randomUUID } from 'node:crypto'
import { updateCardOrderStatusEndpoint } from '@dcms/contract'
import { answer, type Command, command, refuse } from '@dcms/service'
import { type CardManagementSystem, CmsUnavailable } from './card-management-system.ts'
import { findOrder } from './find-order.ts'
import { syncOrder } from './sync-orders.ts'

/** A repeat asks again: what it finds is stored by a command of its own. */
export const updateCardOrderStatus = (cms: CardManagementSystem | undefined): Command =>
  command(updateCardOrderStatusEndpoint, async ({ orderId }, scope) => {
    const order = await findOrder(orderId, scope)
    if (!order) return refuse('ORD009')
    if (order.status !== 'PENDING' && !order.sending) return answer(true)
    if (!cms) return refuse('ORD012')
    try {
      await syncOrder(cms, order, scope.ofCommand(randomUUID()))
      return answer(true)
    } catch (error) {
      if (error instanceof CmsUnavailable) return refuse('ORD012')
      throw error
    }
  })
