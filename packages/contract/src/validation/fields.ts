// Fields that the endpoints that find a card by what its holder knows share.
import { statusesThat } from '../words/card-statuses.ts'
import { mobileNumber } from '../words/fields.ts'

export const cardNoLastSix = {
  type: 'string',
  pattern: '^\\d{6}$',
  maxLength: 6,
  formatText: 'six digits',
  acceptsNumber: true,
  padZeros: 6,
  description: 'Last six digits of the card number',
} as const

export const mobileNo = {
  ...mobileNumber,
  description:
    'A registered mobile number of the customer, text or number. With or without country code: `+91`, `0091`, `91` or `0` before ten digits is left out when numbers are compared',
} as const

const linkedAccount = {
  type: 'object',
  additionalProperties: false,
  required: ['accountNo', 'accountStatus', 'accountType', 'accountsCurrency', 'defaultAccount', 'isPrimary', 'schemeCode'],
  properties: {
    accountNo: { type: 'string' },
    accountStatus: { enum: ['ACTIVE', 'INACTIVE', 'DORMANT', 'FROZEN', 'CLOSED'] },
    accountType: { enum: ['SAVING', 'CURRENT', 'OFFLINE', null] },
    accountsCurrency: { type: 'string', description: 'ISO 4217, three letters' },
    branchId: { type: 'string', description: 'Absent where the account has none' },
    ifscCode: { type: 'string', description: 'Absent or empty where the account has none' },
    initialFunding: { type: 'string', description: 'As registered, in units of the account’s currency' },
    defaultAccount: { type: 'boolean', description: 'Whether the card draws on it' },
    isPrimary: { type: 'boolean' },
    schemeCode: { type: 'string' },
  },
} as const

/** The card that was found, and its accounts. */
export const foundCard = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'cardStatus', 'accountInfo'],
  properties: {
    entityId: { type: 'string' },
    kitNo: { type: 'string' },
    cardStatus: { enum: statusesThat('isFoundByHolder') },
    accountInfo: { type: 'array', items: linkedAccount, description: 'The accounts linked to the card, as registered' },
  },
} as const
