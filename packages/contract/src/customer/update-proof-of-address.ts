// What callers and followers see of changing a customer's addresses.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { entityId } from '../words/fields.ts'
import { addressInfo } from '../words/profile.ts'
import { type UpdatedCustomer, updatedCustomer } from './update-proof-of-identity.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'addressInfo'],
  properties: {
    entityId,
    addressInfo: {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: addressInfo,
      description: 'Whole addresses, one per category; a category that is not named stays as it is',
    },
  },
} as const
export type UpdateProofOfAddress = FromSchema<typeof request>

export const updateProofOfAddressEndpoint = publicEndpoint<UpdateProofOfAddress, UpdatedCustomer>()({
  name: 'updateProofOfAddress',
  method: 'POST',
  path: '/update-manager/poa',
  owner: 'customer',
  family: 'customer',
  permission: 'customer.write',
  summary: 'Adds or replaces addresses of a customer, by category',
  description:
    'Each address replaces the one of its `addressCategory`, or is added where there is none; naming a category twice is refused. Cards already dispatched are not affected. A repeat changes nothing further and succeeds.',
  idempotency: 'document',
  request,
  result: updatedCustomer,
  errors: ['invalid.input.request', 'CUS001', 'concurrent.change'],
  examples: [
    {
      name: 'a communication address',
      request: {
        entityId: 'req11',
        addressInfo: [
          {
            address1: '14 Hill Street',
            address2: 'SIDCO',
            address3: 'Guindy',
            addressCategory: 'COMMUNICATION',
            city: 'CHENNAI',
            country: 'INDIA',
            district: null,
            isoCountryCode: null,
            pincode: '600032',
            state: 'TAMILNADU',
          },
        ],
      },
      result: { entityId: 'req11' },
    },
  ],
})

const addressChanged = {
  type: 'object',
  required: ['type', 'entityId', 'addressCategories', 'changedAt'],
  properties: {
    type: { const: 'AddressChanged' },
    entityId: { type: 'string' },
    addressCategories: { type: 'array', minItems: 1, items: addressInfo.properties.addressCategory },
    changedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type AddressChanged = FromSchema<typeof addressChanged>

/**
 * Says which addresses changed, not what they are: topics keep everything, so followers ask the
 * owner.
 */
export const addressChangedEvent = eventType<AddressChanged>()({
  type: 'AddressChanged',
  version: 1,
  owner: 'customer',
  summary: 'Addresses of a customer changed; subject is the entityId',
  schema: addressChanged,
  example: { type: 'AddressChanged', entityId: 'req11', addressCategories: ['COMMUNICATION'], changedAt: '2026-01-05T10:00:00.000Z' },
})
