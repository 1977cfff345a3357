// The use cases of the inventory-order service: its table of contents.
import type { Command, InternalClient } from '@dcms/service'
import { createBranch } from './branches/create-branch.ts'
import { fetchBranch } from './branches/fetch-branch.ts'
import { updateBranch } from './branches/update-branch.ts'
import { listCardOrders } from './orders/list-card-orders.ts'
import { showCardOrder } from './orders/show-card-order.ts'
import { sumStock } from './stock/sum-stock.ts'

export interface InventoryOrderParts {
  kit: InternalClient
}

export const commands = (_parts: InventoryOrderParts): readonly Command[] => [
  createBranch,
  updateBranch,
  fetchBranch,
  listCardOrders,
  showCardOrder,
  sumStock,
]
