// The job that notices orders that are due for too long and were not sent.
import type { Foundations, Job } from '@dcms/service'
import { Counter } from 'prom-client'
import { orderSettingsOf } from '../order-settings.ts'
import { type Order, ordersOf } from './order.ts'

const EVERY_MS = 15 * 60_000
const MINUTE_MS = 60_000
/** Counted up to here: more says nothing more. */
const COUNTED_MAX = 10_000

const waitingOrders = new Counter({
  name: 'dcms_orders_waiting_too_long_total',
  help: 'Card orders that were due and not sent for longer than the bank allows, counted anew every quarter of an hour',
  labelNames: ['tenant'],
})

/** An order that waits for its own `processStartTime` is not late. */
export const alertReceivedOrders = (logger: Foundations['logger']): Job => ({
  name: 'alert-received-orders',
  summary: 'Notices orders that should have been sent to the CMS and were not',
  everyMs: EVERY_MS,
  async run({ tenant, asOf, note }) {
    const minutes = orderSettingsOf(tenant.definition).receivedAlertMinutes
    const late = { dueAt: { $exists: true, $lt: new Date(asOf.getTime() - minutes * MINUTE_MS) } }
    const oldest = await ordersOf(tenant)
      .findOne(late, { _id: 1, dueAt: 1 })
      .sort({ dueAt: 1, _id: 1 })
      .lean<Pick<Order, '_id' | 'dueAt'>>()
    if (!oldest) return
    const waiting = await ordersOf(tenant).countDocuments(late, { limit: COUNTED_MAX })
    waitingOrders.inc({ tenant: tenant.id }, waiting)
    logger.warn(
      { tenant: tenant.id, waiting, orderId: oldest._id, dueAt: oldest.dueAt },
      'card orders wait too long for being sent to the CMS',
    )
    await note(undefined, { waiting })
  },
})
