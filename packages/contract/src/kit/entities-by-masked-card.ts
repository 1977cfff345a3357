// Which customers have a card with a masked number, asked of the owner of cards, so that the answer
// is as fresh as the cards.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['maskedCardNo'],
  properties: {
    maskedCardNo: {
      type: 'string',
      pattern: '^\\d{6}X{5,9}\\d{4}$',
      maxLength: 19,
      formatText: 'six digits, five to nine X, four digits',
      description: 'As `cardNumber` of a kit: `608040XXXXXX6954`',
    },
  },
} as const
export type EntitiesByMaskedCard = FromSchema<typeof request>

/** More customers are not answered. Ten thousand cards of one BIN make one card per mask. */
export const entitiesOfMaskedCardMax = 1_000

export const entitiesByMaskedCardEndpoint = internalEndpoint<EntitiesByMaskedCard, { entityIds: string[] }>()({
  name: 'entitiesByMaskedCard',
  method: 'POST',
  path: '/internal/entities-by-masked-card',
  owner: 'kit',
  callers: ['customer'],
  summary:
    'The customers who have a card with this masked number, in any status, each once and in order; an empty list where there is none',
  idempotency: 'read',
  request,
  result: {
    type: 'object',
    required: ['entityIds'],
    properties: { entityIds: { type: 'array', maxItems: entitiesOfMaskedCardMax, items: { type: 'string' } } },
  },
  errors: ['invalid.input.request'],
})
