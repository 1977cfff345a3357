// What callers see of asking for an order's status.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { cardType } from '../words/fields.ts'
import { cardOrderId, orderStatus } from './order.ts'

const request = { type: 'object', additionalProperties: false, required: ['cardOrderId'], properties: { cardOrderId } } as const
export type FetchCardOrderStatus = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['cardOrderName', 'status', 'tenantName', 'productDetails'],
  properties: {
    cardOrderName: { type: 'string', description: 'Name of the order at the CMS; the orderId until the order was sent' },
    status: {
      ...orderStatus,
      description:
        '`FAILED` when all products failed, `SUCCESS` when all succeeded, otherwise that of the least advanced product that has not failed',
    },
    tenantName: { type: 'string' },
    productDetails: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['binNumber', 'cardType', 'corporateName', 'noOfCard', 'productId', 'status'],
        properties: {
          binNumber: { type: 'integer', description: 'Issuer prefix, as a number' },
          cardType,
          corporateName: { type: 'string', description: 'Who the cards are made for' },
          noOfCard: { type: 'integer', description: 'Number of cards' },
          productId: { type: 'string' },
          status: { ...orderStatus, description: 'Status of this product' },
        },
      },
    },
  },
} as const
export type CardOrderStatus = FromSchema<typeof result>

const product = { binNumber: 87654322, cardType: 'PHYSICAL', corporateName: 'RUSH', noOfCard: 5, status: 'PENDING' } as const

export const fetchCardOrderStatusEndpoint = publicEndpoint<FetchCardOrderStatus, CardOrderStatus>()({
  name: 'fetchCardOrderStatus',
  method: 'POST',
  path: '/card-order/fetchStatus',
  owner: 'inventory-order',
  family: 'card-order',
  permission: 'card-order.read',
  summary: 'Shows the status of an order and of each of its products',
  description: 'Returns what is stored; `/card-order/status` asks the CMS first.',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'ORD009'],
  examples: [
    {
      name: 'order at the CMS',
      request: { cardOrderId: 'TEST_PGKKIT_ORDER' },
      result: {
        cardOrderName: '1763369938',
        status: 'PENDING',
        tenantName: 'RUSH_9',
        productDetails: [
          { ...product, productId: '01' },
          { ...product, productId: '02' },
        ],
      },
    },
  ],
})
