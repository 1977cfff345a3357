// Which customers have a mobile number, and their accounts: for card validation and for commands
// that name a customer by mobile.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { accountNo, entityId } from '../words/fields.ts'
import type { AccountInfo } from '../words/profile.ts'

const byMobile = {
  type: 'object',
  additionalProperties: false,
  required: ['mobileNo'],
  properties: {
    mobileNo: { type: 'string', maxLength: 20 },
    entityId: { ...entityId, description: 'Only this customer, where it has the number; all who have it when absent' },
  },
} as const

/** More customers than this with one number: it is a placeholder and leads to nobody. */
export const customersOfMobileMax = 100

export const customersByMobileEndpoint = internalEndpoint<FromSchema<typeof byMobile>, { entityIds: string[] }>()({
  name: 'customersByMobile',
  method: 'POST',
  path: '/internal/customers-by-mobile',
  owner: 'customer',
  callers: ['pin-preference', 'kit'],
  summary:
    'The customers who have this mobile number, with or without country code (`comparableMobileNumber`); none where more than 100 have it',
  idempotency: 'read',
  request: byMobile,
  result: { type: 'object' },
  errors: ['invalid.input.request'],
})

const accounts = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId'],
  properties: { entityId, accountNos: { type: 'array', maxItems: 100, items: accountNo, description: 'Only these; all when absent' } },
} as const

export const accountsOfEntityEndpoint = internalEndpoint<FromSchema<typeof accounts>, { accounts: AccountInfo[] }>()({
  name: 'accountsOfEntity',
  method: 'POST',
  path: '/internal/accounts-of-entity',
  owner: 'customer',
  callers: ['pin-preference', 'kit'],
  summary: 'Accounts of a customer as registered; none for an unknown one',
  idempotency: 'read',
  request: accounts,
  result: { type: 'object' },
  errors: ['invalid.input.request'],
})
