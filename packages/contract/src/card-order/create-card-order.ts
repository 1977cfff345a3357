// What callers and followers see of ordering cards without a file.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { requestId } from '../words/fields.ts'
import { localTime } from '../words/stock.ts'
import { orderedProducts, orderingPartyInfo, orderProduct, orderProperties, sampleOrder } from './order.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['branchInfo', 'products'],
  properties: { ...orderProperties, requestId },
} as const
export type CreateCardOrder = FromSchema<typeof request>

const { branchInfo, products } = sampleOrder

export const createCardOrderEndpoint = publicEndpoint<CreateCardOrder, 'success'>()({
  name: 'createCardOrder',
  method: 'POST',
  path: '/card-order',
  owner: 'inventory-order',
  family: 'card-order',
  permission: 'card-order.write',
  summary: 'Orders kits in bulk, of one or several products',
  description: [
    'Stores the order as `RECEIVED`. It goes to the card management system (CMS) when `processStartTime` is reached, or at once through `/card-order/process`; until then it can be cancelled.',
    'The header `X-Order-Id` of the answer holds the order’s id. Sending the same order again under the same `orderId` succeeds; a different one is refused with `ORD004`.',
  ].join('\n\n'),
  idempotency: 'stored',
  request,
  result: { const: 'success' },
  errors: ['ORD001', 'ORD004', 'ORD005', 'ORD006'],
  inputFault: 'ORD001',
  examples: [
    { name: 'order with all fields', request: sampleOrder, result: 'success' },
    { name: 'the least', request: { branchInfo: { branchId: branchInfo.branchId }, products }, result: 'success' },
  ],
})

const received = {
  type: 'object',
  required: ['type', 'orderId', 'branchId', 'products', 'totalQuantity', 'receivedAt'],
  properties: {
    type: { const: 'OrderReceived' },
    orderId: { type: 'string' },
    branchId: { type: 'string' },
    orderingPartyInfo,
    fileName: { type: 'string', description: 'The uploaded file with pre-generated kits, for orders with a file' },
    products: { type: 'array', items: orderProduct },
    totalQuantity: { type: 'integer', description: 'Cards of all products' },
    processStartTime: { ...localTime, description: 'Time zone of the tenant' },
    validity: { type: 'integer', description: 'Days' },
    receivedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type OrderReceived = FromSchema<typeof received>

export const orderReceivedEvent = eventType<OrderReceived>()({
  type: 'OrderReceived',
  version: 1,
  owner: 'inventory-order',
  summary: 'A card order was stored, with or without a file; subject is the orderId',
  schema: received,
  example: {
    type: 'OrderReceived',
    orderId: 'ORD-001',
    branchId: 'BRANCH001',
    orderingPartyInfo: { orderingPartyId: 'CREATOR01', orderingPartyType: 'BANK' },
    products: orderedProducts,
    totalQuantity: 100,
    processStartTime: '2025-01-10 10:00:00',
    validity: 30,
    receivedAt: '2025-01-10T03:42:00.000Z',
  },
})
