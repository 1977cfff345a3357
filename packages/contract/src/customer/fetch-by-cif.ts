// What callers see of reading a customer's default account with all cards and their preferences.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { cardToggles } from '../words/card-toggles.ts'
import { cardStatus, cardType, entityId, kitInfo } from '../words/fields.ts'

export const fetchByCifRequest = { type: 'object', additionalProperties: false, required: ['entityId'], properties: { entityId } } as const
export type FetchByCif = FromSchema<typeof fetchByCifRequest>

const text = { type: 'string' } as const
const nullable = { type: ['string', 'null'] } as const
const day = { type: 'string', format: 'date' } as const
const flag = { type: 'boolean' } as const
const wholeUnits = { type: 'string', pattern: '^\\d+$' } as const
const channel = {
  type: 'object',
  additionalProperties: false,
  required: ['isEnabled', 'dailyLimit', 'maxLimit'],
  properties: {
    isEnabled: flag,
    dailyLimit: { ...wholeUnits, description: 'Limit per day, in whole units of the tenant’s currency' },
    maxLimit: { ...wholeUnits, description: 'The highest daily limit the holder may choose, in whole units' },
  },
} as const
const region = {
  type: 'object',
  additionalProperties: false,
  required: ['isEnabled'],
  properties: { isEnabled: flag, atm: channel, pos: channel, ecom: channel, contactless: channel },
} as const

const card = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNo', 'cardCategory', 'cardIssuanceDate', 'cardStatus', 'cardType', 'expDate', 'domestic', 'international', 'toggle'],
  properties: {
    kitNo: text,
    aliasName: { ...nullable, description: 'Name embossed on the card' },
    cardCategory: text,
    cardIssuanceDate: { ...day, description: '`YYYY-MM-DD`' },
    cardIssuanceType: {
      ...nullable,
      description: 'How the card was issued; `WELCOME_KIT`: handed out from stock; null: made for the customer',
    },
    cardStatus,
    cardType,
    encryptedCardNumber: kitInfo.properties.encryptedCardNumber,
    expDate: { ...day, description: 'Last day of the card’s life, `YYYY-MM-DD`' },
    fourthLine: { ...nullable, description: 'Fourth line embossed on the card' },
    plasticCode: { ...nullable, description: 'Design of the plastic' },
    domestic: region,
    international: region,
    toggle: cardToggles,
  },
} as const

export const cifView = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'accountInfo'],
  properties: {
    entityId: text,
    accountInfo: {
      type: 'object',
      additionalProperties: false,
      required: ['accountNo', 'accountType', 'kitInfo'],
      properties: {
        accountNo: { ...text, description: 'The default account' },
        accountType: { ...nullable, description: '`SAVING` or `CURRENT`' },
        kitInfo: { type: 'array', items: card, description: 'All cards of the customer in every status, oldest first' },
      },
    },
  },
} as const
export type CifView = FromSchema<typeof cifView>

/** The answer of the page, for both versions. */
export const cifExample = {
  entityId: '8765457',
  accountInfo: {
    accountNo: '1001984217778',
    accountType: null,
    kitInfo: [
      {
        aliasName: 'ASHA RAO',
        cardCategory: 'DEBIT',
        cardIssuanceDate: '2023-11-14',
        cardIssuanceType: 'WELCOME_KIT',
        cardStatus: 'REPLACED',
        cardType: 'VIRTUAL',
        encryptedCardNumber: 'NQ4C00K48rUbXT2BcIzzv+0BDdE4WI6HFZJJ7YmP3tbJYWCYEsPIK+CAan4u91xf',
        expDate: '2030-09-30',
        fourthLine: '10001',
        kitNo: '11024742',
        plasticCode: null,
        domestic: {
          isEnabled: false,
          atm: { dailyLimit: '150000', isEnabled: false, maxLimit: '150000' },
          pos: { dailyLimit: '300000', isEnabled: false, maxLimit: '300000' },
          ecom: { dailyLimit: '300000', isEnabled: false, maxLimit: '300000' },
          contactless: { dailyLimit: '5000', isEnabled: false, maxLimit: '5000' },
        },
        international: { isEnabled: false, atm: { dailyLimit: '150000', isEnabled: false, maxLimit: '150000' } },
        toggle: { superOtp: false, superPin: false, locationShield: { isEnabled: false }, swipeToPay: { isEnabled: false } },
      },
    ],
  },
} as const

export const fetchByCifEndpoint = publicEndpoint<FetchByCif, CifView>()({
  name: 'fetchByCif',
  method: 'POST',
  path: '/fetchByCif',
  owner: 'customer',
  family: 'customer',
  permission: 'customer.read',
  summary: 'The default account of a customer with all cards and the preferences of each',
  description: `\`accountInfo\` is one account, the default one; \`kitInfo\` holds all cards of the customer, replaced and blocked ones included. The card number is returned only as \`encryptedCardNumber\`.

Limits are text in whole units of the tenant's currency. Channels that the product does not offer in a region are left out.

Cards and preferences are requested from the services that own them, so the answer is current. While one of those is away, the call is refused with \`service.unavailable\`: yesterday's limit or status would look like today's.`,
  idempotency: 'read',
  request: fetchByCifRequest,
  result: cifView,
  errors: ['invalid.input.request', 'CUS001', 'service.unavailable'],
  examples: [{ name: 'a replaced card', request: { entityId: '8765457' }, result: cifExample }],
})
