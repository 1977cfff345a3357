// How many card numbers the kit context can still give in a BIN, asked when cards are ordered.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { bin } from '../words/stock.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['bins'],
  properties: { bins: { type: 'array', minItems: 1, maxItems: 50, items: bin } },
} as const
export type CardNumbersLeft = FromSchema<typeof request>

export const cardNumbersLeftEndpoint = internalEndpoint<CardNumbersLeft, { left: { bin: string; left: number }[] }>()({
  name: 'cardNumbersLeft',
  method: 'POST',
  path: '/internal/card-numbers-left',
  owner: 'kit',
  callers: ['inventory-order'],
  summary: 'Card numbers of each BIN that nobody has taken yet; a BIN that no product numbers from is left out',
  idempotency: 'read',
  request,
  result: {
    type: 'object',
    required: ['left'],
    properties: {
      left: {
        type: 'array',
        items: { type: 'object', required: ['bin', 'left'], properties: { bin: { type: 'string' }, left: { type: 'integer' } } },
      },
    },
  },
  errors: ['invalid.input.request', 'service.unavailable'],
})
