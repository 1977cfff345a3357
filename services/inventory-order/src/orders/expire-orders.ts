// The job that ends orders whose validity is over before they were sent.
import type { Job, Scope } from '@dcms/service'
import type { CardManagementSystem } from './card-management-system.ts'
import { decideExpiry } from './end-order.ts'
import { ofJob } from './errands.ts'
import { type Order, ordersOf } from './order.ts'
import { forOrders } from './orders-in-turn.ts'
import { expiryOf, withdrawOrder } from './sending.ts'

const EVERY_MS = 3_600_000 // an order's validity ends at the time of day at which it was placed

/**
 * An order that may be on its way to the card management system is withdrawn there first; without
 * one it is left.
 */
export const expireOrders = (cms: CardManagementSystem | undefined): Job => ({
  name: 'expire-orders',
  summary: 'Ends orders whose validity is over before they were sent',
  everyMs: EVERY_MS,
  async run(run) {
    await forOrders(ofJob(run, 'expired'), { by: 'expiresAt', upTo: run.asOf }, (order, scope) => expire(cms, order, scope))
  },
})

async function expire(cms: CardManagementSystem | undefined, order: Order, scope: Scope): Promise<boolean> {
  if (order.sending) return cms !== undefined && (await withdrawOrder(cms, order, scope, expiryOf(order))) === 'EXPIRED'
  const ended = await scope.commit(ordersOf, order, decideExpiry(order, scope.now), true)
  return ended.kind === 'answer'
}
