// What callers and followers see of sending an order to the card management system.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint, publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { requestId } from '../words/fields.ts'
import { orderId } from './order.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  properties: {
    orderId: { ...orderId, description: 'Order to send, in the query or in the body; the oldest one that is due when absent' },
    force: { type: 'boolean', description: 'true sends the order before its `processStartTime`' },
    requestId,
  },
} as const
export type ProcessCardOrder = FromSchema<typeof request>

export const processCardOrderEndpoint = publicEndpoint<ProcessCardOrder, true>()({
  name: 'processCardOrder',
  method: 'POST',
  path: '/card-order/process',
  owner: 'inventory-order',
  family: 'card-order',
  permission: 'card-order.write',
  summary: 'Sends one RECEIVED order to the CMS for card generation',
  description: [
    'Moves an order from `RECEIVED` to `PENDING`; a CMS that works at once moves it further, to `SUCCESS` or `FAILED`. `true` means that the CMS has answered: `/card-order/fetchStatus` shows its answer.',
    '`orderId` may be in the query or in the body. Without it the oldest order that is due is sent; `ORD009` when there is none. When the CMS does not answer (`ORD012`) the order stays `RECEIVED`.',
  ].join('\n\n'),
  idempotency: 'stored',
  request,
  parametersIn: { orderId: 'query' },
  result: { const: true },
  errors: ['invalid.input.request', 'ORD009', 'ORD010', 'ORD011', 'ORD012'],
  examples: [
    { name: 'the oldest order that is due', request: {}, result: true },
    { name: 'this order, now', request: { orderId: 'ORD-001', force: true }, result: true },
  ],
})

const operatorsRequest = {
  type: 'object',
  additionalProperties: false,
  required: ['orderId'],
  properties: { orderId, force: { type: 'boolean', description: 'Also before its `processStartTime`' } },
} as const
export type ProcessCardOrderByOperator = FromSchema<typeof operatorsRequest>

export const processCardOrderByOperatorEndpoint = internalEndpoint<ProcessCardOrderByOperator, true>()({
  name: 'processCardOrderByOperator',
  method: 'POST',
  path: '/internal/admin/orders/process',
  owner: 'inventory-order',
  callers: ['ops'],
  summary: 'Sends one RECEIVED order to the CMS for card generation',
  idempotency: 'stored',
  request: operatorsRequest,
  result: { const: true },
  errors: [
    'invalid.input.request',
    'ORD009',
    'ORD010',
    'ORD011',
    'ORD012',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
})

const pending = {
  type: 'object',
  required: ['type', 'orderId', 'branchId', 'attempt', 'pendingAt'],
  properties: {
    type: { const: 'OrderPending' },
    orderId: { type: 'string' },
    branchId: { type: 'string' },
    cardOrderName: { type: 'string', description: 'Name of the order at the CMS' },
    attempt: { type: 'integer', minimum: 1, description: 'How often it has been placed there; more than 1 after a retry' },
    pendingAt: { type: 'string', format: 'date-time' },
  },
} as const
export type OrderPending = FromSchema<typeof pending>

export const orderPendingEvent = eventType<OrderPending>()({
  type: 'OrderPending',
  version: 1,
  owner: 'inventory-order',
  summary: 'The CMS accepted a card order, or accepted it anew after a retry; subject is the orderId',
  schema: pending,
  example: {
    type: 'OrderPending',
    orderId: 'ORD-001',
    branchId: 'BRANCH001',
    cardOrderName: '1763369938',
    attempt: 1,
    pendingAt: '2025-01-10T04:30:00.000Z',
  },
})
