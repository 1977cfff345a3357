// What callers see of catching up on all orders at the card management system.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'

const request = { type: 'object', additionalProperties: false, properties: {} } as const
export type SyncPendingCardOrderStatus = FromSchema<typeof request>

export const syncPendingCardOrderStatusEndpoint = publicEndpoint<SyncPendingCardOrderStatus, true>()({
  name: 'syncPendingCardOrderStatus',
  method: 'POST',
  path: '/card-order/sync-pending-status',
  owner: 'inventory-order',
  family: 'card-order',
  permission: 'card-order.write',
  summary: 'Asks the CMS for the status of every PENDING order and stores it',
  description:
    'Does for every order in `PENDING` what `/card-order/status` does for one. An order whose enquiry fails is left for the next time; the call does not fail because of it. One run at a time per tenant: a call during a run starts no second one. Needs no body.',
  idempotency: 'document',
  request,
  result: { const: true },
  errors: ['invalid.input.request'],
  examples: [{ name: 'all pending orders', request: {}, result: true }],
})
