// Listing the kits of a branch. Contract: packages/contract/src/inventory/fetch-kit-summary.ts.
import { type FetchKitSummary, fetchKitSummaryEndpoint, type KitSummary } from '@dcms/contract'
import { answer, command, type Scope, type Tenant } from '@dcms/service'
import { isOwnBranch } from '../branches/branch.ts'
import { ordersOf } from '../orders/order.ts'
import { type StockKit, stockOf } from './stock-kit.ts'
import { type StockPage, StockPages } from './stock-pages.ts'

const PAGE_SIZE = 10
const none: StockPage<StockKit> = { rows: [], total: 0 }
const pages = new StockPages(stockOf)

/** Pages count from 0, and the answer has an envelope of its own inside the usual one. */
export const fetchKitSummary = command(fetchKitSummaryEndpoint, async (input, scope) => {
  const { pageNo = 0, pageSize = PAGE_SIZE } = input
  const { rows, total } = await pageOf(input, { offset: pageNo * pageSize, size: pageSize }, scope)
  const result: KitSummary = {
    result: rows.map(rowOf),
    pagination: { list: true, pageNo, pageSize, totalElements: total, totalPages: Math.ceil(total / pageSize) },
    exception: null,
  }
  return answer(result)
})

async function pageOf(input: FetchKitSummary, page: { offset: number; size: number }, scope: Scope): Promise<StockPage<StockKit>> {
  const { branchId, cardOrderId, productId, cardType, embossType, deliveryStatus, cardStatus } = input
  if (!isOwnBranch(scope, branchId)) return none
  const orderIds = cardOrderId === undefined ? undefined : await ordersNamed(cardOrderId, scope.tenant)
  if (orderIds?.length === 0) return none
  const filter = {
    branchId,
    ...(orderIds && { orderId: { $in: orderIds } }),
    ...(productId !== undefined && productId !== null && { productId }),
    ...(cardType !== undefined && { cardType }),
    ...(embossType !== undefined && { embossType }),
    ...(deliveryStatus !== undefined && { deliveryStatus }),
    ...(cardStatus !== undefined && { kitStatus: cardStatus }),
  }
  return await pages.read(scope.tenant, filter, page)
}

/** The order of this id, and those that bear the name at the card management system. */
async function ordersNamed(cardOrderId: string, tenant: Tenant): Promise<string[]> {
  const orders = await ordersOf(tenant)
    .find({ $or: [{ _id: cardOrderId }, { cardOrderName: cardOrderId }] }, { _id: 1 })
    .lean<{ _id: string }[]>()
  return orders.map(({ _id }) => _id)
}

const rowOf = (kit: StockKit): KitSummary['result'][number] => ({
  accountNo: kit.accountNo ?? null,
  aliasName: kit.aliasName ?? null,
  branchId: kit.branchId,
  cardCategory: kit.cardCategory,
  cardNumber: kit.maskedCardNumber,
  cardStatus: kit.kitStatus,
  cardType: kit.cardType,
  embeddedValues: { ...(kit.parentKitNo !== undefined && { parentKitNo: kit.parentKitNo }) },
  entityId: kit.entityId ?? null,
  expDate: kit.expDate,
  kitNo: kit._id,
  parentKitNo: kit.parentKitNo ?? null,
  plasticCode: kit.plasticCode ?? null,
})
