// What callers see of listing the kits of a branch.

import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { filledText, freeText } from '../wire/text.ts'
import { type CallersView, cardStatus, cardType } from '../words/fields.ts'
import { branchId, deliveryStatus, embossType, pageNoFromZero, pageSize } from '../words/stock.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['branchId'],
  properties: {
    branchId: { ...branchId, description: 'Branch where the kits are; the only mandatory filter' },
    cardOrderId: {
      type: 'string',
      ...filledText,
      minLength: 1,
      maxLength: 100,
      description: '`orderId` or `cardOrderName` of the order they came with',
    },
    productId: { type: ['string', 'null'], ...freeText, maxLength: 60, description: 'Card product; null does not filter' },
    cardType,
    embossType,
    deliveryStatus,
    cardStatus: { ...cardStatus, synonyms: { ALLOCATED: 'ASSIGNED' } },
    pageNo: pageNoFromZero,
    pageSize,
  },
} as const
export type FetchKitSummary = FromSchema<typeof request, CallersView>

const textOrNull = { type: ['string', 'null'] } as const
const kit = {
  type: 'object',
  additionalProperties: false,
  required: [
    'accountNo',
    'aliasName',
    'branchId',
    'cardCategory',
    'cardNumber',
    'cardStatus',
    'cardType',
    'embeddedValues',
    'entityId',
    'expDate',
    'kitNo',
    'parentKitNo',
    'plasticCode',
  ],
  properties: {
    accountNo: { ...textOrNull, description: 'null while the kit has no owner' },
    aliasName: { ...textOrNull, description: 'Name on the card' },
    branchId: { type: 'string' },
    cardCategory: { type: 'string' },
    cardNumber: { type: 'string', description: 'Masked: first six, X, last four' },
    cardStatus,
    cardType,
    embeddedValues: { type: 'object', additionalProperties: { type: 'string' }, description: 'Free notes, name → text' },
    entityId: { ...textOrNull, description: 'Owner; null while the kit has none' },
    expDate: { type: 'string', format: 'date', description: 'Last day of the card’s life' },
    kitNo: { type: 'string' },
    parentKitNo: { ...textOrNull, description: 'Parent kit (box) it belongs to' },
    plasticCode: textOrNull,
  },
} as const

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['result', 'pagination', 'exception'],
  properties: {
    result: { type: 'array', items: kit },
    pagination: {
      type: 'object',
      additionalProperties: false,
      required: ['list', 'pageNo', 'pageSize', 'totalElements', 'totalPages'],
      properties: {
        list: { const: true },
        pageNo: { type: 'integer', description: 'Counted from 0' },
        pageSize: { type: 'integer' },
        totalElements: { type: 'integer' },
        totalPages: { type: 'integer' },
      },
    },
    exception: { type: 'null' },
  },
} as const
export type KitSummary = FromSchema<typeof result>

const owned = {
  accountNo: '55555555555556782',
  aliasName: 'Test',
  branchId: 'BR002',
  cardCategory: 'DEBIT',
  cardNumber: '608039XXXXXX2751',
  cardStatus: 'INACTIVE',
  cardType: 'VIRTUAL',
  embeddedValues: { parentKitNo: '656576' },
  entityId: 'Test2022',
  expDate: '2029-07-31',
  kitNo: '4240161732',
  parentKitNo: '1406464682',
  plasticCode: '71',
} as const
const inStock = { ...owned, accountNo: null, aliasName: null, cardStatus: 'UNALLOCATED', cardType: 'PHYSICAL', entityId: null } as const

export const fetchKitSummaryEndpoint = publicEndpoint<FetchKitSummary, KitSummary>()({
  name: 'fetchKitSummary',
  method: 'POST',
  path: '/inventory/fetchKitSummary',
  owner: 'inventory-order',
  family: 'inventory',
  permission: 'inventory.read',
  summary: 'Lists the kits of a branch, in stock and handed out',
  description: [
    'The answer has a **double envelope**: `result` of the outer one has its own `result[]`, `pagination` and `exception`; the outer `pagination` is null. Refusals come only in the outer envelope.',
    'Pages count **from 0** here. For an unknown branch the list is empty. Card numbers are always masked.',
  ].join('\n\n'),
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request'],
  examples: [
    {
      name: 'all filters',
      request: {
        branchId: 'CORPORATE_NAME',
        cardOrderId: 'Card Order Name',
        productId: null,
        cardType: 'PHYSICAL',
        embossType: 'PERSONALIZED',
        deliveryStatus: 'DELIVERED',
        pageNo: 0,
        pageSize: 10,
      },
      result: {
        result: [owned],
        pagination: { list: true, pageNo: 0, pageSize: 10, totalElements: 629699, totalPages: 62970 },
        exception: null,
      },
    },
    {
      name: 'what is free',
      request: { branchId: 'BR002', cardStatus: 'UNALLOCATED' },
      result: {
        result: [inStock],
        pagination: { list: true, pageNo: 0, pageSize: 10, totalElements: 1, totalPages: 1 },
        exception: null,
      },
    },
  ],
})
