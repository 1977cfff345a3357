// What a branch is: the fields that its three calls share.

import { filledText } from '../wire/text.ts'
import { mobileNumber } from '../words/fields.ts'
import { branchId } from '../words/stock.ts'

const name = { type: 'string', ...filledText, minLength: 1, maxLength: 100 } as const

const pointOfContact = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'mobileNo'],
  properties: {
    name,
    designation: { ...name, description: 'Role of the person' },
    mobileNo: mobileNumber,
    emailId: { type: 'string', format: 'email', maxLength: 254 },
    level: { type: 'integer', minimum: 1, maximum: 10, description: 'Order of escalation, 1 first' },
  },
} as const

/** The mandatory fields of a branch, in the order of the page. */
export const branchRequired = [
  'branchId',
  'branchCode',
  'branchName',
  'address',
  'address2',
  'address3',
  'city',
  'state',
  'country',
  'district',
  'zipCode',
  'branchPhoneNumber',
  'pocDetails',
] as const

export const branchProperties = {
  branchId: { ...branchId, description: 'Unique in the tenant; never changes' },
  branchCode: { ...branchId, description: 'Code of the branch in all systems of the bank; unique in the tenant' },
  branchName: { ...name, description: 'Name for display' },
  address: { ...name, description: 'First address line' },
  address2: { ...name, description: 'Second address line: landmark or building' },
  address3: { ...name, description: 'Third address line: locality' },
  city: name,
  state: name,
  country: name,
  district: name,
  zipCode: {
    type: 'string',
    pattern: '^[A-Za-z0-9 -]{3,12}$',
    maxLength: 12,
    formatText: '3 to 12 letters, digits, blanks and hyphens',
    description: 'Six digits in India, the first not 0',
  },
  branchPhoneNumber: { ...mobileNumber, description: 'With country code: `+919876543210`' },
  branchEmailId: { type: 'string', format: 'email', maxLength: 254, description: 'Recommended' },
  pocDetails: { type: 'array', maxItems: 10, items: pointOfContact, description: 'Points of contact; at least one is recommended' },
} as const

/** A branch as it is stored and answered. */
export const storedBranch = {
  type: 'object',
  additionalProperties: false,
  required: [...branchRequired, 'status', 'createdDate', 'changedDate'],
  properties: {
    ...branchProperties,
    status: { enum: ['ACTIVE'] },
    createdDate: { type: 'string', format: 'date-time' },
    changedDate: { type: 'string', format: 'date-time' },
  },
} as const

/** The branch of the examples. */
export const sampleBranch = {
  branchId: '789001',
  branchCode: 'BR001',
  branchName: 'Main Branch',
  address: '123 Main Street',
  address2: 'Near City Center',
  address3: 'MG Road',
  city: 'Bangalore',
  state: 'Karnataka',
  country: 'India',
  district: 'Bangalore Urban',
  zipCode: '560001',
  branchPhoneNumber: '+919876543210',
  branchEmailId: 'mainbranch@example.com',
  pocDetails: [{ name: 'R. Rao', designation: 'MANAGER', mobileNo: '+919876543211', emailId: 'r.rao@example.com', level: 1 }],
} as const
