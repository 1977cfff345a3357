// The present statuses of many kits, asked of their owner: what the stock is compared with.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { type CardStatus, cardStatuses } from '../words/card-statuses.ts'
import { kitNo } from '../words/fields.ts'
import { KITS_MAX } from '../words/stock.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNos'],
  properties: { kitNos: { type: 'array', minItems: 1, maxItems: KITS_MAX, items: kitNo } },
} as const
export type StatusesOfKits = FromSchema<typeof request>

export interface StatusOfKit {
  kitNo: string
  cardStatus: CardStatus
  entityId?: string
}

export const statusesOfKitsEndpoint = internalEndpoint<StatusesOfKits, { kits: StatusOfKit[] }>()({
  name: 'statusesOfKits',
  method: 'POST',
  path: '/internal/statuses-of-kits',
  owner: 'kit',
  callers: ['inventory-order'],
  summary: 'Status and owner of each of the kits; those that do not exist, or are only reserved, are left out',
  idempotency: 'read',
  request,
  result: {
    type: 'object',
    required: ['kits'],
    properties: {
      kits: {
        type: 'array',
        maxItems: KITS_MAX,
        items: {
          type: 'object',
          required: ['kitNo', 'cardStatus'],
          properties: { kitNo: { type: 'string' }, cardStatus: { enum: cardStatuses }, entityId: { type: 'string' } },
        },
      },
    },
  },
  errors: ['invalid.input.request', 'service.unavailable'],
})
