// What callers and followers see of changing a customer's contacts, which the published name calls
// proof of identity.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { entityId } from '../words/fields.ts'
import { communicationInfo } from '../words/profile.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'communicationInfo'],
  properties: {
    entityId,
    communicationInfo: {
      type: 'array',
      minItems: 1,
      maxItems: 5,
      items: communicationInfo,
      description: 'All contacts of the customer from now on',
    },
  },
} as const
export type UpdateProofOfIdentity = FromSchema<typeof request>

/** What the three updates of a customer answer. */
export const updatedCustomer = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId'],
  properties: { entityId: { type: 'string', description: 'The customer whose record was changed' } },
} as const
export type UpdatedCustomer = FromSchema<typeof updatedCustomer>

export const updateProofOfIdentityEndpoint = publicEndpoint<UpdateProofOfIdentity, UpdatedCustomer>()({
  name: 'updateProofOfIdentity',
  method: 'POST',
  path: '/update-manager/poi',
  owner: 'customer',
  family: 'customer',
  permission: 'customer.write',
  summary: 'Replaces the contacts of a customer: mobile numbers, e-mail, notifications',
  description: `Despite its published name it changes contacts, not identity documents. The list replaces the stored one, so send every contact that is to stay; each needs a mobile number.

\`manageAllKits\` by \`mobileNo\` follows the new numbers at once. A repeat changes nothing further and succeeds.`,
  idempotency: 'document',
  request,
  result: updatedCustomer,
  errors: ['invalid.input.request', 'CUS001', 'concurrent.change'],
  examples: [
    {
      name: 'a new mobile number and e-mail address',
      request: {
        entityId: 'req11',
        communicationInfo: [{ contactNo: '9876543210', emailId: 'new@example.com', notification: true }],
      },
      result: { entityId: 'req11' },
    },
  ],
})

const contactChanged = {
  type: 'object',
  required: ['type', 'entityId', 'notification', 'changedAt'],
  properties: {
    type: { const: 'ContactChanged' },
    entityId: { type: 'string' },
    notification: { type: 'boolean', description: 'Whether any contact accepts notifications' },
    changedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type ContactChanged = FromSchema<typeof contactChanged>

/** Carries no number and no address: topics keep everything, so followers ask the owner. */
export const contactChangedEvent = eventType<ContactChanged>()({
  type: 'ContactChanged',
  version: 1,
  owner: 'customer',
  summary: 'A customer’s contacts were replaced; subject is the entityId',
  schema: contactChanged,
  example: { type: 'ContactChanged', entityId: 'req11', notification: true, changedAt: '2026-01-05T10:00:00.000Z' },
})
