// What callers see of reading a customer whole.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint, publicEndpoint } from '../wire/endpoint.ts'
import { entityId, kitInfo } from '../words/fields.ts'
import { accountInfo, addressInfo, communicationInfo, kycInfo, nomineeInfo } from '../words/profile.ts'

const request = { type: 'object', additionalProperties: false, required: ['entityId'], properties: { entityId } } as const
export type ViewCustomer = FromSchema<typeof request>

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
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
    lastName: { type: ['string', 'null'], description: 'null for a customer with one name' },
    gender: text,
    dob: { ...text, description: 'Date of birth, `YYYY-MM-DD`' },
    business: text,
    businessId: text,
    businessType: text,
    referralEntityId: { type: ['string', 'null'], description: 'The customer who referred this one' },
    kycStatus: { ...text, description: '`MIN_KYC` or `FULL_KYC`' },
    cifNumber: { ...text, description: 'CIF, where entityId is another number' },
    addOnCard: flag,
    isNRICustomer: flag,
    isMinor: flag,
    isDependant: flag,
    maritalStatus: text,
    countryCode: text,
    nomineeInfo: { type: 'array', items: nomineeInfo },
    accountInfo: { type: 'array', items: accountInfo },
    kitInfo: { type: 'array', items: kitInfo, description: 'All cards, oldest first, without encryptedCardNumber and accountNo' },
    addressInfo: { type: 'array', items: addressInfo },
    communicationInfo: {
      type: 'array',
      items: {
        ...communicationInfo,
        properties: {
          ...communicationInfo.properties,
          appId: { type: ['string', 'null'], description: 'Id of the holder’s app, when known' },
        },
      },
    },
    kycInfo: { type: 'array', items: kycInfo, description: 'documentNo shows its last four characters only' },
    accountKitMapping: {
      type: 'array',
      description: 'Which card belongs to which account',
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

const asha = {
  entityId: '675676',
  entityType: 'CUSTOMER',
  title: 'Miss',
  firstName: 'Asha',
  middleName: '',
  lastName: 'Rao',
  gender: 'FEMALE',
  dob: '1978-06-01',
  business: 'ACME_BANK',
  businessId: '687',
  businessType: 'ACME_BANK',
  accountInfo: [
    {
      accountNo: '8642135',
      accountStatus: 'ACTIVE',
      accountType: 'SAVING',
      accountsCurrency: 'INR',
      defaultAccount: true,
      initialFunding: '8000',
      isPrimary: false,
      schemeCode: '2003',
    },
  ],
  kitInfo: [
    {
      bin: '608040',
      cardCategory: 'DEBIT',
      cardNumber: '608040XXXXXX6857',
      cardStatus: 'INACTIVE',
      cardType: 'VIRTUAL',
      entityId: '675676',
      expDate: '2029-07-31T00:00:00.000+00:00',
      kitNo: '4240171642',
      networkType: 'RUPAY',
      productId: '2003_VIRTUAL',
      productName: '2003_VIRTUAL',
    },
  ],
  addressInfo: [
    {
      addressCategory: 'PERMANENT',
      address1: '12 Lake Road',
      address2: null,
      address3: null,
      city: 'CHENNAI',
      state: 'TAMILNADU',
      country: 'INDIA',
      district: null,
      isoCountryCode: null,
      pincode: '600032',
    },
  ],
  communicationInfo: [{ appId: null, contactNo: '9876543210', emailId: 'asha@example.com', notification: true }],
  kycInfo: [{ documentType: 'PAN', documentNo: 'XXXXXX234F', documentExpiry: '2099-03-01', kycRefNo: null }],
  accountKitMapping: [{ entityId: '675676', accountNo: '8642135', kitNo: '4240171642' }],
} as const

export const viewCustomerEndpoint = publicEndpoint<ViewCustomer, CustomerView>()({
  name: 'viewCustomer',
  method: 'POST',
  path: '/viewCustomer',
  owner: 'customer',
  family: 'customer',
  permission: 'customer.read',
  summary: 'Everything about a customer: profile, accounts, cards, addresses, contacts, KYC documents, account–kit mapping',
  description:
    'Cards of every status are listed, oldest first, as they are now, or as last known while the kit service is away; of more than 500 cards, the newest 500. Document numbers are masked. `nomineeInfo` and the flags appear if they were given at registration.',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'CUS001'],
  examples: [{ name: 'view', request: { entityId: '675676' }, result: asha }],
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
