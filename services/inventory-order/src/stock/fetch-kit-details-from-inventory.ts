// Finding kits and parent kits in the inventory. Contract:
// packages/contract/src/inventory/fetch-kit-details-from-inventory.ts.
import { fetchKitDetailsFromInventoryEndpoint, type KitDetailsFromInventory } from '@dcms/contract'
import { command, refuse, type Scope } from '@dcms/service'
import { paginationOf } from '../pages.ts'
import { fetchParentKits } from './fetch-parent-kits.ts'
import { filtersOf, type InventoryFilters } from './inventory-filters.ts'
import { type StockKit, stockOf } from './stock-kit.ts'
import { StockPages } from './stock-pages.ts'

const PAGE_SIZE = 10
const pages = new StockPages(stockOf)

export const fetchKitDetailsFromInventory = command(fetchKitDetailsFromInventoryEndpoint, async (input, scope) => {
  const { refType, kitRefNo, orderIds, branchId, orderingPartyId, fromDate, toDate, pageNo = 1, pageSize = PAGE_SIZE } = input
  if ([kitRefNo, orderIds, branchId, orderingPartyId].every((each) => each === undefined)) return refuse('INV002')
  if (fromDate !== undefined && toDate !== undefined && new Date(fromDate) > new Date(toDate))
    return refuse('invalid.input.request', ['fromDate is after toDate'])
  const page = { offset: (pageNo - 1) * pageSize, size: pageSize }
  const filters = filtersOf(input, scope)
  const { result, total } = refType === 'PARENT_KIT' ? await fetchParentKits(filters, page, scope) : await fetchKits(filters, page, scope)
  return { kind: 'answer', result, pagination: paginationOf(pageNo, pageSize, total) }
})

async function fetchKits(
  { shared, ofKits }: InventoryFilters,
  page: { offset: number; size: number },
  { tenant }: Scope,
): Promise<{ result: KitDetailsFromInventory; total: number }> {
  const { rows, total } = await pages.read(tenant, { ...shared, ...ofKits }, page)
  return { result: rows.map(rowOf), total }
}

const rowOf = (kit: StockKit): KitDetailsFromInventory[number] => ({
  refType: 'DC_KIT',
  kitRefNo: kit._id,
  parentKitNo: kit.parentKitNo ?? null,
  orderId: kit.orderId,
  branchId: kit.branchId,
  orderingPartyId: kit.orderingPartyId ?? null,
  orderingPartyType: kit.orderingPartyType ?? null,
  productId: kit.productId,
  bin: kit.bin,
  plasticCode: kit.plasticCode ?? null,
  cardType: kit.cardType,
  embossType: kit.embossType,
  maskedCardNumber: kit.maskedCardNumber,
  expDate: kit.expDate,
  kitStatus: kit.kitStatus,
  deliveryStatus: kit.deliveryStatus ?? null,
  entityId: kit.entityId ?? null,
  createdDate: kit.createdAt.toISOString(),
  changedDate: kit.changedAt.toISOString(),
})
