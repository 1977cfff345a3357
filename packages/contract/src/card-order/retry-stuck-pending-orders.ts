// What callers see of placing orders again that the card management system seems to have lost.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'

const request = { type: 'object', additionalProperties: false, properties: {} } as const
export type RetryStuckPendingOrders = FromSchema<typeof request>

export const retryStuckPendingOrdersEndpoint = publicEndpoint<RetryStuckPendingOrders, true>()({
  name: 'retryStuckPendingOrders',
  method: 'POST',
  path: '/card-order/retry-stuck-pending',
  owner: 'inventory-order',
  family: 'card-order',
  permission: 'card-order.write',
  summary: 'Places again the orders that have been PENDING for too long',
  description:
    'For every order that has been `PENDING` for longer than the tenant’s threshold (120 minutes unless configured otherwise): asks the CMS whether it knows the order, and places it again under the same key if not, so that no card is made twice. After 3 retries the order is `FAILED`. Needs no body.',
  idempotency: 'document',
  request,
  result: { const: true },
  errors: ['invalid.input.request'],
  examples: [{ name: 'all stuck orders', request: {}, result: true }],
})
