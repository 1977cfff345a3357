// What operators see of a bank's card orders, `dcms orders list`.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { branchId } from '../words/stock.ts'
import { orderStatus } from './order.ts'
import type { CardOrderShown } from './show-card-order.ts'

/** Orders of one answer. */
export const LISTED_ORDERS_MAX = 500

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['limit'],
  properties: {
    status: orderStatus,
    branchId,
    limit: { type: 'integer', minimum: 1, maximum: LISTED_ORDERS_MAX, description: 'Maximum number of orders' },
  },
} as const
export type ListCardOrders = FromSchema<typeof request>

export interface CardOrderList {
  /** Newest first. */
  orders: readonly CardOrderShown[]
  /** Whether there are older ones. */
  more: boolean
}

export const listCardOrdersEndpoint = internalEndpoint<ListCardOrders, CardOrderList>()({
  name: 'listCardOrders',
  method: 'POST',
  path: '/internal/admin/orders/list',
  owner: 'inventory-order',
  callers: ['ops'],
  summary: 'The latest card orders of a bank, of one status or branch or all',
  idempotency: 'read',
  request,
  result: { type: 'object' },
  errors: ['invalid.input.request', 'service.unavailable'],
})
