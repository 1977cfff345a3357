// What a customer consists of, as registration takes it and reads answer it: addresses, contacts,
// KYC documents, accounts, nominees.

import type { FromSchema } from 'json-schema-to-ts'
import { filledText, indianPostalCodes } from '../wire/text.ts'
import { accountNo, type CallersView, line, mobileNumber, optionalLine } from './fields.ts'

export const addressInfo = {
  type: 'object',
  additionalProperties: false,
  required: ['addressCategory', 'address1', 'city', 'state', 'country', 'pincode'],
  ...indianPostalCodes,
  properties: {
    addressCategory: { enum: ['PERMANENT', 'COMMUNICATION'], description: 'Which address this is; a customer has at most one of each' },
    address1: { ...line, description: 'First line; a line of more than 35 characters may be cut off on a label or a card carrier' },
    address2: optionalLine,
    address3: optionalLine,
    city: line,
    state: line,
    country: { ...line, description: 'Name of the country, `INDIA`' },
    district: optionalLine,
    isoCountryCode: { ...optionalLine, description: 'ISO 3166-1 code, `IN` or `IND`' },
    pincode: {
      type: 'string',
      pattern: '^[A-Za-z0-9 -]{3,12}$',
      maxLength: 12,
      formatText: '3 to 12 letters, digits, blanks and hyphens',
      acceptsNumber: true,
      description: 'Postal code; six digits in India, the first not 0',
    },
  },
} as const
export type AddressInfo = FromSchema<typeof addressInfo>

export const communicationInfo = {
  type: 'object',
  additionalProperties: false,
  required: ['contactNo'],
  properties: {
    contactNo: mobileNumber,
    emailId: { type: 'string', format: 'email', maxLength: 254 },
    notification: { type: 'boolean', default: true, description: 'false: no notifications to this contact, one-time passwords excepted' },
    countryCode: { ...optionalLine, description: 'Dialling code, `+91`, where contactNo has none' },
  },
} as const
export type CommunicationInfo = FromSchema<typeof communicationInfo, CallersView>

export const kycInfo = {
  type: 'object',
  additionalProperties: false,
  required: ['documentType', 'documentNo'],
  properties: {
    documentType: { enum: ['PAN', 'AADHAAR', 'PASSPORT', 'DRIVING_LICENSE', 'VOTER_ID'] },
    documentNo: {
      type: 'string',
      ...filledText,
      minLength: 4,
      maxLength: 40,
      acceptsNumber: true,
      description: 'Kept encrypted; answers show its last four characters only',
    },
    documentExpiry: { type: 'string', format: 'date', maxLength: 10, description: '`YYYY-MM-DD`' },
    kycRefNo: { ...optionalLine, description: 'Reference of the check that was carried out' },
    documentPath: { ...optionalLine, description: 'Where the bank keeps the document' },
    countryOfIssue: optionalLine,
    documentIssuedBy: optionalLine,
    documentIssuanceDate: optionalLine,
    firstName: { ...optionalLine, description: 'Name as on the document' },
    middleName: optionalLine,
    lastName: optionalLine,
  },
} as const
export type KycInfo = FromSchema<typeof kycInfo>

const accountStatuses = ['ACTIVE', 'INACTIVE', 'DORMANT', 'FROZEN', 'CLOSED'] as const

/**
 * What a change of an account may name; what it leaves out stays as it is, so nothing here has a
 * default.
 */
export const accountChange = {
  type: 'object',
  additionalProperties: false,
  required: ['accountNo', 'accountType', 'schemeCode'],
  properties: {
    accountNo,
    accountStatus: { enum: accountStatuses, description: 'Status in the core banking system' },
    accountType: { enum: ['SAVING', 'CURRENT', 'OFFLINE', null], description: 'OFFLINE: an account of a card wallet' },
    accountsCurrency: {
      type: 'string',
      pattern: '^[A-Z]{3}$',
      maxLength: 3,
      formatText: 'three capital letters',
      description: 'ISO 4217 code, `INR`',
    },
    defaultAccount: { type: 'boolean', description: 'The account that debits go to; exactly one per customer' },
    isPrimary: { type: 'boolean', description: 'Whether this customer is the primary holder of a joint account; at most one holder is' },
    initialFunding: {
      type: 'string',
      pattern: '^\\d{1,15}$',
      maxLength: 15,
      formatText: 'digits only, whole units of the currency',
      acceptsNumber: true,
      description: 'Amount the account was opened with, in whole units of its currency',
    },
    schemeCode: {
      type: 'string',
      pattern: '^[A-Za-z0-9_-]{1,40}$',
      maxLength: 40,
      formatText: 'at most 40 letters, digits, _ and -',
      acceptsNumber: true,
      description: 'Account scheme of the bank; together with cardType it decides the card product',
    },
    ifscCode: { ...line, description: 'Code of the bank’s branch in Indian payment systems' },
    branchId: line,
    product: { ...line, description: 'Name of the account product' },
  },
} as const
export type AccountChange = FromSchema<typeof accountChange>

export const accountInfo = {
  ...accountChange,
  properties: {
    ...accountChange.properties,
    accountStatus: { ...accountChange.properties.accountStatus, default: 'ACTIVE' },
    accountsCurrency: { ...accountChange.properties.accountsCurrency, default: 'INR' },
    isPrimary: { ...accountChange.properties.isPrimary, default: false },
  },
} as const
export type AccountInfo = FromSchema<typeof accountInfo, CallersView>

export const nomineeInfo = {
  type: 'object',
  additionalProperties: false,
  required: ['nomineeName'],
  properties: {
    nomineeName: line,
    nomineeRelationship: line,
    nomineeDOB: { type: 'string', format: 'date', maxLength: 10, description: '`YYYY-MM-DD`; before today' },
    isMinor: { type: 'boolean' },
    guardianName: { ...optionalLine, description: 'Of a nominee who is a minor' },
  },
} as const
