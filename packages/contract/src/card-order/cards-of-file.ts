// The kits of an order's file, as the kit context fetches them to produce them.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { filledText } from '../wire/text.ts'
import { bin, productId } from '../words/stock.ts'
import { orderId } from './order.ts'
import type { FileKit } from './order-file.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['orderId', 'productId', 'bin', 'chunk'],
  properties: {
    orderId,
    productId,
    bin,
    plasticCode: { type: 'string', ...filledText, minLength: 1, maxLength: 100 },
    chunk: { type: 'integer', minimum: 0, maximum: 1_000_000, description: 'Which thousand of the kits of this product, from 0' },
  },
} as const
export type CardsOfFile = FromSchema<typeof request>

/** Expiry as in the file, `MMYY`; card numbers as the bank encrypted them. */
export type FileCard = Pick<FileKit, 'kitNo' | 'parentKitNo' | 'encryptedCardNumber' | 'lastFour' | 'expiry' | 'aliasName'>

/** `ORD007` when the order has no file, or its file has no such kits (any more). */
export const cardsOfFileEndpoint = internalEndpoint<CardsOfFile, { cards: readonly FileCard[] }>()({
  name: 'cardsOfFile',
  method: 'POST',
  path: '/internal/cards-of-file',
  owner: 'inventory-order',
  callers: ['kit'],
  summary: 'Up to 1,000 kits of the file that an order was placed with, always the same for the same chunk',
  idempotency: 'read',
  request,
  result: { type: 'object', required: ['cards'], properties: { cards: { type: 'array' } } },
  errors: ['invalid.input.request', 'ORD007', 'service.unavailable'],
})
