// What callers and followers see of applying for a physical card, fresh or in place of a virtual
// one.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import {
  type CallersView,
  cardStatus,
  cardType,
  deliveryAddress,
  entityId,
  kitInfo,
  kitNo,
  orderOfKit,
  requestId,
} from '../words/fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId'],
  properties: {
    entityId: { ...entityId, description: 'The customer who applies' },
    kitNo: { ...kitNo, description: 'The VIRTUAL kit to turn into a physical card; when absent, a fresh physical card is issued' },
    deliveryAddress: { ...deliveryAddress, default: 'PERMANENT' },
    requestId,
  },
} as const
export type ApplyForCard = FromSchema<typeof request, CallersView>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitInfo'],
  properties: {
    entityId: { type: 'string' },
    kitInfo: {
      type: 'array',
      description: 'The one card',
      items: {
        ...kitInfo,
        properties: {
          ...kitInfo.properties,
          cardConversionDate: {
            type: 'string',
            pattern: '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$',
            description: 'When the virtual card became a physical one: `YYYY-MM-DD HH:mm:ss` in the tenant’s time zone',
          },
        },
      },
    },
  },
} as const
export type AppliedCard = FromSchema<typeof result>

const card = {
  accountNo: '8642135',
  bin: '608040',
  cardCategory: 'DEBIT',
  cardNumber: '608040XXXXXX5743',
  cardStatus: 'INACTIVE',
  cardType: 'PHYSICAL',
  createdDate: '2023-12-19T06:41:20.361+00:00',
  encryptedCardNumber: 'wEeL5FmNYnYnNB1DPQTQ8GMVfmCfz5zocGu77ZdR22vMq/iQAmAv+t0CoVCMfH8w',
  entityId: 'req11',
  expDate: '2029-07-31T00:00:00.000+00:00',
  kitNo: '4240171531',
  networkType: 'RUPAY',
  productId: '2003_PHYSICAL',
  productName: '2003_PHYSICAL',
} as const

export const applyForCardEndpoint = publicEndpoint<ApplyForCard, AppliedCard>()({
  name: 'applyForCard',
  method: 'POST',
  path: '/kit-manager/applyForCard',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.write',
  summary: 'Orders a physical card: a fresh one, or the plastic for a virtual card',
  description: `**Without \`kitNo\`** a fresh physical card is issued on the default account, \`INACTIVE\`. A customer who holds a physical card in \`ASSIGNED\`, \`INACTIVE\`, \`ACTIVE\` or \`LOCKED\` is refused with \`card.already.active\`.

**With \`kitNo\`** that virtual card becomes a physical one: same kit, same card number, same status (an active card stays usable), product of the physical card; \`cardConversionDate\` says when. A card that is already physical is refused with \`invalid.kit.info\`, a blocked or hotlisted one with \`card.blocked\`, a replaced, expired or closed one with \`card.status.active\`.

\`deliveryAddress\` must be among the customer's addresses. A repeat with the same \`requestId\` gives the first answer again; without one it finds the card that the first call has made, and is refused with \`card.already.active\` or \`invalid.kit.info\`. There is one exception: a call that was answered with 503 or 500. Either nothing was done and nothing will come of it, or the card was made; in that case the same call again, with the same body and again without a \`requestId\`, returns that card, once, within 24 hours.`,
  idempotency: 'stored',
  request,
  result,
  errors: [
    'invalid.input.request',
    'CUS001',
    'MCC007',
    'invalid.kit.info',
    'card.already.active',
    'card.blocked',
    'card.status.active',
    'product.not.found',
    'bin.range.exhausted',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'plastic for a virtual card',
      request: { entityId: 'req11', kitNo: '4240171531', deliveryAddress: 'PERMANENT' },
      result: { entityId: 'req11', kitInfo: [{ ...card, cardConversionDate: '2023-12-19 12:12:07' }] },
    },
    {
      name: 'a fresh card',
      request: { entityId: 'req11' },
      result: { entityId: 'req11', kitInfo: [{ ...card, kitNo: '4240171544', cardNumber: '608040XXXXXX5867' }] },
    },
  ],
})

const kitConverted = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'cardType', 'cardStatus', 'previousProductId', 'productId', 'productName', 'convertedAt'],
  properties: {
    type: { const: 'KitConverted' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    cardType,
    cardStatus,
    orderId: orderOfKit,
    previousProductId: { type: 'string', description: 'Product of the virtual card' },
    productId: { type: 'string' },
    productName: { type: 'string' },
    tierType: { type: 'string' },
    deliveryAddress,
    convertedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type KitConverted = FromSchema<typeof kitConverted>

export const kitConvertedEvent = eventType<KitConverted>()({
  type: 'KitConverted',
  version: 1,
  owner: 'kit',
  summary: 'A virtual card became a physical one, same kit, same card number; subject is the kitNo',
  schema: kitConverted,
  example: {
    type: 'KitConverted',
    kitNo: '4240171531',
    entityId: 'req11',
    cardType: 'PHYSICAL',
    cardStatus: 'ACTIVE',
    previousProductId: '2003_VIRTUAL',
    productId: '2003_PHYSICAL',
    productName: '2003_PHYSICAL',
    deliveryAddress: 'PERMANENT',
    convertedAt: '2026-01-05T10:00:00.000Z',
  },
})
