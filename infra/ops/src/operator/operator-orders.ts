// What an operator sees of card orders, and waiting for one to come to its end.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CardOrderList,
  type CardOrderShown,
  cancelCardOrderByOperatorEndpoint,
  type ListCardOrders,
  listCardOrdersEndpoint,
  processCardOrderByOperatorEndpoint,
  showCardOrderEndpoint,
} from '@dcms/contract'
import type { OperatorCall } from './operator-keys.ts'

const POLL_MS = 500
const WAIT_TIMEOUT_MS = 600_000
const owner = 'inventory-order'

export interface OrderOperations {
  /** The latest orders, newest first. */
  list(tenant: string, which: ListCardOrders): Promise<CardOrderList>
  /** @param cardOrderId the order's id, or its name at the CMS */
  show(tenant: string, cardOrderId: string): Promise<CardOrderShown>
  /** Sends an order to the CMS now. `force`: also before its time. */
  process(tenant: string, orderId: string, options?: { force?: boolean }): Promise<void>
  /** Cancels an order that has not been sent. */
  cancel(tenant: string, orderId: string): Promise<void>
  /**
   * The order when it has come to its end, or after the time.
   * @param told called with the order as it is now and after each change, its end included
   */
  followed(tenant: string, cardOrderId: string, told: (order: CardOrderShown) => void, timeoutMs?: number): Promise<CardOrderShown>
}

/** Whether nothing further happens to the order. */
export function isEnded({ status }: Pick<CardOrderShown, 'status'>): boolean {
  switch (status) {
    case 'RECEIVED':
    case 'PENDING':
    case 'PROCESSED':
      return false
    case 'SUCCESS':
    case 'FAILED':
    case 'CANCELLED':
    case 'EXPIRED':
      return true
  }
}

export function orderOperations(call: OperatorCall): OrderOperations {
  const show = (tenant: string, cardOrderId: string): Promise<CardOrderShown> =>
    call(owner, tenant, `order ${cardOrderId}`, showCardOrderEndpoint, { cardOrderId })
  return {
    show,
    async process(tenant, orderId, { force = false } = {}) {
      await call(owner, tenant, `processing order ${orderId}`, processCardOrderByOperatorEndpoint, { orderId, force })
    },
    async cancel(tenant, orderId) {
      await call(owner, tenant, `cancelling order ${orderId}`, cancelCardOrderByOperatorEndpoint, { orderId })
    },
    list: (tenant, which) => call(owner, tenant, `the list of card orders of ${tenant}`, listCardOrdersEndpoint, which),
    async followed(tenant, cardOrderId, told, timeoutMs = WAIT_TIMEOUT_MS) {
      const until = performance.now() + timeoutMs
      for (let seen = ''; ; await sleep(POLL_MS)) {
        const order = await show(tenant, cardOrderId)
        const state = `${order.status} ${order.stocked}`
        if (state !== seen) told(order)
        seen = state
        if (isEnded(order) || performance.now() > until) return order
      }
    },
  }
}
