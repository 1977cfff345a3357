// Placing orders again that the card management system seems to have lost. By a call, and by the
// job `retry-orders`. Contract: packages/contract/src/card-order/retry-stuck-pending-orders.ts.
import { retryStuckPendingOrdersEndpoint } from '@dcms/contract'
import { answer, type Command, command, type Job, type Scope, type Tenant } from '@dcms/service'
import { orderSettingsOf } from '../order-settings.ts'
import type { CardManagementSystem } from './card-management-system.ts'
import { decidePlacingAgain } from './cms-answer.ts'
import { inTurn, ofCall, ofJob } from './errands.ts'
import { type Order, ordersOf } from './order.ts'
import { type Errand, forOrders } from './orders-in-turn.ts'
import { placeOrderThere, storeAnswer, withdrawOrder } from './sending.ts'

const EVERY_MS = 30 * 60_000
const MINUTE_MS = 60_000
const TURN = 'retry-orders'
const RETRIES_MAX = 3

export const retryStuckPendingOrders = (cms: CardManagementSystem | undefined): Command =>
  command(retryStuckPendingOrdersEndpoint, async (_input, scope) => {
    if (cms) await inTurn(TURN, ofCall(scope), (errand) => retryAll(cms, errand, scope.now))
    return answer(true)
  })

export const retryOrders = (cms: CardManagementSystem): Job => ({
  name: TURN,
  summary: 'Places orders again that the CMS has lost; after three retries they have failed',
  everyMs: EVERY_MS,
  async run(run) {
    await inTurn(TURN, ofJob(run, 'retried'), (errand) => retryAll(cms, errand, run.asOf))
  },
})

async function retryAll(cms: CardManagementSystem, errand: Errand, asOf: Date): Promise<void> {
  const upTo = stuckSince(errand.tenant, asOf)
  await forOrders(errand, { by: 'pendingSince', upTo }, (order, scope) => retryOrder(cms, order, scope))
}

const stuckSince = ({ definition }: Tenant, asOf: Date): Date =>
  new Date(asOf.getTime() - orderSettingsOf(definition).stuckPendingMinutes * MINUTE_MS)

/**
 * The CMS is asked first: an order that it knows is never placed again. One that was placed often
 * enough is withdrawn, so that it cannot be made any more, and has failed.
 * @returns whether it was placed again, or given up
 */
async function retryOrder(cms: CardManagementSystem, order: Order, scope: Scope): Promise<boolean> {
  const known = await cms.status(scope.tenant, order._id)
  if (known) {
    await storeAnswer(order, known, scope)
    return false
  }
  if (order.attempts > RETRIES_MAX) return (await withdrawOrder(cms, order, scope, scope.commandId)) === 'FAILED'
  const counted = await scope
    .ofCommand(`${scope.commandId}, counted`)
    .commit(ordersOf, order, decidePlacingAgain(order, scope.now), undefined)
  if (counted.kind !== 'answer') return false // it is further meanwhile
  await placeOrderThere(cms, order, scope, true)
  return true
}
