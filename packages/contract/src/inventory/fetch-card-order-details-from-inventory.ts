// What callers see of looking up orders as they were placed.
import type { FromSchema } from 'json-schema-to-ts'
import { orderId, orderProperties, orderStatus } from '../card-order/order.ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import type { CallersView } from '../words/fields.ts'
import { branchId, orderingPartyId, orderingPartyType, pageNoFromOne, pageSize, refType, utcTime } from '../words/stock.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  properties: {
    refType,
    orderIds: { type: 'array', minItems: 1, maxItems: 100, items: orderId, description: 'Primary filter' },
    branchId: { ...branchId, description: 'Branch that ordered. Primary filter' },
    orderingPartyId: { ...orderingPartyId, description: 'Who ordered. Primary filter' },
    orderingPartyType: { ...orderingPartyType, description: 'Only together with a primary filter' },
    orderStatus: { ...orderStatus, description: 'Present status of the order; only together with a primary filter' },
    fromDate: { ...utcTime, description: 'Received from, ISO 8601 UTC, inclusive' },
    toDate: { ...utcTime, description: 'Received until, ISO 8601 UTC, inclusive' },
    pageNo: pageNoFromOne,
    pageSize,
  },
} as const
export type FetchCardOrderDetailsFromInventory = FromSchema<typeof request, CallersView>

const result = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['orderId', 'branchInfo', 'products'],
    properties: {
      ...orderProperties,
      orderId,
      fileName: { type: 'string', description: 'The uploaded file, for orders with a file' },
    },
  },
} as const
export type CardOrderDetailsFromInventory = FromSchema<typeof result>

export const fetchCardOrderDetailsFromInventoryEndpoint = publicEndpoint<
  FetchCardOrderDetailsFromInventory,
  CardOrderDetailsFromInventory
>()({
  name: 'fetchCardOrderDetailsFromInventory',
  method: 'POST',
  path: '/inventory/fetchCardOrderDetailsFromInventory',
  owner: 'inventory-order',
  family: 'inventory',
  permission: 'inventory.read',
  summary: 'Finds card orders and returns them as they were placed',
  description:
    'At least one primary filter is needed (`orderIds`, `branchId`, `orderingPartyId`), otherwise `INV002`. All filters apply together. Pages count **from 1**; `pagination` of the envelope is filled. If nothing matches, the list is empty. For the status of an order: `/card-order/fetchStatus`.',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'INV002'],
  examples: [
    {
      name: 'orders of a branch and party',
      request: {
        refType: 'DC_KIT',
        orderIds: ['ORD-001', 'ORD-002'],
        branchId: 'BRANCH001',
        orderingPartyId: 'CREATOR01',
        fromDate: '2025-01-01T00:00:00Z',
        toDate: '2025-12-31T23:59:59Z',
        pageNo: 1,
        pageSize: 10,
      },
      result: [
        {
          orderId: 'ORD-001',
          address: '123 Main St',
          pinCode: '600001',
          branchInfo: { branchId: 'BRANCH001', branchName: 'Main Branch' },
          orderingPartyInfo: { orderingPartyId: 'CREATOR01', orderingPartyType: 'BANK' },
          products: [{ bin: '12345678', productId: 'PROD-001', quantity: 100 }],
        },
      ],
    },
  ],
})
