// What callers see of finding customers by a masked card number.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['maskedCardNo'],
  properties: {
    // No pattern: the page gives MCC007, not invalid.input.request, for a mask of another form.
    maskedCardNo: {
      type: 'string',
      minLength: 1,
      maxLength: 40,
      description: 'First six and last four digits, 5 to 9 X between: `123456XXXXXX6789`',
    },
  },
} as const
export type FetchCifByMaskedCard = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId'],
  properties: {
    entityId: { type: 'array', items: { type: 'string' }, description: 'The customers with such a card; several cards can share a mask' },
  },
} as const
export type CifsOfMaskedCard = FromSchema<typeof result>

export const fetchCifByMaskedCardEndpoint = publicEndpoint<FetchCifByMaskedCard, CifsOfMaskedCard>()({
  name: 'fetchCifByMaskedCard',
  method: 'POST',
  path: '/fetchCifByMaskedCard',
  owner: 'customer',
  family: 'customer',
  permission: 'customer.read',
  summary: 'The customers who have a card with this masked number',
  description:
    'Cards of every status are found, as they are now; each customer is listed once, at most 1,000. If nothing matches, or the mask is not six digits, X and four digits, the answer is `MCC007` with the field error `Invalid masked card number format`.',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'service.unavailable'],
  examples: [{ name: 'find', request: { maskedCardNo: '123456XXXXXX6789' }, result: { entityId: ['210000000012'] } }],
})
