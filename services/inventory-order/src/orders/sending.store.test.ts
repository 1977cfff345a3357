// Orders and the card management system: sent once whatever fails, cancelled or made but never
// both, caught up on, placed again, given up. In the real store, with a CMS of the test's own.
// Rules: docs/rules.md#made-once, docs/rules.md#cancelling-an-order.
import { createLogger, type Job } from '@dcms/service'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { branchOf, kitsLeft, ordered, orderOf, product, storedOrder, toldOf } from '../../test/card-orders.ts'
import { OwnCms } from '../../test/own-cms.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { alertReceivedOrders } from './alert-received-orders.ts'
import { type CardManagementSystem, CmsUnavailable } from './card-management-system.ts'
import { dispatchOrders } from './dispatch-orders.ts'
import { expireOrders } from './expire-orders.ts'
import { ordersOf } from './order.ts'
import { retryOrders } from './retry-orders.ts'
import { syncOrders } from './sync-orders.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const ROUNDS = 24
const ROUNDS_AT_ONCE = 4

let bank: StockBank
let cms: OwnCms
let client: CardManagementSystem
let branchId: string
beforeAll(async () => {
  bank = await StockBank.start()
  cms = await OwnCms.start()
})
afterAll(async () => {
  await cms.close()
  await bank.close()
})
beforeEach(async () => {
  client = cms.client()
  bank.parts = { kit: kitsLeft(1_000_000), cms: client }
  branchId = await branchOf(bank)
})
afterEach(async () => {
  bank.clock = () => new Date()
  cms.refuses = []
  cms.isInstant = false
  await ordersOf(bank.tenant).deleteMany({}) // jobs go through all orders of the bank
})

const process = (input: object = {}, call = {}) => bank.run('processCardOrder', input, call)
const cancel = (orderId: string) => bank.run('cancelCardOrder', { orderId, branchId })
const statusOf = async (orderId: string) => (await storedOrder(bank, orderId)).status
const typesOf = async (orderId: string) => (await toldOf(bank, orderId)).map((told) => (told as { type: string }).type)
const takenOf = (orderId: string) => cms.taken.filter((each) => each === orderId).length
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS)
const job = (of: (cms: CardManagementSystem) => Job, asOf = new Date()) => bank.job(of(client), asOf)
/** As if the attempt were so old that nobody waits for it any more. */
const leave = (orderId: string) =>
  ordersOf(bank.tenant).updateOne({ _id: orderId }, { $set: { 'sending.since': new Date(Date.now() - MINUTE_MS) } })
const sent = async (change: object = {}): Promise<string> => {
  const orderId = await ordered(bank, branchId, change)
  expect(await process({ orderId })).toMatchObject({ status: 200, result: true })
  return orderId
}

test('an order that is sent is PENDING under the CMS’s name for it, and found by that', async () => {
  const orderId = await sent({ validity: 30 })
  const order = await storedOrder(bank, orderId)
  expect(order).toMatchObject({ status: 'PENDING', attempts: 1, lines: [{ status: 'PENDING' }] })
  expect({ dueAt: order.dueAt, expiresAt: order.expiresAt, sending: order.sending }).toEqual({})
  expect((await toldOf(bank, orderId))[1]).toEqual({
    type: 'OrderPending',
    orderId,
    branchId,
    cardOrderName: order.cardOrderName,
    attempt: 1,
    pendingAt: expect.any(String),
  })
  const found = await bank.run('fetchCardOrderStatus', { cardOrderId: order.cardOrderName })
  expect(found.result).toMatchObject({ cardOrderName: order.cardOrderName, status: 'PENDING' })
  expect(await process({ orderId })).toMatchObject({
    status: 400,
    code: 'ORD010',
    exception: { fieldError: ['Order status is PENDING and cannot be sent'] },
  })
  expect(await cancel(orderId)).toMatchObject({ code: 'ORD003' })
})

test('a CMS that works at once has it PROCESSED, with the products that were done', async () => {
  cms.isInstant = true
  const orderId = await sent()
  const { cardOrderName } = await storedOrder(bank, orderId)
  expect((await toldOf(bank, orderId)).slice(1)).toEqual([
    {
      type: 'OrderProcessed',
      orderId,
      branchId,
      cardOrderName,
      products: [{ ...product, cardType: 'PHYSICAL', embossType: 'NON_PERSONALIZED', plasticCode: 'PCLAS' }],
      processedAt: expect.any(String),
    },
  ])
})

test('an order that the CMS refuses has failed, with its code', async () => {
  cms.refuses = [product.productId]
  const orderId = await sent()
  expect(await storedOrder(bank, orderId)).toMatchObject({
    status: 'FAILED',
    reasonCode: 'cms.product.not.found',
    lines: [{ status: 'FAILED' }],
  })
  expect((await toldOf(bank, orderId))[1]).toMatchObject({ type: 'OrderFailed', reasonCode: 'cms.product.not.found' })
})

test('before its time an order is sent only by force; without an id the oldest that is due is sent', async () => {
  const later = await ordered(bank, branchId, { processStartTime: '2199-01-01 00:00:00' })
  expect(await process({ orderId: later })).toMatchObject({ status: 400, code: 'ORD011' })
  expect(await process()).toMatchObject({ status: 400, code: 'ORD009' })
  const [first, second] = [await ordered(bank, branchId), await ordered(bank, branchId)]
  expect(await process()).toMatchObject({ result: true })
  expect([await statusOf(first), await statusOf(second)]).toEqual(['PENDING', 'RECEIVED'])
  await process()
  expect(await statusOf(second)).toBe('PENDING')
  expect(await process({ orderId: later, force: true })).toMatchObject({ result: true })
  expect(await statusOf(later)).toBe('PENDING')
})

test('many calls without an id at the same moment send as many orders, each once', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, () => ordered(bank, branchId)))
  await Promise.all(ids.map(() => process()))
  expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'PENDING'))
  expect(ids.map(takenOf)).toEqual(ids.map(() => 1))
})

test('a repeat under a key of a call without an id sends no second order', async () => {
  const [first, second] = [await ordered(bank, branchId), await ordered(bank, branchId)]
  const keyed = { requestId: `key-${first}` }
  await process(keyed)
  await bank.tenant.database.collection('requests').deleteMany({ bodyHash: { $exists: true } }) // its answer was lost
  expect(await process(keyed)).toMatchObject({ result: true })
  expect([await statusOf(first), await statusOf(second)]).toEqual(['PENDING', 'RECEIVED'])
})

test('a CMS that is away leaves the order RECEIVED, and the next attempt sends it once', async () => {
  const orderId = await ordered(bank, branchId)
  cms.fail('place', 'unheard')
  expect(await process({ orderId })).toMatchObject({ status: 502, code: 'ORD012' })
  expect(await storedOrder(bank, orderId)).toMatchObject({ status: 'RECEIVED', sending: { commandId: expect.any(String) } })
  expect(await process({ orderId })).toMatchObject({ result: true })
  expect(takenOf(orderId)).toBe(1)
  expect(await typesOf(orderId)).toEqual(['OrderReceived', 'OrderPending'])
})

test('an answer that is lost after the work is found by the next attempt: no card is made twice', async () => {
  const orderId = await ordered(bank, branchId)
  cms.fail('place', 'unanswered')
  expect(await process({ orderId })).toMatchObject({ code: 'ORD012' })
  expect(takenOf(orderId)).toBe(1)
  expect(await process({ orderId })).toMatchObject({ result: true })
  expect(takenOf(orderId)).toBe(1)
  expect(await typesOf(orderId)).toEqual(['OrderReceived', 'OrderPending'])
})

test('a sending that arrives late changes nothing, be it after a second one or after the cancelling', async () => {
  const orderId = await ordered(bank, branchId)
  cms.fail('place', 'late')
  await process({ orderId })
  expect(await process({ orderId })).toMatchObject({ result: true })
  cms.deliver()
  expect(takenOf(orderId)).toBe(1)
  const cancelled = await ordered(bank, branchId)
  cms.fail('place', 'late')
  await process({ orderId: cancelled })
  expect((await cancel(cancelled)).result).toBe('Order cancelled successfully')
  cms.deliver()
  expect(takenOf(cancelled)).toBe(0)
  expect(await typesOf(cancelled)).toEqual(['OrderReceived', 'OrderCancelled'])
})

test('an order whose sending has no answer is cancelled if the CMS does not have it, otherwise not', async () => {
  const unheard = await ordered(bank, branchId)
  cms.fail('place', 'unheard')
  await process({ orderId: unheard })
  cms.fail('withdraw', 'unheard')
  await expect(cancel(unheard)).rejects.toThrow(CmsUnavailable) // it cannot be said yet
  expect((await cancel(unheard)).result).toBe('Order cancelled successfully')
  expect(await process({ orderId: unheard })).toMatchObject({ code: 'ORD010' })
  const taken = await ordered(bank, branchId)
  cms.fail('place', 'unanswered')
  await process({ orderId: taken })
  expect(await cancel(taken)).toMatchObject({
    code: 'ORD003',
    exception: { fieldError: ['Order status is PENDING and cannot be cancelled'] },
  })
  expect(await statusOf(taken)).toBe('PENDING')
})

test('a cancelling that died after the withdrawal is finished by the next sending', async () => {
  const orderId = await ordered(bank, branchId)
  cms.fail('place', 'unheard')
  await process({ orderId })
  cms.fail('withdraw', 'unanswered')
  await expect(cancel(orderId)).rejects.toThrow(CmsUnavailable)
  expect(await process({ orderId })).toMatchObject({ code: 'ORD010' })
  expect(await typesOf(orderId)).toEqual(['OrderReceived', 'OrderCancelled'])
  expect(takenOf(orderId)).toBe(0)
})

test('of cancelling and sending at the same moment one wins, many times over, and no cancelled order is ever made', async () => {
  const race = async (round: number) => {
    const orderId = await ordered(bank, branchId)
    const calls = [() => process({ orderId }), () => cancel(orderId), () => (round % 2 === 0 ? cancel(orderId) : process({ orderId }))]
    const answers = await Promise.all((round % 3 === 0 ? calls.toReversed() : calls).map((call) => call()))
    const wins = answers.filter(({ result }) => result === 'Order cancelled successfully').length
    return { status: await statusOf(orderId), types: await typesOf(orderId), wins, taken: takenOf(orderId) }
  }
  const ends: Awaited<ReturnType<typeof race>>[] = []
  for (let round = 0; round < ROUNDS; round += ROUNDS_AT_ONCE)
    ends.push(...(await Promise.all(Array.from({ length: ROUNDS_AT_ONCE }, (_, at) => race(round + at)))))
  for (const { status, types, wins, taken } of ends) {
    if (status === 'CANCELLED') expect({ types, wins, taken }).toEqual({ types: ['OrderReceived', 'OrderCancelled'], wins: 1, taken: 0 })
    else expect({ status, types, wins, taken }).toEqual({ status: 'PENDING', types: ['OrderReceived', 'OrderPending'], wins: 0, taken: 1 })
  }
})

test('asking for one order stores what the CMS says; answers twice or out of order change nothing', async () => {
  const orderId = await sent({ products: [product, { ...product, productId: '2003_VIRTUAL' }] })
  const ask = () => bank.run('updateCardOrderStatus', { orderId })
  expect(await ask()).toMatchObject({ result: true })
  expect(await typesOf(orderId)).toEqual(['OrderReceived', 'OrderPending'])
  cms.finish(orderId, [1])
  cms.fail('status', 'unheard')
  expect(await ask()).toMatchObject({ status: 502, code: 'ORD012' })
  cms.fail('status', 'stale')
  expect(await ask()).toMatchObject({ result: true })
  expect(await statusOf(orderId)).toBe('PENDING')
  await ask()
  const order = await storedOrder(bank, orderId)
  expect(order).toMatchObject({ status: 'PROCESSED', lines: [{ status: 'PROCESSED' }, { status: 'FAILED', reason: 'No plastic left' }] })
  expect((await toldOf(bank, orderId)).at(-1)).toMatchObject({ type: 'OrderProcessed', products: [{ productId: '2003_PHYSICAL' }] })
  cms.fail('status', 'stale')
  await ask()
  await ask()
  expect(await storedOrder(bank, orderId)).toEqual(order)
  expect(await bank.run('updateCardOrderStatus', { orderId: 'unknown' })).toMatchObject({ code: 'ORD009' })
})

test('one run catches up on every order at the CMS and on those whose sending was left', async () => {
  const [done, failing, going] = [await sent(), await sent(), await sent()]
  const left = await ordered(bank, branchId)
  cms.fail('place', 'unanswered')
  await process({ orderId: left })
  await leave(left)
  cms.finish(done)
  cms.finish(failing, [0])
  expect(await bank.run('syncPendingCardOrderStatus', {})).toMatchObject({ result: true })
  expect(await Promise.all([done, failing, going, left].map(statusOf))).toEqual(['PROCESSED', 'FAILED', 'PENDING', 'PENDING'])
  expect((await toldOf(bank, failing)).at(-1)).toMatchObject({
    type: 'OrderFailed',
    reason: 'No plastic left',
    reasonCode: 'cms.plastic.none',
  })
})

test('an order whose enquiry fails is left for the next run, which does not fail because of it', async () => {
  const ids = [await sent(), await sent()]
  for (const orderId of ids) cms.finish(orderId)
  cms.fail('status', 'fault')
  expect(await bank.run('syncPendingCardOrderStatus', {})).toMatchObject({ result: true })
  expect((await Promise.all(ids.map(statusOf))).toSorted()).toEqual(['PENDING', 'PROCESSED'])
  expect(await job(syncOrders)).toEqual({ changed: 1 })
  expect(bank.dueBy?.getTime()).toBeGreaterThan(Date.now()) // as long as orders are there it comes round soon
  expect(await Promise.all(ids.map(statusOf))).toEqual(['PROCESSED', 'PROCESSED'])
})

test('while one run is under way another call starts none', async () => {
  const orderId = await sent()
  cms.finish(orderId)
  const turns = bank.tenant.database.collection<{ _id: string; expiresAt: Date }>('requests')
  await turns.insertOne({ _id: 'sync-orders', expiresAt: inMinutes(1) })
  expect(await bank.run('syncPendingCardOrderStatus', {})).toMatchObject({ result: true })
  expect(await statusOf(orderId)).toBe('PENDING')
  await turns.updateOne({ _id: 'sync-orders' }, { $set: { expiresAt: inMinutes(-1) } }) // its process has died
  await bank.run('syncPendingCardOrderStatus', {})
  expect(await statusOf(orderId)).toBe('PROCESSED')
})

test('an order that the CMS has lost is placed again, and given up after three retries, for good', async () => {
  const [known, lost] = [await sent(), await sent()]
  const placed = () => cms.asked.filter((asked) => asked === 'place').length
  const before = placed()
  expect(await bank.run('retryStuckPendingOrders', {})).toMatchObject({ result: true })
  expect(placed()).toBe(before) // neither is stuck yet
  for (const retry of [1, 2, 3]) {
    cms.forget(lost)
    expect(await job(retryOrders, inMinutes(121))).toEqual({ retried: 1 })
    expect(await storedOrder(bank, lost)).toMatchObject({ status: 'PENDING', attempts: retry + 1 })
  }
  expect(placed()).toBe(before + 3) // only the one that was lost
  cms.forget(lost)
  await job(retryOrders, inMinutes(121))
  expect(await storedOrder(bank, lost)).toMatchObject({ status: 'FAILED', reason: 'No answer after 3 retries' })
  expect((await toldOf(bank, lost)).map((told) => (told as { attempt?: number }).attempt)).toEqual([undefined, 1, 2, 3, 4, undefined])
  expect(await statusOf(known)).toBe('PENDING')
  expect((await client.place(bank.tenant, await storedOrder(bank, lost))).kind).toBe('withdrawn')
})

test('an order that was done meanwhile is not placed again, and one whose retry has no answer is no longer stuck later', async () => {
  const [done, lost] = [await sent(), await sent()]
  cms.finish(done)
  cms.forget(lost)
  cms.fail('place', 'unanswered')
  expect(await job(retryOrders, inMinutes(121))).toEqual({ retried: 0, left: 1 })
  expect(await Promise.all([done, lost].map(statusOf))).toEqual(['PROCESSED', 'PENDING'])
  cms.finish(lost)
  await job(retryOrders, inMinutes(121))
  expect(await statusOf(lost)).toBe('PROCESSED')
})

test('the job sends what is due, goes on with what was left, and leaves what is not due', async () => {
  const later = await ordered(bank, branchId, { processStartTime: '2198-01-01 00:00:00' })
  const left = await ordered(bank, branchId, { processStartTime: '2199-01-01 00:00:00' })
  cms.fail('place', 'unheard')
  await process({ orderId: left, force: true })
  await leave(left) // its process was killed in the middle
  const due = await Promise.all(Array.from({ length: 20 }, () => ordered(bank, branchId)))
  expect(await job(dispatchOrders)).toEqual({ resumed: 1, sent: 20 })
  expect(new Set(await Promise.all(due.map(statusOf)))).toEqual(new Set(['PENDING']))
  expect(await Promise.all([left, later].map(statusOf))).toEqual(['PENDING', 'RECEIVED'])
  expect([...due, left].map(takenOf)).toEqual([...due, left].map(() => 1))
  expect(bank.dueBy).toEqual((await storedOrder(bank, later)).dueAt)
})

test('while the CMS is away the job begins a few orders only: the others can still be cancelled', async () => {
  const ids = await Promise.all(Array.from({ length: 40 }, () => ordered(bank, branchId)))
  for (const _each of ids) cms.fail('place', 'unheard')
  await job(dispatchOrders)
  const begun = await ordersOf(bank.tenant).countDocuments({ 'sending.since': { $exists: true } })
  expect(begun).toBeGreaterThan(0)
  expect(begun).toBeLessThanOrEqual(16)
  cms.healed()
})

test('an order whose validity is over is not sent but expires, one that is on its way only if the CMS does not have it', async () => {
  const [plain, unheard, taken, unbounded] = [
    await ordered(bank, branchId, { validity: 1 }),
    await ordered(bank, branchId, { validity: 1 }),
    await ordered(bank, branchId, { validity: 1 }),
    await ordered(bank, branchId),
  ]
  cms.fail('place', 'unheard')
  await process({ orderId: unheard })
  cms.fail('place', 'unanswered')
  await process({ orderId: taken })
  const dayAfter = new Date(Date.now() + DAY_MS + MINUTE_MS)
  bank.clock = () => dayAfter
  expect(await process({ orderId: plain })).toMatchObject({
    code: 'ORD010',
    exception: { fieldError: ['The validity of the order is over'] },
  })
  expect(await job(expireOrders, dayAfter)).toEqual({ expired: 2 })
  expect(await Promise.all([plain, unheard, taken, unbounded].map(statusOf))).toEqual(['EXPIRED', 'EXPIRED', 'PENDING', 'RECEIVED'])
  expect((await toldOf(bank, plain)).at(-1)).toMatchObject({ type: 'OrderCancelled', status: 'EXPIRED' })
})

test('orders that should have been sent long ago are noticed, those that wait for their time are not', async () => {
  await ordered(bank, branchId, { processStartTime: '2199-01-01 00:00:00' })
  await ordered(bank, branchId)
  const alert = () => alertReceivedOrders(createLogger('inventory-order', 'fatal'))
  expect(await job(alert, inMinutes(59))).toEqual({})
  expect(await job(alert, inMinutes(61))).toEqual({ waiting: 1 })
})

test('without a CMS nothing is sent, and what is ordered can be cancelled', async () => {
  bank.parts = { kit: kitsLeft(1_000) }
  const orderId = await ordered(bank, branchId)
  expect(await process({ orderId })).toMatchObject({ status: 502, code: 'ORD012' })
  for (const name of ['syncPendingCardOrderStatus', 'retryStuckPendingOrders'])
    expect(await bank.run(name, {})).toMatchObject({ result: true })
  expect((await cancel(orderId)).result).toBe('Order cancelled successfully')
})

test('a user of one branch sends and asks for orders of that one alone', async () => {
  const other = await branchOf(bank)
  const [theirs, own] = [await ordered(bank, other), await ordered(bank, branchId)]
  const clerk = bank.ofBranch(branchId)
  expect(await process({ orderId: theirs }, clerk)).toMatchObject({ code: 'ORD009' })
  expect(await bank.run('updateCardOrderStatus', { orderId: theirs }, clerk)).toMatchObject({ code: 'ORD009' })
  expect(await process({}, clerk)).toMatchObject({ result: true })
  expect(await Promise.all([theirs, own].map(statusOf))).toEqual(['RECEIVED', 'PENDING'])
  expect(await process({}, clerk)).toMatchObject({ code: 'ORD009' })
})

test('what goes to the CMS is the same to the letter each time, with the address and the products', async () => {
  const order = orderOf(branchId, { address: '1 Main St~Chennai', pinCode: '600001' })
  await bank.run('createCardOrder', order)
  cms.fail('place', 'unanswered')
  await process({ orderId: order.orderId })
  const stored = await storedOrder(bank, order.orderId)
  expect((await client.place(bank.tenant, stored)).kind).toBe('known')
  await process({ orderId: order.orderId })
  expect((await client.place(bank.tenant, await storedOrder(bank, order.orderId))).kind).toBe('known')
})
