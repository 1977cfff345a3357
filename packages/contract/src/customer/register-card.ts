// What callers see of issuing further cards to a known customer.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../endpoint.ts'
import { accountNo, deliveryAddress, entityId, requestId } from '../fields.ts'
import { type IssuedKits, issuedKits, issuingErrors, kitRequest } from './register.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitInfo'],
  properties: {
    entityId,
    deliveryAddress,
    kitInfo: {
      type: 'array',
      minItems: 1,
      maxItems: 5,
      items: { ...kitRequest, required: ['accountNo', 'cardType'], properties: { ...kitRequest.properties, accountNo } },
    },
    requestId,
  },
} as const
export type RegisterCard = FromSchema<typeof request>

export const registerCardEndpoint = publicEndpoint<RegisterCard, IssuedKits>()({
  name: 'registerCard',
  method: 'POST',
  path: '/registerCard',
  owner: 'customer',
  permission: 'customer.write',
  summary: 'Issues further cards to a known customer',
  idempotency: 'stored',
  request,
  result: issuedKits,
  errors: [...issuingErrors, 'CUS001'],
})
