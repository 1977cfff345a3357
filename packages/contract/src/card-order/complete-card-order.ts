// What followers see of an order whose kits are all in stock. No call completes an order: the kits
// do, as they arrive from the kit context.
import type { FromSchema } from 'json-schema-to-ts'
import { eventType } from '../wire/event.ts'

const completed = {
  type: 'object',
  required: ['type', 'orderId', 'branchId', 'totalQuantity', 'completedAt'],
  properties: {
    type: { const: 'OrderCompleted' },
    orderId: { type: 'string' },
    branchId: { type: 'string', description: 'Where the kits are' },
    totalQuantity: { type: 'integer', description: 'Kits that were stocked' },
    completedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type OrderCompleted = FromSchema<typeof completed>

export const orderCompletedEvent = eventType<OrderCompleted>()({
  type: 'OrderCompleted',
  version: 1,
  owner: 'inventory-order',
  summary: 'Every kit of a card order is in stock (SUCCESS); subject is the orderId',
  schema: completed,
  example: {
    type: 'OrderCompleted',
    orderId: 'ORD-001',
    branchId: 'BRANCH001',
    totalQuantity: 100,
    completedAt: '2025-01-10T05:10:20.000Z',
  },
})
