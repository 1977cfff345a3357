// Events of the kit context that no endpoint of it emits by itself: production, stock, expiry,
// transactions.
import type { FromSchema } from 'json-schema-to-ts'

import { eventType } from '../wire/event.ts'
import { cardStatus, cardType, orderOfKit, resultingStatus } from '../words/fields.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const instant = { type: 'string', format: 'date-time' } as const

const kitsProduced = {
  type: 'object',
  required: ['type', 'orderId', 'batch', 'batches', 'productId', 'bin', 'cardType', 'kits', 'producedAt'],
  properties: {
    type: { const: 'KitsProduced' },
    orderId: text,
    batch: { type: 'integer', minimum: 1, description: 'Which batch of the order this is, from 1; a batch holds kits of one product' },
    batches: { type: 'integer', minimum: 1, description: 'How many batches the order has' },
    productId: text,
    bin: text,
    plasticCode: text,
    cardType,
    kits: {
      type: 'array',
      minItems: 1,
      maxItems: 1000,
      items: {
        type: 'object',
        required: ['kitNo', 'maskedCardNumber', 'expDate'],
        properties: {
          kitNo: text,
          parentKitNo: { ...text, description: 'The parent kit it is packed in' },
          maskedCardNumber: { ...text, description: 'First six, X, last four' },
          expDate: { ...text, description: 'Last day of the card’s life, as in kitInfo' },
        },
      },
    },
    producedAt: instant,
  },
} as const
export type KitsProduced = FromSchema<typeof kitsProduced>

export const kitsProducedEvent = eventType<KitsProduced>()({
  type: 'KitsProduced',
  version: 1,
  owner: 'kit',
  summary: 'A batch of the kits of a card order was numbered, or taken from its file, and stored, UNALLOCATED; subject is the orderId',
  schema: kitsProduced,
  example: {
    type: 'KitsProduced',
    orderId: 'ORD-001',
    batch: 1,
    batches: 1,
    productId: '2003_PHYSICAL',
    bin: '608040',
    plasticCode: 'PCLAS',
    cardType: 'PHYSICAL',
    kits: [
      {
        kitNo: '4240181652',
        parentKitNo: '1406464682',
        maskedCardNumber: '608040XXXXXX6954',
        expDate: '2029-07-31T00:00:00.000+00:00',
      },
      {
        kitNo: '4240181653',
        parentKitNo: '1406464682',
        maskedCardNumber: '608040XXXXXX6962',
        expDate: '2029-07-31T00:00:00.000+00:00',
      },
    ],
    producedAt: '2026-01-05T10:00:00.000Z',
  },
})

const kitsNotProduced = {
  type: 'object',
  required: ['type', 'orderId', 'productId', 'reason', 'reasonCode', 'notProducedAt'],
  properties: {
    type: { const: 'KitsNotProduced' },
    orderId: text,
    productId: text,
    reason: { ...text, description: 'In words' },
    reasonCode: {
      ...text,
      description: '`bin.range.exhausted`, `product.not.found`; for kits of a file `order.file.not.found` or `invalid.kit.info`',
    },
    notProducedAt: instant,
  },
} as const
export type KitsNotProduced = FromSchema<typeof kitsNotProduced>

export const kitsNotProducedEvent = eventType<KitsNotProduced>()({
  type: 'KitsNotProduced',
  version: 1,
  owner: 'kit',
  summary: 'The kits of a product of a card order cannot be made, and never will be; subject is the orderId',
  schema: kitsNotProduced,
  example: {
    type: 'KitsNotProduced',
    orderId: 'ORD-001',
    productId: '2003_PHYSICAL',
    reason: 'BIN 608040 has no card numbers left',
    reasonCode: 'bin.range.exhausted',
    notProducedAt: '2026-01-05T10:00:00.000Z',
  },
})

const kitAssigned = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'accountNo', 'assignedAt'],
  properties: {
    type: { const: 'KitAssigned' },
    kitNo: text,
    parentKitNo: text,
    entityId: text,
    accountNo: text,
    cardStatus: resultingStatus,
    orderId: orderOfKit,
    assignedAt: instant,
  },
} as const
export type KitAssigned = FromSchema<typeof kitAssigned>

export const kitAssignedEvent = eventType<KitAssigned>()({
  type: 'KitAssigned',
  version: 1,
  owner: 'kit',
  summary: 'A kit from stock got its owner, together with KitIssued; subject is the kitNo',
  schema: kitAssigned,
  example: {
    type: 'KitAssigned',
    kitNo: '4240181652',
    parentKitNo: '1406464682',
    entityId: '675676',
    accountNo: '8642135',
    cardStatus: 'ASSIGNED',
    assignedAt: '2026-01-05T10:00:00.000Z',
  },
})

const kitExpired = {
  type: 'object',
  required: ['type', 'kitNo', 'previousStatus', 'expiredAt'],
  properties: {
    type: { const: 'KitExpired' },
    kitNo: text,
    entityId: { ...text, description: 'The customer; absent for a kit in stock' },
    previousStatus: cardStatus,
    cardStatus: resultingStatus,
    orderId: orderOfKit,
    expiredAt: instant,
  },
} as const
export type KitExpired = FromSchema<typeof kitExpired>

export const kitExpiredEvent = eventType<KitExpired>()({
  type: 'KitExpired',
  version: 1,
  owner: 'kit',
  summary: 'The life of a card is over, or a kit in stock was withdrawn; subject is the kitNo',
  schema: kitExpired,
  example: {
    type: 'KitExpired',
    kitNo: '4240171508',
    entityId: 'req7',
    previousStatus: 'ACTIVE',
    expiredAt: '2026-02-01T00:00:00.000Z',
  },
})

const properties = {
  transactionId: text,
  kitNo: text,
  entityId: text,
  accountNo: text,
  maskedCardNumber: { ...text, description: 'First six, X, last four' },
  channel: { enum: ['ATM', 'POS', 'ECOM', 'CONTACTLESS'] },
  crDr: { enum: ['C', 'D'] },
  amountMinor: { type: 'integer', minimum: 0, description: 'Amount billed, in minor units of currency' },
  currency: { ...text, description: 'ISO 4217 code of the amount billed' },
  responseCode: { ...text, description: 'ISO 8583 data element 39' },
  merchantId: text,
  merchantName: text,
  mcc: { ...text, description: 'Merchant category code' },
  terminalId: text,
  rrn: { ...text, description: 'Retrieval reference number' },
  stan: { ...text, description: 'System trace audit number' },
  international: flag,
  pinVerified: flag,
  occurredAt: instant,
} as const
const required = [
  'type',
  'transactionId',
  'kitNo',
  'entityId',
  'accountNo',
  'maskedCardNumber',
  'channel',
  'crDr',
  'amountMinor',
  'currency',
  'responseCode',
  'occurredAt',
] as const
const authorised = {
  type: 'object',
  required,
  properties: {
    type: { const: 'TransactionAuthorised' },
    ...properties,
    authIdResponse: { ...text, description: 'Authorisation number' },
  },
} as const
const declined = {
  type: 'object',
  required,
  properties: {
    type: { const: 'TransactionDeclined' },
    ...properties,
    reason: { ...text, description: 'Why, in words; responseCode is the code for it' },
  },
} as const
export type TransactionAuthorised = FromSchema<typeof authorised>
export type TransactionDeclined = FromSchema<typeof declined>

const purchase = {
  kitNo: '10930000801',
  entityId: '5000012988',
  accountNo: '2021561001386',
  maskedCardNumber: '817704XXXXXX0662',
  channel: 'POS',
  crDr: 'D',
  amountMinor: 150_000,
  currency: 'INR',
  merchantId: 'MERCH_001',
  merchantName: 'CITY FUEL STATION',
  mcc: '5541',
  terminalId: '12340098',
  international: false,
  occurredAt: '2026-01-05T10:15:00.000Z',
} as const
export const transactionAuthorisedEvent = eventType<TransactionAuthorised>()({
  type: 'TransactionAuthorised',
  version: 1,
  owner: 'kit',
  summary: 'A card transaction was approved; subject is the kitNo',
  schema: authorised,
  example: {
    type: 'TransactionAuthorised',
    ...purchase,
    transactionId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    responseCode: '00',
    rrn: '600510123529',
    stan: '123529',
    authIdResponse: '831000',
    pinVerified: true,
  },
})
export const transactionDeclinedEvent = eventType<TransactionDeclined>()({
  type: 'TransactionDeclined',
  version: 1,
  owner: 'kit',
  summary: 'A card transaction was declined; subject is the kitNo',
  schema: declined,
  example: {
    type: 'TransactionDeclined',
    ...purchase,
    transactionId: '9b2d1c5e-52a3-4a0f-8c43-2d1d0a8f4e21',
    responseCode: '51',
    rrn: '600510123530',
    stan: '123530',
    reason: 'insufficient funds',
  },
})
