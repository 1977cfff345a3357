// The card-order family: its endpoints by use case, and the events of orders.
import { cancelCardOrderEndpoint, orderCancelledEvent } from './cancel-card-order.ts'
import { orderCompletedEvent } from './complete-card-order.ts'
import { createCardOrderEndpoint, orderReceivedEvent } from './create-card-order.ts'
import { createCardOrderWithFileEndpoint } from './create-card-order-with-file.ts'
import { fetchCardOrderStatusEndpoint } from './fetch-card-order-status.ts'
import { fetchReceivedCardOrdersEndpoint } from './fetch-received-card-orders.ts'
import { orderPendingEvent, processCardOrderEndpoint } from './process-card-order.ts'
import { retryStuckPendingOrdersEndpoint } from './retry-stuck-pending-orders.ts'
import { syncPendingCardOrderStatusEndpoint } from './sync-pending-card-order-status.ts'
import { orderFailedEvent, orderProcessedEvent, updateCardOrderStatusEndpoint } from './update-card-order-status.ts'
import { uploadCardOrderFileEndpoint } from './upload-card-order-file.ts'

export * from './cancel-card-order.ts'
export * from './cards-of-file.ts'
export * from './complete-card-order.ts'
export * from './create-card-order.ts'
export * from './create-card-order-with-file.ts'
export * from './fetch-card-order-status.ts'
export * from './fetch-received-card-orders.ts'
export * from './list-card-orders.ts'
export type { OrderStatus } from './order.ts'
export * from './order-file.ts'
export * from './order-road.ts'
export * from './process-card-order.ts'
export * from './retry-stuck-pending-orders.ts'
export * from './show-card-order.ts'
export * from './sync-pending-card-order-status.ts'
export * from './update-card-order-status.ts'
export * from './upload-card-order-file.ts'

export const cardOrderEndpoints = {
  createCardOrder: createCardOrderEndpoint,
  createCardOrderWithFile: createCardOrderWithFileEndpoint,
  uploadCardOrderFile: uploadCardOrderFileEndpoint,
  fetchCardOrderStatus: fetchCardOrderStatusEndpoint,
  cancelCardOrder: cancelCardOrderEndpoint,
  processCardOrder: processCardOrderEndpoint,
  fetchReceivedCardOrders: fetchReceivedCardOrdersEndpoint,
  updateCardOrderStatus: updateCardOrderStatusEndpoint,
  syncPendingCardOrderStatus: syncPendingCardOrderStatusEndpoint,
  retryStuckPendingOrders: retryStuckPendingOrdersEndpoint,
} as const

export const cardOrderEvents = [
  orderReceivedEvent,
  orderPendingEvent,
  orderProcessedEvent,
  orderCancelledEvent,
  orderFailedEvent,
  orderCompletedEvent,
] as const
