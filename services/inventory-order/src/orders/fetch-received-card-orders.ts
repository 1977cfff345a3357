// Orders that have been RECEIVED for too long. Contract:
// packages/contract/src/card-order/fetch-received-card-orders.ts.
import { fetchReceivedCardOrdersEndpoint, type ReceivedCardOrders } from '@dcms/contract'
import { answer, command, type Scope } from '@dcms/service'
import { localTimeOf } from '../bank-time.ts'
import { orderSettingsOf } from '../order-settings.ts'
import { type Order, ordersOf, withoutOutbox } from './order.ts'

const ORDERS_MAX = 1_000
const MINUTE_MS = 60_000

export const fetchReceivedCardOrders = command(fetchReceivedCardOrdersEndpoint, async (_input, scope) => {
  const { timeZone } = scope.tenant.definition
  const orders = await ordersWaiting(scope).lean<Order[]>()
  return answer(orders.map((order) => orderShown(order, timeZone)))
})

/** The longest first. */
export function ordersWaiting({ tenant, now, branch }: Pick<Scope, 'tenant' | 'now' | 'branch'>) {
  const before = new Date(now.getTime() - orderSettingsOf(tenant.definition).receivedAlertMinutes * MINUTE_MS)
  return ordersOf(tenant)
    .find({ ...(branch !== undefined && { branchId: branch }), status: 'RECEIVED', receivedAt: { $lt: before } }, withoutOutbox)
    .sort({ receivedAt: 1, _id: 1 })
    .limit(ORDERS_MAX)
}

const orderShown = ({ _id, branchId, receivedAt, placed, totalQuantity }: Order, timeZone: string): ReceivedCardOrders[number] => ({
  orderId: _id,
  branchId,
  status: 'RECEIVED',
  receivedTime: localTimeOf(receivedAt, timeZone),
  ...(placed.processStartTime !== undefined && { processStartTime: placed.processStartTime }),
  ...(placed.validity !== undefined && { validity: placed.validity }),
  totalQuantity,
  products: placed.products,
})
