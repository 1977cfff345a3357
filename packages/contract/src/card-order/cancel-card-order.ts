// What callers and followers see of cancelling an order.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint, publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { branchId } from '../words/stock.ts'
import { orderId } from './order.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['orderId', 'branchId'],
  properties: { orderId, branchId: { ...branchId, description: 'Branch that ordered' } },
} as const
export type CancelCardOrder = FromSchema<typeof request>

export const cancelCardOrderEndpoint = publicEndpoint<CancelCardOrder, 'Order cancelled successfully'>()({
  name: 'cancelCardOrder',
  method: 'POST',
  path: '/card-order/cancel',
  owner: 'inventory-order',
  family: 'card-order',
  permission: 'card-order.write',
  summary: 'Cancels an order that has not been sent to the CMS yet',
  description:
    'Moves an order from `RECEIVED` to `CANCELLED`, for good. Any other status, including `CANCELLED`, is refused with `ORD003`. An order of another branch is as unknown as one that does not exist.',
  idempotency: 'document',
  request,
  result: { const: 'Order cancelled successfully' },
  errors: ['invalid.input.request', 'ORD003', 'ORD009'],
  examples: [
    {
      name: 'cancel',
      request: { orderId: '3fa85f64-5717-4562-b3fc-2c963f66afa6', branchId: '12345' },
      result: 'Order cancelled successfully',
    },
  ],
})

const operatorsRequest = { type: 'object', additionalProperties: false, required: ['orderId'], properties: { orderId } } as const
export type CancelCardOrderByOperator = FromSchema<typeof operatorsRequest>

export const cancelCardOrderByOperatorEndpoint = internalEndpoint<CancelCardOrderByOperator, 'Order cancelled successfully'>()({
  name: 'cancelCardOrderByOperator',
  method: 'POST',
  path: '/internal/admin/orders/cancel',
  owner: 'inventory-order',
  callers: ['ops'],
  summary: 'Cancels an order that has not been sent to the CMS yet',
  idempotency: 'document',
  request: operatorsRequest,
  result: { const: 'Order cancelled successfully' },
  errors: ['invalid.input.request', 'ORD003', 'ORD009', 'concurrent.change', 'service.unavailable'],
})

const cancelled = {
  type: 'object',
  required: ['type', 'orderId', 'branchId', 'status', 'cancelledAt'],
  properties: {
    type: { const: 'OrderCancelled' },
    orderId: { type: 'string' },
    branchId: { type: 'string' },
    status: { enum: ['CANCELLED', 'EXPIRED'], description: 'EXPIRED: nobody cancelled it, its validity ran out' },
    fileName: { type: 'string', description: 'The file that the order leaves behind' },
    cancelledAt: { type: 'string', format: 'date-time' },
  },
} as const
export type OrderCancelled = FromSchema<typeof cancelled>

export const orderCancelledEvent = eventType<OrderCancelled>()({
  type: 'OrderCancelled',
  version: 1,
  owner: 'inventory-order',
  summary: 'A card order ended before it was sent; subject is the orderId',
  schema: cancelled,
  example: {
    type: 'OrderCancelled',
    orderId: 'ORD-001',
    branchId: 'BRANCH001',
    status: 'CANCELLED',
    cancelledAt: '2025-01-10T04:00:00.000Z',
  },
})
