// The job that sends orders that are due to the card management system.
import type { Job, JobRun, Scope } from '@dcms/service'
import { type CardManagementSystem, CmsUnavailable } from './card-management-system.ts'
import { ofJob } from './errands.ts'
import { type Order, ordersOf } from './order.ts'
import { forOrders } from './orders-in-turn.ts'
import { decideSending, SENDING_MS_MAX, sendOrder } from './sending.ts'

const EVERY_MS = 60_000
const REST_EVERY_MS = 30 * 60_000
/**
 * So often in a row the CMS may fail to answer before no further order is begun: one that is begun
 * can be cancelled only through the CMS.
 */
const UNANSWERED_MAX = 5

export const dispatchOrders = (cms: CardManagementSystem): Job => ({
  name: 'dispatch-orders',
  summary: 'Sends orders that are due to the CMS, and goes on with those whose sending was left',
  everyMs: EVERY_MS,
  restEveryMs: REST_EVERY_MS,
  run: (run) => dispatchAll(cms, run),
})

async function dispatchAll(cms: CardManagementSystem, run: JobRun): Promise<void> {
  const left = { by: 'sending.since', upTo: new Date(Date.now() - SENDING_MS_MAX) } as const
  const resumed = await forOrders(
    ofJob(run, 'resumed'),
    left,
    async (order, scope) => (await sendOrder(cms, order, scope, false)) !== order.status,
  )
  const fresh = { by: 'dueAt', upTo: run.asOf, further: { sending: { $exists: false } } } as const
  let unanswered = 0
  const sent = await forOrders(ofJob(run, 'sent'), fresh, async (order, scope) => {
    if (unanswered >= UNANSWERED_MAX) return false
    try {
      const isSent = await sendFresh(cms, order, scope, run.asOf)
      unanswered = 0
      return isSent
    } catch (error) {
      if (error instanceof CmsUnavailable) unanswered++
      throw error
    }
  })
  if (resumed.left + sent.left > 0) await run.dueBy(new Date(Date.now() + EVERY_MS))
  const next = await ordersOf(run.tenant)
    .findOne({ dueAt: { $exists: true, $gt: run.asOf } }, { dueAt: 1 })
    .sort({ dueAt: 1, _id: 1 })
    .lean<Pick<Order, 'dueAt'>>()
  if (next?.dueAt) await run.dueBy(next.dueAt)
}

async function sendFresh(cms: CardManagementSystem, order: Order, scope: Scope, dueBy: Date): Promise<boolean> {
  const decision = decideSending(order, { commandId: scope.commandId, now: scope.now, dueBy })
  if (decision.kind === 'refused') return false // its validity is over
  const noted = await scope.ofCommand(`${scope.commandId}, sending`).commit(ordersOf, order, decision, true)
  if (noted.kind !== 'answer') return false // somebody else sends or cancels it
  await sendOrder(cms, order, scope, true)
  return true
}
