// Cards as registration asks for them and answers them, and the codes that everything refuses with
// which issues cards.
import type { FromSchema } from 'json-schema-to-ts'
import { accountNo, cardType, embossedLine, kitInfo, kitNo, line } from './fields.ts'

/** A card to issue: generated, or the named kit out of stock. */
export const kitRequest = {
  type: 'object',
  additionalProperties: false,
  required: ['cardType'],
  properties: {
    accountNo: { ...accountNo, description: 'Account of the card, one of the customer’s and not closed; the default account when absent' },
    cardType,
    kitNo: { ...kitNo, description: 'A kit in stock that is handed out now (insta kit); when absent, a kit is generated' },
    aliasName: { ...embossedLine, description: 'Name embossed on the card' },
    plasticCode: { ...line, description: 'Design of the plastic; the product’s own when absent' },
    tierType: { ...line, description: 'Grade of the product; the scheme’s first when absent' },
  },
} as const
export type KitRequest = FromSchema<typeof kitRequest>

export const issuedKits = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitInfo'],
  properties: {
    entityId: { type: 'string', description: 'The customer' },
    kitInfo: { type: 'array', items: kitInfo, description: 'The cards issued by this call, in the order they were asked for' },
  },
} as const
export type IssuedKits = FromSchema<typeof issuedKits>

/** Errors of everything that issues cards. */
export const issuingErrors = [
  'invalid.input.request',
  'kit.not.found',
  'invalid.kit.info',
  'tier.not.found',
  'plastic.not.found',
  'product.not.found',
  'invalid.source.account',
  'bin.range.exhausted',
  'idempotency.conflict',
  'idempotency.in.progress',
  'concurrent.change',
  'service.unavailable',
] as const
