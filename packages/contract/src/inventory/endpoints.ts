// The inventory family: its endpoints by use case, and the events of stock.
import { expireInstaKitsEndpoint, kitsWithdrawnEvent } from './expire-insta-kits.ts'
import { fetchCardOrderDetailsFromInventoryEndpoint } from './fetch-card-order-details-from-inventory.ts'
import { fetchKitDetailsFromInventoryEndpoint } from './fetch-kit-details-from-inventory.ts'
import { fetchKitSummaryEndpoint } from './fetch-kit-summary.ts'
import { kitsTransferredEvent, transferKitsEndpoint } from './transfer-kits.ts'
import { deliveryUpdatedEvent, updateDeliveryStatusEndpoint } from './update-delivery-status.ts'

export { KITS_MAX } from '../words/stock.ts'
export * from './expire-insta-kits.ts'
export * from './fetch-card-order-details-from-inventory.ts'
export * from './fetch-kit-details-from-inventory.ts'
export * from './fetch-kit-summary.ts'
export * from './hold-kit.ts'
export * from './sum-stock.ts'
export * from './transfer-kits.ts'
export * from './update-delivery-status.ts'

export const inventoryEndpoints = {
  fetchKitSummary: fetchKitSummaryEndpoint,
  fetchKitDetailsFromInventory: fetchKitDetailsFromInventoryEndpoint,
  fetchCardOrderDetailsFromInventory: fetchCardOrderDetailsFromInventoryEndpoint,
  updateDeliveryStatus: updateDeliveryStatusEndpoint,
  transferKits: transferKitsEndpoint,
  expireInstaKits: expireInstaKitsEndpoint,
} as const

export const inventoryEvents = [kitsTransferredEvent, deliveryUpdatedEvent, kitsWithdrawnEvent] as const
