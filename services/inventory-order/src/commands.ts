// The use cases of the inventory-order service: its table of contents.
import type { Command, InternalClient } from '@dcms/service'
import { createBranch } from './branches/create-branch.ts'
import { fetchBranch } from './branches/fetch-branch.ts'
import { updateBranch } from './branches/update-branch.ts'
import { uploadCardOrderFile } from './files/upload-card-order-file.ts'
import { cancelCardOrder, cancelCardOrderByOperator } from './orders/cancel-card-order.ts'
import type { CardManagementSystem } from './orders/card-management-system.ts'
import { cardsOfFile } from './orders/cards-of-file.ts'
import { createCardOrder } from './orders/create-card-order.ts'
import { createCardOrderWithFile } from './orders/create-card-order-with-file.ts'
import { fetchCardOrderDetailsFromInventory } from './orders/fetch-card-order-details-from-inventory.ts'
import { fetchCardOrderStatus } from './orders/fetch-card-order-status.ts'
import { fetchReceivedCardOrders } from './orders/fetch-received-card-orders.ts'
import { listCardOrders } from './orders/list-card-orders.ts'
import { processCardOrder, processCardOrderByOperator } from './orders/process-card-order.ts'
import { retryStuckPendingOrders } from './orders/retry-orders.ts'
import { showCardOrder } from './orders/show-card-order.ts'
import { syncPendingCardOrderStatus } from './orders/sync-orders.ts'
import { updateCardOrderStatus } from './orders/update-card-order-status.ts'
import { expireInstaKits } from './stock/expire-insta-kits.ts'
import { fetchKitDetailsFromInventory } from './stock/fetch-kit-details-from-inventory.ts'
import { fetchKitSummary } from './stock/fetch-kit-summary.ts'
import { holdKit, releaseKit } from './stock/hold-kit.ts'
import { sumStock } from './stock/sum-stock.ts'
import { transferKits } from './stock/transfer-kits.ts'
import { updateDeliveryStatus } from './stock/update-delivery-status.ts'

export interface InventoryOrderParts {
  kit: InternalClient
  /** Absent where none is set: then no order is sent. */
  cms?: CardManagementSystem | undefined
}

export const commands = ({ kit, cms }: InventoryOrderParts): readonly Command[] => [
  createBranch,
  updateBranch,
  fetchBranch,
  createCardOrder(kit),
  createCardOrderWithFile,
  uploadCardOrderFile(kit),
  fetchCardOrderStatus,
  cancelCardOrder(cms),
  processCardOrder(cms),
  fetchReceivedCardOrders,
  updateCardOrderStatus(cms),
  syncPendingCardOrderStatus(cms),
  retryStuckPendingOrders(cms),
  fetchCardOrderDetailsFromInventory,
  cardsOfFile,
  listCardOrders,
  showCardOrder,
  processCardOrderByOperator(cms),
  cancelCardOrderByOperator(cms),
  sumStock(kit),
  fetchKitSummary,
  fetchKitDetailsFromInventory,
  updateDeliveryStatus,
  transferKits,
  expireInstaKits,
  holdKit,
  releaseKit,
]
