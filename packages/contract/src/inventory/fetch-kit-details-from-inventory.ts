// What callers see of querying the inventory, kit by kit or box by box.
import type { FromSchema } from 'json-schema-to-ts'
import { orderId } from '../card-order/order.ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { type CallersView, cardStatus, cardType, kitNo } from '../words/fields.ts'
import {
  branchId,
  deliveryStatus,
  deliveryStatusAnswered,
  embossType,
  orderingPartyId,
  orderingPartyType,
  pageNoFromOne,
  pageSize,
  refType,
  utcTime,
} from '../words/stock.ts'

const CHILD_KITS_MAX = 100

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['refType'],
  properties: {
    refType,
    kitRefNo: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: kitNo,
      description: 'Kit numbers, or those of parent kits. Primary filter',
    },
    orderIds: { type: 'array', minItems: 1, maxItems: 100, items: orderId, description: 'Orders the kits came with. Primary filter' },
    branchId: { ...branchId, description: 'Branch where the kits are. Primary filter' },
    orderingPartyId: { ...orderingPartyId, description: 'Who ordered the kits. Primary filter' },
    orderingPartyType: { ...orderingPartyType, description: 'Only together with a primary filter' },
    fromDate: { ...utcTime, description: 'Stocked from, ISO 8601 UTC, inclusive' },
    toDate: { ...utcTime, description: 'Stocked until, ISO 8601 UTC, inclusive' },
    kitStatus: {
      ...cardStatus,
      synonyms: { ALLOCATED: 'ASSIGNED' },
      description: 'Status of the kit; for `PARENT_KIT` of at least one of its kits. `ALLOCATED` is another word for `ASSIGNED`',
    },
    deliveryStatus: {
      ...deliveryStatus,
      description: `${deliveryStatus.description}; for \`PARENT_KIT\` that of at least one of its kits`,
    },
    pageNo: pageNoFromOne,
    pageSize,
  },
} as const
export type FetchKitDetailsFromInventory = FromSchema<typeof request, CallersView>

const text = { type: 'string' } as const
const textOrNull = { type: ['string', 'null'] } as const
const result = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: [
      'refType',
      'kitRefNo',
      'parentKitNo',
      'orderId',
      'branchId',
      'orderingPartyId',
      'orderingPartyType',
      'productId',
      'bin',
      'plasticCode',
      'cardType',
      'embossType',
      'maskedCardNumber',
      'expDate',
      'kitStatus',
      'deliveryStatus',
      'entityId',
      'createdDate',
      'changedDate',
    ],
    properties: {
      refType,
      kitRefNo: { type: 'string', description: 'Number of the kit, or of the parent kit' },
      parentKitNo: { ...textOrNull, description: 'Parent kit (box) that a kit belongs to' },
      orderId: textOrNull,
      branchId: text,
      orderingPartyId: textOrNull,
      orderingPartyType: { enum: [...orderingPartyType.enum, null] },
      productId: text,
      bin: text,
      plasticCode: textOrNull,
      cardType,
      embossType,
      maskedCardNumber: { ...textOrNull, description: 'First six, X, last four; null for a parent kit' },
      expDate: { type: 'string', format: 'date', description: 'Last day of the card’s life' },
      kitStatus: { enum: [...cardStatus.enum, null], description: 'null for a parent kit whose kits differ' },
      deliveryStatus: {
        ...deliveryStatusAnswered,
        description: `${deliveryStatusAnswered.description}, and for a parent kit whose kits differ`,
      },
      entityId: { ...textOrNull, description: 'Owner; null while the kit has none, and for a parent kit' },
      createdDate: { ...utcTime, description: 'Stocked, UTC' },
      changedDate: { ...utcTime, description: 'Last changed, UTC' },
      childCount: { type: 'integer', description: 'Kits of the parent kit; parent kits only' },
      childKits: {
        type: 'array',
        maxItems: CHILD_KITS_MAX,
        items: text,
        description: 'Numbers of the first 100 kits of the parent kit; parent kits only',
      },
    },
  },
} as const
export type KitDetailsFromInventory = FromSchema<typeof result>

const kit = {
  refType: 'DC_KIT',
  kitRefNo: '10000853',
  parentKitNo: null,
  orderId: 'ORD-001',
  branchId: 'BRANCH001',
  orderingPartyId: 'CREATOR01',
  orderingPartyType: 'BANK',
  productId: 'PROD-001',
  bin: '12345678',
  plasticCode: '71',
  cardType: 'PHYSICAL',
  embossType: 'NON_PERSONALIZED',
  maskedCardNumber: '123456XXXXXX0853',
  expDate: '2029-07-31',
  kitStatus: 'UNALLOCATED',
  deliveryStatus: 'BANK',
  entityId: null,
  createdDate: '2025-01-10T05:10:20Z',
  changedDate: '2025-01-10T05:10:20Z',
} as const

export const fetchKitDetailsFromInventoryEndpoint = publicEndpoint<FetchKitDetailsFromInventory, KitDetailsFromInventory>()({
  name: 'fetchKitDetailsFromInventory',
  method: 'POST',
  path: '/inventory/fetchKitDetailsFromInventory',
  owner: 'inventory-order',
  family: 'inventory',
  permission: 'inventory.read',
  summary: 'Finds kits, or parent kits, in the inventory',
  description: [
    'At least one primary filter is needed (`kitRefNo`, `orderIds`, `branchId`, `orderingPartyId`), otherwise `INV002`. All filters apply together. If nothing matches, the list is empty.',
    '`DC_KIT` answers one row per kit, `PARENT_KIT` one row per parent kit with the number of its kits. Pages count **from 1**; `pagination` of the envelope is filled.',
  ].join('\n\n'),
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'INV002'],
  examples: [
    {
      name: 'all filters',
      request: {
        refType: 'DC_KIT',
        kitRefNo: ['10000853', '10000854'],
        orderIds: ['ORD-001', 'ORD-002'],
        branchId: 'BRANCH001',
        orderingPartyId: 'CREATOR01',
        orderingPartyType: 'BANK',
        fromDate: '2025-01-01T00:00:00Z',
        toDate: '2025-12-31T23:59:59Z',
        kitStatus: 'UNALLOCATED',
        deliveryStatus: 'BANK',
        pageNo: 1,
        pageSize: 10,
      },
      result: [kit],
    },
    {
      name: 'a box',
      request: { refType: 'PARENT_KIT', kitRefNo: ['5902018347'] },
      result: [
        {
          ...kit,
          refType: 'PARENT_KIT',
          kitRefNo: '5902018347',
          maskedCardNumber: null,
          childCount: 2,
          childKits: ['10729390', '10729391'],
        },
      ],
    },
  ],
})
