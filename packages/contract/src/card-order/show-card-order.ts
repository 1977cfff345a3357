// What operators see of one card order, `dcms orders show`.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { cardOrderId, type OrderStatus } from './order.ts'

const request = { type: 'object', additionalProperties: false, required: ['cardOrderId'], properties: { cardOrderId } } as const
export type ShowCardOrder = FromSchema<typeof request>

/** A product of an order, as operators see it. */
export interface OrderLineShown {
  productId: string
  bin: string
  cardType: string
  status: OrderStatus
  quantity: number
  /** Kits of it that stand in stock. */
  stocked: number
  reason?: string
}

/** A card order, as operators see it. Times are ISO timestamps. */
export interface CardOrderShown {
  orderId: string
  status: OrderStatus
  branchId: string
  lines: readonly OrderLineShown[]
  /** Cards of all products. */
  totalQuantity: number
  /** Kits of all products that stand in stock. */
  stocked: number
  receivedAt: string
  changedAt: string
  /** While RECEIVED: from when it may be sent, and when it expires. */
  dueAt?: string
  expiresAt?: string
  /** Since when it has been sent without an answer that says what became of it. */
  sendingSince?: string
  pendingSince?: string
  processedAt?: string
  completedAt?: string
  /** How often it was placed at the CMS. */
  attempts: number
  /** Name of the order at the CMS. */
  cardOrderName?: string
  /** The uploaded file with its kits. */
  fileName?: string
  /** Why it failed. */
  reason?: string
  reasonCode?: string
}

export const showCardOrderEndpoint = internalEndpoint<ShowCardOrder, CardOrderShown>()({
  name: 'showCardOrder',
  method: 'POST',
  path: '/internal/admin/orders/show',
  owner: 'inventory-order',
  callers: ['ops'],
  summary: 'Shows a card order with its products and how many of its kits are in stock',
  idempotency: 'read',
  request,
  result: { type: 'object' },
  errors: ['invalid.input.request', 'ORD009', 'service.unavailable'],
})
