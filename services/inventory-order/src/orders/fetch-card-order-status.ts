// Asking for an order's status. Contract:
// packages/contract/src/card-order/fetch-card-order-status.ts.
import { type CardOrderStatus, fetchCardOrderStatusEndpoint } from '@dcms/contract'
import { answer, command, refuse, type Tenant } from '@dcms/service'
import { findOrderByEither } from './find-order.ts'
import type { Order } from './order.ts'

export const fetchCardOrderStatus = command(fetchCardOrderStatusEndpoint, async ({ cardOrderId }, scope) => {
  const order = await findOrderByEither(cardOrderId, scope)
  return order ? answer(statusShown(order, scope.tenant)) : refuse('ORD009')
})

const statusShown = (order: Order, { id, definition }: Tenant): CardOrderStatus => ({
  cardOrderName: order.cardOrderName ?? order._id,
  status: order.status,
  tenantName: id,
  productDetails: order.lines.map(({ bin, cardType, quantity, productId, status }) => ({
    binNumber: Number(bin),
    cardType,
    corporateName: definition.name,
    noOfCard: quantity,
    productId,
    status,
  })),
})
