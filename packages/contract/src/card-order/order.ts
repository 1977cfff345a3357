// What a card order consists of: the fields that its calls, its events and the inventory share.

import { filledText, freeText } from '../wire/text.ts'
import { cardType, line } from '../words/fields.ts'
import { bin, branchId, embossType, localTime, orderingPartyId, orderingPartyType, productId } from '../words/stock.ts'

/** How many cards of one product an order may ask for. */
const QUANTITY_MAX = 1_000_000

export const orderId = {
  type: 'string',
  pattern: '^[A-Za-z0-9._-]{1,64}$',
  maxLength: 64,
  formatText: 'letters, digits, point, underscore and hyphen, at most 64',
  description: 'Id of the order, unique in the tenant',
} as const

/** Name of an uploaded file. */
export const fileName = {
  type: 'string',
  pattern: '^[A-Za-z0-9][A-Za-z0-9._ ()-]{0,95}\\.(txt|TXT)$',
  maxLength: 100,
  formatText: 'a name that ends in .txt, at most 100 letters, digits, blanks and . _ ( ) -',
} as const

/** Queries take the id or the order's name at the CMS. */
export const cardOrderId = {
  type: 'string',
  ...filledText,
  minLength: 1,
  maxLength: 100,
  description: 'The `orderId`, or the `cardOrderName` that the CMS gave the order',
} as const

export const orderStatus = {
  enum: ['RECEIVED', 'PENDING', 'PROCESSED', 'SUCCESS', 'FAILED', 'CANCELLED', 'EXPIRED'],
  description:
    '`RECEIVED` stored, not yet sent; `PENDING` at the CMS; `PROCESSED` done there; `SUCCESS` kits in stock; `FAILED`; `CANCELLED`; `EXPIRED` validity ran out before it was sent',
} as const

/** Statuses of an order, in the order of its road. */
export type OrderStatus = (typeof orderStatus.enum)[number]

export const orderProduct = {
  type: 'object',
  additionalProperties: false,
  required: ['bin', 'productId', 'quantity'],
  properties: {
    bin,
    productId,
    quantity: { type: 'integer', minimum: 1, maximum: QUANTITY_MAX, description: 'Number of cards' },
    plasticCode: {
      type: 'string',
      ...filledText,
      minLength: 1,
      maxLength: 100,
      description: 'Design of the card; that of the product when absent',
    },
    panLength: {
      type: 'integer',
      minimum: 16,
      maximum: 19,
      description: 'Digits of the card number; as configured for the BIN when absent, normally 16',
    },
    pinGeneration: { type: 'boolean', description: 'Whether a PIN is made for each card; not when absent' },
    cardType,
    embossType,
  },
} as const

export const orderProducts = {
  type: 'array',
  minItems: 1,
  maxItems: 50,
  items: orderProduct,
  description: 'What is ordered, by product',
} as const

export const branchInfo = {
  type: 'object',
  additionalProperties: false,
  required: ['branchId'],
  properties: { branchId, branchName: line },
  description: 'Branch that orders and gets the kits',
} as const

export const orderingPartyInfo = {
  type: 'object',
  additionalProperties: false,
  properties: { orderingPartyId, orderingPartyType },
  description: 'Who ordered',
} as const

/** The fields of an order with or without a file. */
export const orderProperties = {
  orderId: {
    ...orderId,
    description: 'Id of the order, unique in the tenant; generated when absent and returned in the header `X-Order-Id`',
  },
  branchInfo,
  address: {
    type: 'string',
    ...filledText,
    minLength: 1,
    maxLength: 500,
    description: 'Delivery address, its parts joined by `~`',
  },
  pinCode: {
    type: 'string',
    pattern: '^[A-Za-z0-9 -]{3,12}$',
    maxLength: 12,
    formatText: '3 to 12 characters',
    description: 'Postal code',
  },
  orderingPartyInfo,
  metaValues: {
    type: 'object',
    maxProperties: 20,
    propertyNames: { pattern: '^[A-Za-z][A-Za-z0-9_-]{0,49}$', formatText: 'names begin with a letter, then letters, digits, _ and -' },
    additionalProperties: { type: 'string', ...freeText, maxLength: 200 },
    description: 'The caller’s own notes, name → text',
  },
  processStartTime: { ...localTime, description: 'Not sent to the CMS before this time, in the time zone of the tenant' },
  validity: { type: 'integer', minimum: 1, maximum: 3650, description: 'Days; an order not sent by then expires' },
  products: orderProducts,
} as const

/** The order of the examples. */
export const sampleOrder = {
  orderId: 'ORD-001',
  branchInfo: { branchId: 'BRANCH001', branchName: 'Main Branch' },
  address: '123 Main St~Near City Center~MG Road~Chennai~Tamil Nadu~India',
  pinCode: '600001',
  orderingPartyInfo: { orderingPartyId: 'CREATOR01', orderingPartyType: 'BANK' },
  metaValues: { campaign: 'Q1' },
  processStartTime: '2025-01-10 10:00:00',
  validity: 30,
  products: [
    {
      bin: '12345678',
      productId: 'PROD-001',
      quantity: 100,
      plasticCode: '71',
      panLength: 16,
      pinGeneration: true,
      cardType: 'PHYSICAL',
      embossType: 'NON_PERSONALIZED',
    },
  ],
} as const

/** What all events of an order tell of its products. */
export const orderedProducts = [
  { bin: '12345678', productId: 'PROD-001', quantity: 100, plasticCode: '71', panLength: 16, pinGeneration: true },
]
