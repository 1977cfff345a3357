// Where a card is sent to, asked by the kit context when it books a shipment: name and address at
// that moment, kept by nobody else.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { deliveryAddress, entityId, line, optionalLine } from '../words/fields.ts'
import { addressInfo } from '../words/profile.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'addressCategory'],
  properties: { entityId, addressCategory: { ...deliveryAddress, description: 'Which of the customer’s addresses' } },
} as const
export type AskDeliveryTo = FromSchema<typeof request>

const { pincode } = addressInfo.properties
const result = {
  type: ['object', 'null'],
  additionalProperties: false,
  required: ['name', 'address1', 'city', 'state', 'country', 'pincode'],
  properties: {
    name: { type: 'string', description: 'First, middle and last name, as far as there are any' },
    address1: line,
    address2: optionalLine,
    address3: optionalLine,
    city: line,
    district: optionalLine,
    state: line,
    country: line,
    isoCountryCode: optionalLine,
    pincode,
  },
} as const
export type DeliveryTo = NonNullable<FromSchema<typeof result>>

/** Personal data: for the label alone, never kept beyond the booking and never logged. */
export const deliveryToEndpoint = internalEndpoint<AskDeliveryTo, DeliveryTo | null>()({
  name: 'deliveryTo',
  method: 'POST',
  path: '/internal/delivery-to',
  owner: 'customer',
  callers: ['kit'],
  summary: 'Name and address of a customer for a shipment; null for an unknown customer or one without this address',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request'],
})
