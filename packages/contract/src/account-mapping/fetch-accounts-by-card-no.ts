// What callers see of finding the accounts of a card by its number in clear.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'

export const accountsByCardNoRequest = {
  type: 'object',
  additionalProperties: false,
  required: ['cardNumber'],
  properties: {
    cardNumber: {
      type: 'string',
      pattern: '^\\d{16,19}$',
      maxLength: 19,
      formatText: '16 to 19 digits',
      description: 'The whole card number in clear, with a correct check digit (Luhn); only inside a sealed body',
    },
  },
} as const
export type FetchAccountsByCardNo = FromSchema<typeof accountsByCardNoRequest>

const text = { type: 'string' } as const
export const accountsOfCard = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'linkedAccounts'],
  properties: {
    entityId: { ...text, description: 'The customer the card belongs to' },
    kitNo: { ...text, description: 'The kit of the card' },
    linkedAccounts: {
      type: 'array',
      description: 'All accounts mapped to the kit, those of its card wallet included',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['accountNo', 'accountStatus', 'accountType', 'defaultAccount', 'isPrimary'],
        properties: {
          accountNo: text,
          accountStatus: text,
          accountType: { type: ['string', 'null'], description: '`SAVING`, `CURRENT`; `OFFLINE`: an account of the card wallet' },
          accountsCurrency: { ...text, description: 'ISO 4217 code; absent on OFFLINE' },
          branchId: { ...text, description: 'Absent on OFFLINE' },
          ifscCode: { ...text, description: 'Absent on OFFLINE' },
          schemeCode: { ...text, description: 'Absent on OFFLINE' },
          defaultAccount: { type: 'boolean', description: 'Whether the card’s debits go to this account' },
          isPrimary: { type: 'boolean', description: 'Whether the customer is the primary holder' },
          product: {
            ...text,
            description:
              'On OFFLINE: `GLOBAL_OFFLINE_PRODUCT`, the balance on the chip, or `GLOBAL_OFFLINE_STAGED_PRODUCT`, money loaded but not yet written to the chip',
          },
        },
      },
    },
  },
} as const
export type AccountsOfCard = FromSchema<typeof accountsOfCard>

/** The example, for both addresses. */
export const accountsOfCardExample = {
  name: 'a card with a wallet',
  request: { cardNumber: '6729600000077473' },
  result: {
    entityId: '10920111168',
    kitNo: '10026219',
    linkedAccounts: [
      {
        accountNo: '231000012544',
        accountStatus: 'ACTIVE',
        accountType: 'SAVING',
        accountsCurrency: 'INR',
        branchId: '10011',
        defaultAccount: true,
        ifscCode: 'YESB0UNTY01',
        isPrimary: false,
        schemeCode: '1026',
      },
      {
        accountNo: '2505190754127',
        accountStatus: 'ACTIVE',
        accountType: 'OFFLINE',
        defaultAccount: false,
        isPrimary: false,
        product: 'GLOBAL_OFFLINE_PRODUCT',
      },
      {
        accountNo: '2505190754175',
        accountStatus: 'ACTIVE',
        accountType: 'OFFLINE',
        defaultAccount: false,
        isPrimary: false,
        product: 'GLOBAL_OFFLINE_STAGED_PRODUCT',
      },
    ],
  },
} as const

export const fetchAccountsByCardNoEndpoint = publicEndpoint<FetchAccountsByCardNo, AccountsOfCard>()({
  name: 'fetchAccountsByCardNo',
  method: 'POST',
  path: '/account/fetchAccountsByCardNo',
  owner: 'kit',
  family: 'account-mapping',
  permission: 'card.reveal',
  sealedOnly: true,
  summary: 'The accounts of a card, found by the card number',
  description: `The body contains a card number in clear, so it must be sealed, even where the tenant otherwise accepts clear bodies; a clear one is refused with \`encryption.required\`. The number does not appear in any log or audit record.

Cards of every status are found. A number that is not a card of this bank is refused with \`MCC007\` and the field error \`Invalid card number\`; a wrong check digit with \`invalid.input.request\`.`,
  idempotency: 'read',
  request: accountsByCardNoRequest,
  result: accountsOfCard,
  errors: ['invalid.input.request', 'MCC007', 'service.unavailable'],
  examples: [accountsOfCardExample],
})
