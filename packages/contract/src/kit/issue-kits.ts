// Issuing kits in two steps for the customer context: reserve (unseen by everybody), then confirm
// (the card exists, KitIssued).

import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { freeText } from '../wire/text.ts'
import { accountNo, cardStatus, cardType, deliveryAddress, entityId, kitInfo, kitNo, orderOfKit } from '../words/fields.ts'
import type { KitInfo } from './kit-info.ts'

const commandId = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  description: 'Names the issuing command; a repeat reserves the same kits',
} as const

const reserve = {
  type: 'object',
  additionalProperties: false,
  required: ['commandId', 'entityId', 'kits'],
  properties: {
    commandId,
    entityId,
    deliveryAddress,
    kits: {
      type: 'array',
      minItems: 1,
      maxItems: 5,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['accountNo', 'productId'],
        properties: {
          accountNo,
          productId: { type: 'string', maxLength: 60 },
          kitNo,
          aliasName: { type: 'string', ...freeText, maxLength: 26 },
          plasticCode: { type: 'string', ...freeText, maxLength: 100 },
        },
      },
    },
  },
} as const
export type ReserveKits = FromSchema<typeof reserve>

export const reserveKitsEndpoint = internalEndpoint<ReserveKits, { kitNos: string[] }>()({
  name: 'reserveKits',
  method: 'POST',
  path: '/internal/reserve-kits',
  owner: 'kit',
  callers: ['customer'],
  summary: 'Numbers and stores the kits of a command, unseen until confirmed; given up when not confirmed in time',
  idempotency: 'stored',
  request: reserve,
  result: { type: 'object', required: ['kitNos'], properties: { kitNos: { type: 'array', items: { type: 'string' } } } },
  errors: ['invalid.input.request', 'kit.not.found', 'invalid.kit.info', 'product.not.found', 'bin.range.exhausted', 'service.unavailable'],
})

const confirm = {
  type: 'object',
  additionalProperties: false,
  required: ['commandId', 'entityId', 'kitNos'],
  properties: { commandId, entityId, kitNos: { type: 'array', minItems: 1, maxItems: 5, items: kitNo } },
} as const
export type ConfirmKits = FromSchema<typeof confirm>

/**
 * Confirms what `reserveKits` reserved, in the order of its answer, and answers the kits: the first
 * one decides, all others follow in the end. `MCC007` when the reservation was given up and none of
 * the kits exists; the caller then reserves again.
 */
export const confirmKitsEndpoint = internalEndpoint<ConfirmKits, KitInfo[]>()({
  name: 'confirmKits',
  method: 'POST',
  path: '/internal/confirm-kits',
  owner: 'kit',
  callers: ['customer'],
  summary: 'Makes reserved kits real: KitIssued',
  idempotency: 'document',
  request: confirm,
  result: { type: 'array', items: kitInfo },
  errors: ['invalid.input.request', 'MCC007', 'service.unavailable'],
})

const kitIssued = {
  type: 'object',
  required: [
    'type',
    'kitNo',
    'entityId',
    'accountNo',
    'productId',
    'productName',
    'bin',
    'maskedCardNumber',
    'cardCategory',
    'cardType',
    'networkType',
    'cardStatus',
    'expDate',
    'issuedAt',
  ],
  properties: {
    type: { const: 'KitIssued' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    accountNo: { type: 'string' },
    productId: { type: 'string' },
    productName: { type: 'string' },
    tierType: { type: 'string' },
    bin: { type: 'string' },
    maskedCardNumber: { type: 'string' },
    cardCategory: { type: 'string' },
    cardType,
    networkType: { type: 'string' },
    cardStatus,
    orderId: orderOfKit,
    expDate: { type: 'string', description: 'Last day of the card’s life, as in kitInfo' },
    predecessor: {
      type: 'string',
      description: 'The kit whose place this one takes or will take: what its holder has chosen carries over, its PIN does not',
    },
    issuedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type KitIssued = FromSchema<typeof kitIssued>

export const kitIssuedEvent = eventType<KitIssued>()({
  type: 'KitIssued',
  version: 1,
  owner: 'kit',
  summary: 'A kit got its owner; subject is the kitNo',
  schema: kitIssued,
  example: {
    type: 'KitIssued',
    kitNo: '4240181595',
    entityId: '676765',
    accountNo: '8642135',
    productId: '2003_PHYSICAL',
    productName: '2003_PHYSICAL',
    bin: '608040',
    maskedCardNumber: '608040XXXXXX6384',
    cardCategory: 'DEBIT',
    cardType: 'PHYSICAL',
    networkType: 'RUPAY',
    cardStatus: 'INACTIVE',
    expDate: '2029-07-31T00:00:00.000+00:00',
    issuedAt: '2026-01-05T10:00:00.000Z',
  },
})
