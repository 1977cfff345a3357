// What callers and followers see of registering a customer, with or without cards.

import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { freeText } from '../wire/text.ts'
import { type CallersView, deliveryAddress, entityId, line, requestId } from '../words/fields.ts'
import { type IssuedKits, issuedKits, issuingErrors, kitRequest } from '../words/issued-kits.ts'
import { accountInfo, addressInfo, communicationInfo, kycInfo, nomineeInfo } from '../words/profile.ts'

const flag = { type: 'boolean' } as const
const request = {
  type: 'object',
  additionalProperties: false,
  required: [
    'entityId',
    'entityType',
    'businessType',
    'business',
    'businessId',
    'firstName',
    'gender',
    'dob',
    'addressInfo',
    'communicationInfo',
    'kycInfo',
    'accountInfo',
  ],
  properties: {
    entityId: { ...entityId, description: 'New customer id, normally the CIF of the core banking system; unique per tenant' },
    entityType: { enum: ['CUSTOMER'] },
    businessType: { ...line, description: 'Type of the business unit, normally the tenant’s name' },
    business: { ...line, description: 'Name of the business unit, normally the tenant’s' },
    businessId: { ...line, acceptsNumber: true, description: 'Id of the business unit at the bank' },
    title: { enum: ['Mr', 'Mrs', 'Miss', 'Ms', 'Dr'] },
    firstName: line,
    middleName: { type: 'string', ...freeText, maxLength: 100, description: 'May be empty' },
    lastName: {
      ...line,
      type: ['string', 'null'],
      description: 'Required; may be absent or null where the bank’s setting `singleNames` is on, for people with one name',
    },
    gender: { enum: ['MALE', 'FEMALE', 'OTHER'] },
    dob: {
      type: 'string',
      format: 'date',
      maxLength: 10,
      description: 'Date of birth, `YYYY-MM-DD`; before today in the bank’s time zone',
    },
    referralEntityId: { type: ['string', 'null'], ...freeText, maxLength: 64, description: 'The customer who referred this one' },
    deliveryAddress: { ...deliveryAddress, description: 'Which of the addresses a card is sent to; required with kitInfo' },
    addressInfo: {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: addressInfo,
      contains: { type: 'object', required: ['addressCategory'], properties: { addressCategory: { const: 'PERMANENT' } } },
      containsText: 'a PERMANENT address',
      description: 'At least the PERMANENT address',
    },
    communicationInfo: { type: 'array', minItems: 1, maxItems: 5, items: communicationInfo, description: 'Mobile numbers and e-mail' },
    kycInfo: { type: 'array', minItems: 1, maxItems: 10, items: kycInfo, description: 'Identity documents' },
    accountInfo: { type: 'array', minItems: 1, maxItems: 20, items: accountInfo, description: 'Accounts in the core banking system' },
    kitInfo: { type: 'array', maxItems: 5, items: kitRequest, description: 'Cards to issue in the same call' },
    requestId,
    isMinor: flag,
    isNRICustomer: { ...flag, description: 'Whether the customer is a non-resident Indian' },
    isDependant: flag,
    addOnCard: { ...flag, description: 'Whether the customer holds cards on somebody else’s account' },
    maritalStatus: line,
    countryCode: line,
    kycStatus: { enum: ['MIN_KYC', 'FULL_KYC'] },
    cifNumber: { ...line, acceptsNumber: true, description: 'CIF, where entityId is another number' },
    nomineeInfo: { type: 'array', maxItems: 10, items: nomineeInfo },
  },
} as const
export type Register = FromSchema<typeof request, CallersView>

const asha = {
  entityId: '675676',
  entityType: 'CUSTOMER',
  businessType: 'ACME_BANK',
  business: 'ACME_BANK',
  businessId: '687',
  title: 'Ms',
  firstName: 'Asha',
  middleName: '',
  lastName: 'Rao',
  gender: 'FEMALE',
  dob: '1978-06-01',
  addressInfo: [
    { addressCategory: 'PERMANENT', address1: '12 Lake Road', city: 'CHENNAI', state: 'TAMILNADU', country: 'INDIA', pincode: '600032' },
  ],
  communicationInfo: [{ contactNo: '9876543210', emailId: 'asha@example.com', notification: true }],
  kycInfo: [{ documentType: 'PAN', documentNo: 'ABCDE1234F', documentExpiry: '2099-03-01' }],
  accountInfo: [
    {
      accountNo: '8642135',
      accountStatus: 'ACTIVE',
      accountType: 'SAVING',
      accountsCurrency: 'INR',
      defaultAccount: true,
      isPrimary: false,
      initialFunding: '8000',
      schemeCode: '2003',
    },
  ],
} as const
const ashasCard = {
  kitNo: '4240171642',
  entityId: '675676',
  accountNo: '8642135',
  bin: '608040',
  cardNumber: '608040XXXXXX6857',
  cardStatus: 'INACTIVE',
  cardType: 'VIRTUAL',
  cardCategory: 'DEBIT',
  networkType: 'RUPAY',
  productId: '2003_VIRTUAL',
  productName: '2003_VIRTUAL',
  expDate: '2029-07-31T00:00:00.000+00:00',
} as const

export const registerEndpoint = publicEndpoint<Register, IssuedKits>()({
  name: 'register',
  method: 'POST',
  path: '/register',
  owner: 'customer',
  family: 'registration',
  permission: 'customer.register',
  summary: 'Registers a customer with profile, KYC, addresses, contacts and accounts; with kitInfo the cards are issued in the same call',
  description: `Stores the customer and issues the cards asked for as one: when a card cannot be issued, the customer is not registered either.

- A generated kit starts \`INACTIVE\`; a kit named by \`kitNo\` leaves the stock and starts \`ASSIGNED\`. \`activateKit\` makes both usable.
- \`schemeCode\` of the account and \`cardType\` decide the product.
- One account is the default account. If none is marked, it is the first one; marking two is refused.
- An account may belong to several customers (joint account); at most one of them holds it as primary.
- Up to 5 cards per call; \`registerCard\` issues more.

A repeat with the same \`requestId\` and body gives the first answer again; without a \`requestId\` it is refused with \`entity.already.exists\`. After 503 or 500, either nothing was done and nothing will come of it, or the registration was begun and will soon be finished: the same call again carries on or returns what the first has done; without a \`requestId\`, once, within 24 hours.`,
  idempotency: 'stored',
  request,
  result: issuedKits,
  errors: [...issuingErrors, 'entity.already.exists'],
  examples: [
    {
      name: 'with a virtual card',
      request: { ...asha, deliveryAddress: 'PERMANENT', kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' }] },
      result: { entityId: '675676', kitInfo: [ashasCard] },
    },
    {
      name: 'with an insta kit of the branch',
      request: {
        ...asha,
        deliveryAddress: 'PERMANENT',
        kitInfo: [{ cardType: 'PHYSICAL', kitNo: '4240181652' }],
        requestId: 'b4f0c0c2-6f0e-4a53-9f0e-0c6a3a5f7a11',
      },
      result: {
        entityId: '675676',
        kitInfo: [
          {
            ...ashasCard,
            kitNo: '4240181652',
            cardNumber: '608040XXXXXX6954',
            cardStatus: 'ASSIGNED',
            cardType: 'PHYSICAL',
            productId: '2003_PHYSICAL',
            productName: '2003_PHYSICAL',
          },
        ],
      },
    },
    { name: 'without a card', request: asha, result: { entityId: '675676', kitInfo: [] } },
  ],
})

const customerRegistered = {
  type: 'object',
  required: ['type', 'entityId', 'accounts', 'registeredAt'],
  properties: {
    type: { const: 'CustomerRegistered' },
    entityId: { type: 'string' },
    accounts: {
      type: 'array',
      items: {
        type: 'object',
        required: ['accountNo', 'schemeCode', 'defaultAccount', 'isPrimary'],
        properties: {
          accountNo: { type: 'string' },
          schemeCode: { type: 'string' },
          defaultAccount: { type: 'boolean' },
          isPrimary: { type: 'boolean' },
        },
      },
    },
    registeredAt: { type: 'string', format: 'date-time' },
  },
} as const
export type CustomerRegistered = FromSchema<typeof customerRegistered>

export const customerRegisteredEvent = eventType<CustomerRegistered>()({
  type: 'CustomerRegistered',
  version: 1,
  owner: 'customer',
  summary: 'A customer exists; subject is the entityId',
  schema: customerRegistered,
  example: {
    type: 'CustomerRegistered',
    entityId: '675676',
    accounts: [{ accountNo: '8642135', schemeCode: '2003', defaultAccount: true, isPrimary: false }],
    registeredAt: '2026-01-05T10:00:00.000Z',
  },
})
