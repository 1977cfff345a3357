// Orders that have been RECEIVED for too long. Contract:
// packages/contract/src/card-order/fetch-received-card-orders.ts.
import { fetchReceivedCardOrdersEndpoint, type ReceivedCardOrders } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { localTimeOf } from '../bank-time.ts'
import { orderSettingsOf } from '../order-settings.ts'
import { type Order, ordersOf, withoutOutbox } from './order.ts'

const ORDERS_MAX = 1_000
const MINUTE_MS = 60_000

export const fetchReceivedCardOrders = command(fetchReceivedCardOrdersEndpoint, async (_input, { tenant, now, branch }) => {
  const { definition } = tenant
  const before = new Date(now.getTime() - orderSettingsOf(definition).receivedAlertMinutes * MINUTE_MS)
  const orders = await ordersOf(tenant)
    .find({ status: 'RECEIVED', receivedAt: { $lt: before }, ...(branch !== undefined && { branchId: branch }) }, withoutOutbox)
    .sort({ receivedAt: 1, _id: 1 })
    .limit(ORDERS_MAX)
    .lean<Order[]>()
  return answer(orders.map((order) => orderShown(order, definition.timeZone)))
})

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
