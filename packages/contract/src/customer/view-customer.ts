// What callers see of reading a customer whole.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint, publicEndpoint } from '../endpoint.ts'
import { entityId, kitInfo } from '../fields.ts'
import { accountInfo, addressInfo, communicationInfo, kycInfo } from './register.ts'

const request = { type: 'object', additionalProperties: false, required: ['entityId'], properties: { entityId } } as const
export type ViewCustomer = FromSchema<typeof request>

const text = { type: 'string' } as const
const result = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'entityType', 'firstName', 'lastName', 'gender', 'dob', 'business', 'businessId', 'businessType'],
  properties: {
    entityId: text,
    entityType: text,
    title: text,
    firstName: text,
    middleName: text,
    lastName: text,
    gender: text,
    dob: text,
    business: text,
    businessId: text,
    businessType: text,
    referralEntityId: { type: ['string', 'null'] },
    kycStatus: text,
    cifNumber: text,
    addOnCard: { type: 'boolean' },
    isNRICustomer: { type: 'boolean' },
    isMinor: { type: 'boolean' },
    isDependant: { type: 'boolean' },
    maritalStatus: text,
    countryCode: text,
    nomineeInfo: { type: 'array', items: { type: 'object' } },
    accountInfo: { type: 'array', items: accountInfo },
    kitInfo: { type: 'array', items: kitInfo, description: 'All cards, oldest first, without encryptedCardNumber and accountNo' },
    addressInfo: { type: 'array', items: addressInfo },
    communicationInfo: {
      type: 'array',
      items: { ...communicationInfo, properties: { ...communicationInfo.properties, appId: { type: ['string', 'null'] } } },
    },
    kycInfo: { type: 'array', items: kycInfo, description: 'documentNo shows its last four characters only' },
    accountKitMapping: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['entityId', 'accountNo', 'kitNo'],
        properties: { entityId: text, accountNo: text, kitNo: text },
      },
    },
  },
} as const
export type CustomerView = FromSchema<typeof result>

export const viewCustomerEndpoint = publicEndpoint<ViewCustomer, CustomerView>()({
  name: 'viewCustomer',
  method: 'POST',
  path: '/viewCustomer',
  owner: 'customer',
  permission: 'customer.read',
  summary: 'The full read of a customer: profile, accounts, cards, addresses, contacts, KYC documents, account–kit mapping',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'CUS001'],
})

/** Whether a customer exists, asked by contexts that meet an entityId they hold nothing about. */
export const entityExistsEndpoint = internalEndpoint<ViewCustomer, { exists: boolean }>()({
  name: 'entityExists',
  method: 'POST',
  path: '/internal/entity-exists',
  owner: 'customer',
  callers: ['kit', 'pin-preference'],
  summary: 'Whether a customer is registered',
  idempotency: 'read',
  request,
  result: { type: 'object', required: ['exists'], properties: { exists: { type: 'boolean' } } },
  errors: ['invalid.input.request'],
})
