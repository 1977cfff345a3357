// What callers and followers see of asking the card management system how far an order is.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { orderedProducts, orderId, orderProduct } from './order.ts'

const request = { type: 'object', additionalProperties: false, required: ['orderId'], properties: { orderId } } as const
export type UpdateCardOrderStatus = FromSchema<typeof request>

export const updateCardOrderStatusEndpoint = publicEndpoint<UpdateCardOrderStatus, true>()({
  name: 'updateCardOrderStatus',
  method: 'POST',
  path: '/card-order/status',
  owner: 'inventory-order',
  family: 'card-order',
  permission: 'card-order.write',
  summary: 'Asks the CMS for the status of one order and stores it',
  description:
    'The CMS answers `PENDING`, `PROCESSED` or `FAILED`. On `PROCESSED` the cards are numbered and stocked, and the order then becomes `SUCCESS`. An order that is not at the CMS stays as it is. `/card-order/fetchStatus` shows the outcome; a repeat asks again.',
  idempotency: 'document',
  request,
  result: { const: true },
  errors: ['invalid.input.request', 'ORD009', 'ORD012'],
  examples: [{ name: 'ask for one order', request: { orderId: 'ORD-001' }, result: true }],
})

const processed = {
  type: 'object',
  required: ['type', 'orderId', 'branchId', 'products', 'processedAt'],
  properties: {
    type: { const: 'OrderProcessed' },
    orderId: { type: 'string' },
    branchId: { type: 'string' },
    cardOrderName: { type: 'string', description: 'Name of the order at the CMS' },
    fileName: { type: 'string', description: 'The file with the cards, for orders with a file; otherwise they are numbered' },
    address: { type: 'string', description: 'Delivery address as it was ordered, its parts joined by `~`' },
    pinCode: { type: 'string', description: 'Postal code' },
    products: { type: 'array', items: orderProduct, description: 'The products that the CMS has done' },
    processedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type OrderProcessed = FromSchema<typeof processed>

export const orderProcessedEvent = eventType<OrderProcessed>()({
  type: 'OrderProcessed',
  version: 1,
  owner: 'inventory-order',
  summary: 'The CMS has finished a card order and its kits can be made; subject is the orderId',
  schema: processed,
  example: {
    type: 'OrderProcessed',
    orderId: 'ORD-001',
    branchId: 'BRANCH001',
    cardOrderName: '1763369938',
    products: orderedProducts,
    processedAt: '2025-01-10T05:10:00.000Z',
  },
})

const failed = {
  type: 'object',
  required: ['type', 'orderId', 'branchId', 'reason', 'failedAt'],
  properties: {
    type: { const: 'OrderFailed' },
    orderId: { type: 'string' },
    branchId: { type: 'string' },
    reason: { type: 'string', description: 'In words, as the CMS gave it' },
    reasonCode: { type: 'string', description: 'Code of the CMS, such as `cms.card.not.found`' },
    failedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type OrderFailed = FromSchema<typeof failed>

export const orderFailedEvent = eventType<OrderFailed>()({
  type: 'OrderFailed',
  version: 1,
  owner: 'inventory-order',
  summary: 'A card order failed at the CMS, or its retries are used up; subject is the orderId',
  schema: failed,
  example: {
    type: 'OrderFailed',
    orderId: 'ORD-002',
    branchId: 'BRANCH001',
    reason: 'No answer after 3 retries',
    failedAt: '2025-01-10T11:10:00.000Z',
  },
})
