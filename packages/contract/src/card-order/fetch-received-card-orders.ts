// What callers see of watching orders that wait for being sent.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { localTime } from '../words/stock.ts'
import { orderProduct } from './order.ts'

const ORDERS_MAX = 1000

const request = { type: 'object', additionalProperties: false, properties: {} } as const
export type FetchReceivedCardOrders = FromSchema<typeof request>

const result = {
  type: 'array',
  maxItems: ORDERS_MAX,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['orderId', 'branchId', 'status', 'receivedTime', 'totalQuantity', 'products'],
    properties: {
      orderId: { type: 'string' },
      branchId: { type: 'string' },
      status: { const: 'RECEIVED' },
      receivedTime: { ...localTime, description: 'Time zone of the tenant' },
      processStartTime: { ...localTime, description: 'Time zone of the tenant' },
      validity: { type: 'integer', description: 'Days' },
      totalQuantity: { type: 'integer', description: 'Cards of all products' },
      products: { type: 'array', items: orderProduct },
    },
  },
} as const
export type ReceivedCardOrders = FromSchema<typeof result>

export const fetchReceivedCardOrdersEndpoint = publicEndpoint<FetchReceivedCardOrders, ReceivedCardOrders>()({
  name: 'fetchReceivedCardOrders',
  method: 'POST',
  path: '/card-order/received',
  owner: 'inventory-order',
  family: 'card-order',
  permission: 'card-order.read',
  summary: 'Lists orders that have been RECEIVED for too long',
  description:
    'For monitoring the pipeline: all orders that have been `RECEIVED` for longer than the tenant’s threshold (60 minutes unless configured otherwise), oldest first, at most 1,000. Needs no body.',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request'],
  examples: [
    {
      name: 'one order waits',
      request: {},
      result: [
        {
          orderId: 'ORD-001',
          branchId: 'BRANCH001',
          status: 'RECEIVED',
          receivedTime: '2025-01-10 09:12:00',
          processStartTime: '2025-01-10 10:00:00',
          validity: 30,
          totalQuantity: 100,
          products: [{ bin: '12345678', productId: 'PROD-001', quantity: 100 }],
        },
      ],
    },
  ],
})
