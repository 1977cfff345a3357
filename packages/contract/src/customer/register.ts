// What callers see of registering a customer, with or without cards.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../endpoint.ts'
import { eventType } from '../event.ts'
import { accountNo, cardType, deliveryAddress, entityId, kitInfo, kitNo, line, optionalLine, requestId } from '../fields.ts'

export const addressInfo = {
  type: 'object',
  additionalProperties: false,
  required: ['addressCategory', 'address1', 'city', 'state', 'country', 'pincode'],
  properties: {
    addressCategory: { enum: ['PERMANENT', 'COMMUNICATION'] },
    address1: line,
    address2: optionalLine,
    address3: optionalLine,
    city: line,
    state: line,
    country: line,
    district: optionalLine,
    isoCountryCode: optionalLine,
    pincode: { type: 'string', pattern: '^[A-Za-z0-9 -]{3,12}$', acceptsNumber: true },
  },
} as const
export type AddressInfo = FromSchema<typeof addressInfo>

export const communicationInfo = {
  type: 'object',
  additionalProperties: false,
  required: ['contactNo'],
  properties: {
    contactNo: { type: 'string', pattern: '^\\+?[0-9]{8,15}$', acceptsNumber: true },
    emailId: { type: 'string', format: 'email', maxLength: 254 },
    notification: { type: 'boolean', default: true },
    countryCode: optionalLine,
  },
} as const
export type CommunicationInfo = FromSchema<typeof communicationInfo>

export const kycInfo = {
  type: 'object',
  additionalProperties: false,
  required: ['documentType', 'documentNo'],
  properties: {
    documentType: { enum: ['PAN', 'AADHAAR', 'PASSPORT', 'DRIVING_LICENSE', 'VOTER_ID'] },
    documentNo: { type: 'string', minLength: 4, maxLength: 40, acceptsNumber: true },
    documentExpiry: { type: 'string', format: 'date' },
    kycRefNo: optionalLine,
    documentPath: optionalLine,
    countryOfIssue: optionalLine,
    documentIssuedBy: optionalLine,
    documentIssuanceDate: optionalLine,
    firstName: optionalLine,
    middleName: optionalLine,
    lastName: optionalLine,
  },
} as const
export type KycInfo = FromSchema<typeof kycInfo>

export const accountInfo = {
  type: 'object',
  additionalProperties: false,
  required: ['accountNo', 'accountType', 'schemeCode'],
  properties: {
    accountNo,
    accountStatus: { enum: ['ACTIVE', 'INACTIVE', 'DORMANT', 'FROZEN', 'CLOSED'], default: 'ACTIVE' },
    accountType: { enum: ['SAVING', 'CURRENT', 'OFFLINE', null] },
    accountsCurrency: { type: 'string', pattern: '^[A-Z]{3}$', default: 'INR' },
    defaultAccount: { type: 'boolean' },
    isPrimary: { type: 'boolean', default: false },
    initialFunding: { type: 'string', pattern: '^\\d{1,15}(\\.\\d{1,2})?$', acceptsNumber: true },
    schemeCode: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,40}$', acceptsNumber: true },
    ifscCode: line,
    branchId: line,
    product: line,
  },
} as const
export type AccountInfo = FromSchema<typeof accountInfo>

/** A card to issue: generated, or the named kit out of stock. */
export const kitRequest = {
  type: 'object',
  additionalProperties: false,
  required: ['cardType'],
  properties: {
    accountNo,
    cardType,
    kitNo,
    aliasName: { type: 'string', minLength: 1, maxLength: 26, description: 'Name embossed on the card' },
    plasticCode: line,
    tierType: line,
  },
} as const
export type KitRequest = FromSchema<typeof kitRequest>

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
    'lastName',
    'gender',
    'dob',
    'addressInfo',
    'communicationInfo',
    'kycInfo',
    'accountInfo',
  ],
  properties: {
    entityId,
    entityType: { enum: ['CUSTOMER'] },
    businessType: line,
    business: line,
    businessId: { ...line, acceptsNumber: true },
    title: { enum: ['Mr', 'Mrs', 'Miss', 'Ms', 'Dr'] },
    firstName: line,
    middleName: { type: 'string', maxLength: 100 },
    lastName: line,
    gender: { enum: ['MALE', 'FEMALE', 'OTHER'] },
    dob: { type: 'string', format: 'date' },
    referralEntityId: { type: ['string', 'null'], maxLength: 64 },
    deliveryAddress,
    addressInfo: {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: addressInfo,
      contains: { type: 'object', required: ['addressCategory'], properties: { addressCategory: { const: 'PERMANENT' } } },
      containsText: 'a PERMANENT address',
    },
    communicationInfo: { type: 'array', minItems: 1, maxItems: 5, items: communicationInfo },
    kycInfo: { type: 'array', minItems: 1, maxItems: 10, items: kycInfo },
    accountInfo: { type: 'array', minItems: 1, maxItems: 20, items: accountInfo },
    kitInfo: { type: 'array', maxItems: 5, items: kitRequest },
    requestId,
    isMinor: flag,
    isNRICustomer: flag,
    isDependant: flag,
    addOnCard: flag,
    maritalStatus: line,
    countryCode: line,
    kycStatus: { enum: ['MIN_KYC', 'FULL_KYC'] },
    cifNumber: { ...line, acceptsNumber: true },
    nomineeInfo: {
      type: 'array',
      maxItems: 10,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['nomineeName'],
        properties: {
          nomineeName: line,
          nomineeRelationship: line,
          nomineeDOB: { type: 'string', format: 'date' },
          isMinor: flag,
          guardianName: optionalLine,
        },
      },
    },
  },
} as const
export type Register = FromSchema<typeof request>

export const issuedKits = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitInfo'],
  properties: { entityId: { type: 'string' }, kitInfo: { type: 'array', items: kitInfo } },
} as const
export type IssuedKits = FromSchema<typeof issuedKits>

/** Errors of everything that issues cards. */
export const issuingErrors = [
  'invalid.input.request',
  'kit.not.found',
  'invalid.kit.info',
  'product.not.found',
  'invalid.source.account',
  'idempotency.conflict',
  'idempotency.in.progress',
  'concurrent.change',
  'service.unavailable',
] as const

export const registerEndpoint = publicEndpoint<Register, IssuedKits>()({
  name: 'register',
  method: 'POST',
  path: '/register',
  owner: 'customer',
  permission: 'customer.write',
  summary: 'Registers a customer with profile, KYC, addresses, contacts and accounts; with kitInfo the cards are issued in the same call',
  idempotency: 'stored',
  request,
  result: issuedKits,
  errors: [...issuingErrors, 'entity.already.exists'],
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
})
