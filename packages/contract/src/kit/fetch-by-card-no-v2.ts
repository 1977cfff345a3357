// What callers see of finding a card by its encrypted number.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { cardToggles } from '../words/card-toggles.ts'
import { cardStatus, cardType, kitInfo, kitTimestamp } from '../words/fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['encryptedCardNumber'],
  properties: {
    encryptedCardNumber: {
      type: 'string',
      pattern: '^[A-Za-z0-9+/]{40,80}={0,2}$',
      maxLength: 82,
      formatText: 'Base64 of IV, ciphertext and tag',
      description: 'The whole card number: Base64 of IV(16) ‖ ciphertext ‖ tag(16), AES-256-GCM under the field key',
    },
  },
} as const
export type FetchByCardNoV2 = FromSchema<typeof request>

const text = { type: 'string' } as const
const amount = { type: 'number', minimum: 0 } as const
const limits = {
  type: 'object',
  additionalProperties: false,
  required: ['channelLimit', 'totalLimit'],
  properties: {
    channelLimit: {
      type: 'object',
      additionalProperties: false,
      description: 'Limits per day and channel, in whole units of the tenant’s currency',
      properties: { atm: amount, ecom: amount, pos: amount, contactless: amount },
    },
    totalLimit: { ...amount, description: 'Sum of atm, ecom and pos; contactless is part of pos' },
  },
} as const

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'accountInfo'],
  properties: {
    entityId: text,
    accountInfo: {
      type: 'object',
      additionalProperties: false,
      required: ['accountNo', 'accountStatus', 'accountType', 'kitDetails'],
      properties: {
        accountNo: { ...text, description: 'The account of the card' },
        accountStatus: text,
        accountType: { type: ['string', 'null'] },
        accountsCurrency: { ...text, description: 'ISO 4217 code' },
        branchId: text,
        defaultAccount: { type: 'boolean', description: 'Whether it is the customer’s default account' },
        ifscCode: text,
        product: { ...text, description: 'Name of the account product' },
        schemeCode: text,
        kitDetails: {
          type: 'object',
          additionalProperties: false,
          required: ['kitNo', 'cardIssuanceDate', 'cardStatus', 'cardType', 'encryptedCardNumber', 'expDate', 'domestic', 'international'],
          properties: {
            cardIssuanceDate: kitTimestamp,
            cardIssuanceType: { type: ['string', 'null'], description: 'How the card was issued; `WELCOME_KIT`: handed out from stock' },
            cardName: { ...text, description: 'Name of the card product' },
            cardStatus,
            cardType,
            encryptedCardNumber: kitInfo.properties.encryptedCardNumber,
            expDate: kitTimestamp,
            kitNo: text,
            lastPinChangedDate: { ...kitTimestamp, description: 'Absent while no PIN is set' },
            plasticCode: { type: ['string', 'null'], description: 'Design of the plastic' },
            domestic: limits,
            international: limits,
            toggle: cardToggles,
          },
        },
      },
    },
  },
} as const
export type CardByNumber = FromSchema<typeof result>

export const fetchByCardNoV2Endpoint = publicEndpoint<FetchByCardNoV2, CardByNumber>()({
  name: 'fetchByCardNoV2',
  method: 'POST',
  path: '/kit-manager/v2/fetchByCardNo',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.read',
  summary: 'Customer, account, card and limits by the encrypted card number',
  description:
    'Encrypt the card number under the field key that was exchanged at onboarding. A value that cannot be opened, or is not a card number once opened (Luhn check), is refused with `invalid.input.request`; a number that is not a card of this bank, with `MCC007`. Cards of every status are found.',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'service.unavailable'],
  examples: [
    {
      name: 'find',
      request: { encryptedCardNumber: 'VoETPXH7Ull8MjVYJSbmb3lKYly09nMFOj0ATU8NdYu12s63UBSuGFLwbohCKzPO' },
      result: {
        entityId: 'validatePin0',
        accountInfo: {
          accountNo: '8642135',
          accountStatus: 'ACTIVE',
          accountType: 'SAVING',
          accountsCurrency: 'INR',
          branchId: 'BRANCH01',
          defaultAccount: true,
          ifscCode: 'INDB0000001',
          product: 'Savings Account',
          schemeCode: '2003',
          kitDetails: {
            cardIssuanceDate: '2023-12-18T10:14:11.552+00:00',
            cardIssuanceType: 'WELCOME_KIT',
            cardName: 'My Debit Card',
            cardStatus: 'ACTIVE',
            cardType: 'PHYSICAL',
            encryptedCardNumber: 'Ufgt63uF2/YXGxapTdwalQfySjI/cGl0jUp+K6AfHLLoaIbm8eT/Ok2V2U/q8xqx',
            expDate: '2029-07-31T00:00:00.000+00:00',
            kitNo: '4240181647',
            lastPinChangedDate: '2024-05-15T10:12:33.421+00:00',
            plasticCode: 'PCLAS',
            domestic: { channelLimit: { atm: 20000, ecom: 30000, pos: 50000, contactless: 5000 }, totalLimit: 100000 },
            international: { channelLimit: { atm: 10000, ecom: 20000, pos: 20000 }, totalLimit: 50000 },
            toggle: { superOtp: false, superPin: false, locationShield: { isEnabled: false }, swipeToPay: { isEnabled: false } },
          },
        },
      },
    },
  ],
})
