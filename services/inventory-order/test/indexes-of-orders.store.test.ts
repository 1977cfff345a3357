// What calls and jobs look for among orders, they find by an index and not by going through all: by
// what the store explains.
import { newlyStored } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { filterOf } from '../src/orders/fetch-card-order-details-from-inventory.ts'
import { ordersWaiting } from '../src/orders/fetch-received-card-orders.ts'
import { ordersNamed } from '../src/orders/find-order.ts'
import { ordersOf } from '../src/orders/order.ts'
import { pageOfOrders } from '../src/orders/orders-in-turn.ts'
import { oldestDue } from '../src/orders/process-card-order.ts'
import { StockBank } from './stock-bank.ts'

const ORDERS = 3_000

let bank: StockBank
beforeAll(async () => {
  bank = await StockBank.start()
  const orders = Array.from({ length: ORDERS }, (_, at) => ({
    ...newlyStored({ _id: `O${at}`, branchId: `B${at % 500}`, orderingPartyId: `P${at % 500}`, receivedAt: new Date(at) }),
    ...(at < 5
      ? { status: 'RECEIVED', dueAt: new Date(at), expiresAt: new Date(at), sending: { commandId: 'c', since: new Date(at) } }
      : { status: 'SUCCESS', cardOrderName: `N${at}` }),
    ...(at === 5 && { status: 'PENDING', pendingSince: new Date(at) }),
  }))
  await ordersOf(bank.tenant).collection.insertMany(orders as never)
})
afterAll(() => bank.close())

/** Names of the indexes that a plan reads, in the words of either engine. */
function indexesOf(explained: unknown): string[] {
  if (typeof explained !== 'object' || explained === null) return []
  const named = Object.entries(explained).flatMap(([name, part]) =>
    (name === 'Index Name' || name === 'indexName') && typeof part === 'string' ? [part] : name === 'rejectedPlans' ? [] : indexesOf(part),
  )
  return [...new Set(named)]
}
const indexFor = async (query: { explain(): PromiseLike<unknown> }): Promise<string[]> => indexesOf(await query.explain())

test('what jobs go through is as much as there is of it', async () => {
  const upTo = new Date()
  for (const by of ['dueAt', 'expiresAt', 'pendingSince', 'sending.since'] as const)
    expect(await indexFor(pageOfOrders(bank.tenant, { by, upTo }))).toContain(`${by}_1__id_1`)
})

test('calls find the oldest order that is due, those that wait too long, and an order by its name', async () => {
  const { tenant } = bank
  const [now, branch] = [new Date(), 'B7']
  expect(await indexFor(oldestDue({ tenant, now, branch: undefined }))).toContain('dueAt_1__id_1')
  expect(await indexFor(oldestDue({ tenant, now, branch }))).toContainEqual(expect.stringMatching(/^(branchId_1_)?dueAt_1__id_1$/))
  expect(await indexFor(ordersWaiting({ tenant, now, branch: undefined }))).toContain('status_1_receivedAt_1__id_1')
  expect(await indexFor(ordersWaiting({ tenant, now, branch }))).toContainEqual(
    expect.stringMatching(/^(branchId_1_)?status_1_receivedAt_1__id_1$/),
  )
  expect(await indexFor(ordersNamed(tenant, 'N77'))).toContain('cardOrderName_1')
})

test('every primary filter of the inventory is an index', async () => {
  const find = (input: object) =>
    indexFor(
      ordersOf(bank.tenant)
        .find(filterOf(input, { branch: undefined }))
        .sort({ receivedAt: 1, _id: 1 }),
    )
  expect(await find({ branchId: 'B7' })).toContainEqual(expect.stringMatching(/^branchId_1_/))
  expect(await find({ orderingPartyId: 'P7' })).toContain('orderingPartyId_1_receivedAt_1__id_1')
  expect(await find({ orderIds: ['O7', 'O8'] })).toEqual(['_id_'])
})
