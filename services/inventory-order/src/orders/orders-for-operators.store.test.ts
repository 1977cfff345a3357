// Card orders as operators find them, in the real store.
import { newlyStored } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { StockBank } from '../../test/stock-bank.ts'
import type { CardManagementSystem } from './card-management-system.ts'
import { type Order, type OrderLine, ordersOf } from './order.ts'

let bank: StockBank
beforeAll(async () => {
  bank = await StockBank.start()
})
afterAll(() => bank.close())

const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 10, minute))
const line = (change: Partial<OrderLine> = {}): OrderLine => ({
  bin: '608040',
  productId: '2003_PHYSICAL',
  quantity: 100,
  cardType: 'PHYSICAL',
  embossType: 'NON_PERSONALIZED',
  status: 'RECEIVED',
  stocked: 0,
  ...change,
})
/** An order as the store keeps it. */
async function store(orderId: string, change: Partial<Order>): Promise<void> {
  const order = newlyStored({
    _id: orderId,
    status: 'RECEIVED',
    placed: { branchInfo: { branchId: 'B1' }, products: [] },
    placedHash: orderId,
    branchId: 'B1',
    lines: [line()],
    totalQuantity: 100,
    receivedAt: at(0),
    changedAt: at(0),
    attempts: 0,
    stocked: 0,
    stockedBatch: 0,
    ...change,
  })
  await ordersOf(bank.tenant).collection.insertOne(order as never)
}
const list = async (which: object) => {
  const { result } = await bank.run('listCardOrders', { limit: 100, ...which })
  const { orders, more } = result as { orders: { orderId: string }[]; more: boolean }
  return { ids: orders.map(({ orderId }) => orderId), more }
}

test('orders are listed newest first, of one branch, one status or both, and the answer says when there are more', async () => {
  await store('L-1', { branchId: 'LIST', receivedAt: at(1) })
  await store('L-2', { branchId: 'LIST', receivedAt: at(2), status: 'EXPIRED' })
  await store('L-3', { branchId: 'LIST', receivedAt: at(2) })
  await store('L-4', { branchId: 'LIST-ELSEWHERE', receivedAt: at(3), status: 'EXPIRED' })
  expect(await list({ branchId: 'LIST' })).toEqual({ ids: ['L-3', 'L-2', 'L-1'], more: false })
  expect(await list({ branchId: 'LIST', status: 'RECEIVED' })).toEqual({ ids: ['L-3', 'L-1'], more: false })
  expect(await list({ status: 'EXPIRED' })).toEqual({ ids: ['L-4', 'L-2'], more: false })
  expect(await list({ branchId: 'LIST', limit: 2 })).toEqual({ ids: ['L-3', 'L-2'], more: true })
  expect((await list({})).ids.filter((id) => id.startsWith('L-'))).toEqual(['L-4', 'L-3', 'L-2', 'L-1'])
  expect(await bank.run('listCardOrders', { limit: 501 })).toMatchObject({ status: 400, code: 'invalid.input.request' })
})

test('an order is found by its id and by its name at the CMS, with its products and what is stocked of them', async () => {
  await store('S-1', {
    status: 'PROCESSED',
    lines: [line({ status: 'PROCESSED', stocked: 40 }), line({ productId: '2003_VIRTUAL', status: 'FAILED', reason: 'not produced' })],
    totalQuantity: 200,
    stocked: 40,
    attempts: 1,
    cardOrderName: '1763000001',
    processedAt: at(30),
    sending: { commandId: 'c', since: at(20) },
  })
  const shown = await bank.run('showCardOrder', { cardOrderId: 'S-1' })
  expect(shown.result).toMatchObject({
    orderId: 'S-1',
    status: 'PROCESSED',
    branchId: 'B1',
    totalQuantity: 200,
    stocked: 40,
    attempts: 1,
    cardOrderName: '1763000001',
    receivedAt: at(0).toISOString(),
    processedAt: at(30).toISOString(),
    sendingSince: at(20).toISOString(),
    lines: [
      { productId: '2003_PHYSICAL', status: 'PROCESSED', quantity: 100, stocked: 40 },
      { productId: '2003_VIRTUAL', status: 'FAILED', reason: 'not produced' },
    ],
  })
  expect(shown.result).not.toHaveProperty('completedAt')
  expect((await bank.run('showCardOrder', { cardOrderId: '1763000001' })).result).toEqual(shown.result)
  expect(await bank.run('showCardOrder', { cardOrderId: 'S-2' })).toMatchObject({ status: 400, code: 'ORD009' })
})

const scheduled = (orderId: string, status: Order['status'] = 'RECEIVED') =>
  store(orderId, { status, dueAt: new Date(Date.now() + 3_600_000), branchId: 'OPERATED' })
const statusOf = async (orderId: string) => (await ordersOf(bank.tenant).findById(orderId).lean<Order>())?.status
/** A card management system that takes every order and is not done with it at once. */
const takes = (placed: string[]): CardManagementSystem => ({
  place: async (_tenant, { _id: orderId, lines }) => {
    placed.push(orderId)
    return {
      kind: 'known',
      order: {
        cardOrderName: `N-${orderId}`,
        status: 'PENDING',

        products: lines.map((_, at) => ({ line: at, status: 'PENDING' })),
      },
    }
  },
  status: async () => null,
  withdraw: async () => 'withdrawn',
})

test('an operator sends an order before its time only by force, by the rules of the bank’s own call', async () => {
  const placed: string[] = []
  bank.parts = { cms: takes(placed) }
  await scheduled('P-1')
  expect(await bank.run('processCardOrderByOperator', { orderId: 'P-1' })).toMatchObject({ code: 'ORD011' })
  expect(await bank.run('processCardOrderByOperator', { orderId: 'P-1', force: true })).toMatchObject({ status: 200, result: true })
  expect([placed, await statusOf('P-1')]).toEqual([['P-1'], 'PENDING'])
  expect(await bank.run('processCardOrderByOperator', { orderId: 'P-1', force: true })).toMatchObject({ code: 'ORD010' })
  expect(await bank.run('processCardOrderByOperator', { orderId: 'P-2' })).toMatchObject({ code: 'ORD009' })
})

test('an operator cancels an order of any branch while it is not sent', async () => {
  await scheduled('C-1')
  expect(await bank.run('cancelCardOrderByOperator', { orderId: 'C-1' })).toMatchObject({ status: 200 })
  expect(await statusOf('C-1')).toBe('CANCELLED')
  await scheduled('C-2', 'PROCESSED')
  expect(await bank.run('cancelCardOrderByOperator', { orderId: 'C-2' })).toMatchObject({ code: 'ORD003' })
  expect(await bank.run('cancelCardOrderByOperator', { orderId: 'C-3' })).toMatchObject({ code: 'ORD009' })
})
