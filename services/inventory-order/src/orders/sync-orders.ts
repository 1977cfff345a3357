// Catching up on orders at the card management system: what it says of those that are PENDING, and
// of those whose sending ended without an answer. By a call, and by the job `sync-orders`.
// Contract: packages/contract/src/card-order/sync-pending-card-order-status.ts.
import { syncPendingCardOrderStatusEndpoint } from '@dcms/contract'
import { answer, type Command, command, type Job, type Scope } from '@dcms/service'
import type { CardManagementSystem } from './card-management-system.ts'
import { inTurn, ofCall, ofJob } from './errands.ts'
import type { Order } from './order.ts'
import { type Errand, forOrders } from './orders-in-turn.ts'
import { SENDING_MS_MAX, storeAnswer } from './sending.ts'

const EVERY_MS = 10 * 60_000
const REST_EVERY_MS = 6 * 60 * 60_000
const TURN = 'sync-orders'

export const syncPendingCardOrderStatus = (cms: CardManagementSystem | undefined): Command =>
  command(syncPendingCardOrderStatusEndpoint, async (_input, scope) => {
    if (cms) await inTurn(TURN, ofCall(scope), async (errand) => void (await syncAll(cms, errand, scope.now)))
    return answer(true)
  })

export const syncOrders = (cms: CardManagementSystem): Job => ({
  name: TURN,
  summary: 'Asks the CMS for the status of every order that it has',
  everyMs: EVERY_MS,
  restEveryMs: REST_EVERY_MS,
  async run(run) {
    let asked = 0
    const isDone = await inTurn(TURN, ofJob(run, 'changed'), async (errand) => {
      asked = await syncAll(cms, errand, new Date())
    })
    if (asked > 0 || !isDone) await run.dueBy(new Date(Date.now() + EVERY_MS))
  },
})

/** @returns for how many orders the CMS was asked */
async function syncAll(cms: CardManagementSystem, errand: Errand, now: Date): Promise<number> {
  const ask = (order: Order, scope: Scope) => syncOrder(cms, order, scope)
  const left = await forOrders(errand, { by: 'sending.since', upTo: new Date(now.getTime() - SENDING_MS_MAX) }, ask)
  const pending = await forOrders(errand, { by: 'pendingSince', upTo: now }, ask)
  return left.seen + pending.seen
}

/**
 * An order that the CMS does not know stays as it is: sending it, or placing it again, is another
 * matter.
 * @returns whether its status changed
 * @throws CmsUnavailable when the CMS does not say
 */
export async function syncOrder(cms: CardManagementSystem, order: Order, scope: Scope): Promise<boolean> {
  const known = await cms.status(scope.tenant, order._id, scope.deadlineAtMs)
  return known !== null && (await storeAnswer(order, known, scope)) !== order.status
}
