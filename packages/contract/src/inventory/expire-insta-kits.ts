// What callers and followers see of withdrawing insta kits that nobody got.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { kitNo } from '../words/fields.ts'
import { KITS_MAX } from '../words/stock.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  properties: {
    kitNo: { ...kitNo, description: 'The one kit to expire' },
    parentKitNo: { ...kitNo, description: 'Parent kit (box): all its kits or, with kitNo, that kit in it' },
  },
} as const
export type ExpireInstaKits = FromSchema<typeof request>

export const expireInstaKitsEndpoint = publicEndpoint<ExpireInstaKits, 'SUCCESS'>()({
  name: 'expireInstaKits',
  method: 'POST',
  path: '/inventory/instaKit/expire',
  owner: 'inventory-order',
  family: 'inventory',
  permission: 'inventory.write',
  summary: 'Withdraws pre-made kits that were never handed out',
  description: [
    'Moves kits from `UNALLOCATED` to `EXPIRED_CARD`, for good; their card numbers are never used again. At least one of `kitNo` and `parentKitNo` is needed; with both, `kitNo` must be a kit of that parent (otherwise `MCC007`) and is the only one to expire.',
    'Kits of a parent that were handed out are left alone. When nothing but handed-out kits is left, or the one kit has an owner, the answer is `INV004`; for kits that have already expired the call succeeds, so it may be repeated.',
  ].join('\n\n'),
  idempotency: 'document',
  request,
  result: { const: 'SUCCESS' },
  errors: ['invalid.input.request', 'MCC007', 'INV004'],
  examples: [
    { name: 'one kit of a box', request: { kitNo: '10729390', parentKitNo: '5902018347' }, result: 'SUCCESS' },
    { name: 'a whole box', request: { parentKitNo: '5902018347' }, result: 'SUCCESS' },
  ],
})

const event = {
  type: 'object',
  required: ['type', 'withdrawalId', 'kitNos', 'withdrawnAt'],
  properties: {
    type: { const: 'KitsWithdrawn' },
    withdrawalId: { type: 'string' },
    parentKitNo: { type: 'string' },
    kitNos: {
      type: 'array',
      minItems: 1,
      maxItems: KITS_MAX,
      items: { type: 'string' },
      description: 'Kits that may no longer be handed out',
    },
    withdrawnAt: { type: 'string', format: 'date-time' },
  },
} as const
export type KitsWithdrawn = FromSchema<typeof event>

export const kitsWithdrawnEvent = eventType<KitsWithdrawn>()({
  type: 'KitsWithdrawn',
  version: 1,
  owner: 'inventory-order',
  summary: 'Kits left the stock unused and are expired; subject is the withdrawalId, one event per 1,000 kits',
  schema: event,
  example: {
    type: 'KitsWithdrawn',
    withdrawalId: '7b0d8a52-41a3-4c4c-8d7e-5a0f0f6f1d20',
    parentKitNo: '5902018347',
    kitNos: ['10729390', '10729391'],
    withdrawnAt: '2025-01-20T08:00:00.000Z',
  },
})
