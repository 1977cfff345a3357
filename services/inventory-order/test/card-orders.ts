// Orders in tests: a branch that orders, the kit context's word on card numbers, and how an order
// stands in the store.
import type { InternalClient } from '@dcms/service'
import { type Order, ordersOf } from '../src/orders/order.ts'
import type { StockBank } from './stock-bank.ts'

let numbers = 0

/** A kit context that has so many card numbers left in every BIN. */
export const kitsLeft = (left: number): InternalClient =>
  ({
    call: (_endpoint: unknown, { bins }: { bins: readonly string[] }) =>
      Promise.resolve({ kind: 'answer', result: { left: bins.map((bin) => ({ bin, left })) } }),
    close: () => Promise.resolve(),
  }) as unknown as InternalClient

/** @returns the id of a new branch */
export async function branchOf(bank: StockBank): Promise<string> {
  const branchId = `BR-${++numbers}-${process.pid}`
  const created = await bank.run('createBranch', {
    branchId,
    branchCode: branchId,
    branchName: `Branch ${branchId}`,
    address: '123 Main Street',
    address2: 'Near City Center',
    address3: 'MG Road',
    city: 'Bangalore',
    state: 'Karnataka',
    country: 'India',
    district: 'Bangalore Urban',
    zipCode: '560001',
    branchPhoneNumber: '+919876543210',
    pocDetails: [],
  })
  if (created.status !== 200) throw new Error(`no branch was created: ${created.code}`)
  return branchId
}

export const product = { bin: '608040', productId: '2003_PHYSICAL', quantity: 100 } as const

export const orderOf = <Change extends object>(branchId: string, change: Change = {} as Change) => ({
  orderId: `ORD-${++numbers}-${process.pid}`,
  branchInfo: { branchId },
  products: [product],
  ...change,
})

/** Places an order of the branch. @returns its id */
export async function ordered(bank: StockBank, branchId: string, change: object = {}): Promise<string> {
  const order = orderOf(branchId, change)
  const placed = await bank.run('createCardOrder', order)
  if (placed.status !== 200) throw new Error(`no order was placed: ${JSON.stringify(placed.exception)}`)
  return order.orderId
}

export async function storedOrder(bank: StockBank, orderId: string): Promise<Order> {
  const order = await ordersOf(bank.tenant).findById(orderId).lean<Order>()
  if (!order) throw new Error(`there is no order ${orderId}`)
  return order
}

/** What was told of an order, in turn. */
export const toldOf = async (bank: StockBank, orderId: string) => (await storedOrder(bank, orderId)).outbox.map(({ payload }) => payload)
