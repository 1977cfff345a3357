// Orders in the real store: placed once, checked against the bank, cancelled, listed, found; users
// of one branch.
// Rules: docs/rules.md#the-same-order-again, docs/rules.md#what-can-be-ordered.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { branchOf, kitsLeft, ordered, orderOf, product, storedOrder, toldOf } from '../../test/card-orders.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { orderIdOf } from './place-order.ts'

let bank: StockBank
let branchId: string
beforeAll(async () => {
  bank = await StockBank.start()
  bank.parts.kit = kitsLeft(1_000_000)
  branchId = await branchOf(bank)
})
afterAll(() => bank.close())

const statusOf = async (orderId: string) =>
  ((await bank.run('fetchCardOrderStatus', { cardOrderId: orderId })).result as { status: string }).status
const cancel = (orderId: string, of = branchId, call = {}) => bank.run('cancelCardOrder', { orderId, branchId: of }, call)
const idsOf = ({ result }: { result: unknown }) => (result as { orderId: string }[]).map(({ orderId }) => orderId)

test('an order is stored as RECEIVED, completed from the bank’s definition, and told of', async () => {
  const order = orderOf(branchId, { validity: 30, orderingPartyInfo: { orderingPartyId: 'CREATOR01', orderingPartyType: 'BANK' } })
  const placed = await bank.run('createCardOrder', order)
  expect(placed).toMatchObject({ status: 200, result: 'success', headers: { 'x-order-id': order.orderId } })
  const told = { ...product, cardType: 'PHYSICAL', embossType: 'NON_PERSONALIZED', plasticCode: 'PCLAS' }
  expect(await toldOf(bank, order.orderId)).toEqual([
    {
      type: 'OrderReceived',
      orderId: order.orderId,
      branchId,
      orderingPartyInfo: order.orderingPartyInfo,
      products: [told],
      totalQuantity: 100,
      validity: 30,
      receivedAt: expect.any(String),
    },
  ])
  expect((await bank.run('fetchCardOrderStatus', { cardOrderId: order.orderId })).result).toEqual({
    cardOrderName: order.orderId,
    status: 'RECEIVED',
    tenantName: 'ACME_BANK',
    productDetails: [
      {
        binNumber: 608040,
        cardType: 'PHYSICAL',
        corporateName: 'Acme Bank',
        noOfCard: 100,
        productId: '2003_PHYSICAL',
        status: 'RECEIVED',
      },
    ],
  })
})

test('the same order again is placed once, another one under its id is refused', async () => {
  const order = orderOf(branchId)
  const answers = await Promise.all(Array.from({ length: 4 }, () => bank.run('createCardOrder', order)))
  expect(answers.map(({ result }) => result)).toEqual(['success', 'success', 'success', 'success'])
  expect(await toldOf(bank, order.orderId)).toHaveLength(1)
  const other = await bank.run('createCardOrder', { ...order, products: [{ ...product, quantity: 99 }] })
  expect(other).toMatchObject({ status: 409, code: 'ORD004' })
})

test('a generated id is the same for a repeat under a key, also when its answer was lost', async () => {
  const { orderId: _, ...order } = orderOf(branchId, { requestId: `key-${branchId}` })
  const first = await bank.run('createCardOrder', order)
  const orderId = first.headers['x-order-id'] ?? ''
  expect(orderId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(await bank.run('createCardOrder', order)).toEqual(first)
  await bank.tenant.database.collection('requests').deleteMany({ bodyHash: { $exists: true } })
  expect(await bank.run('createCardOrder', order)).toEqual(first)
  const { requestId: _key, ...unkeyed } = order
  expect((await bank.run('createCardOrder', unkeyed)).headers['x-order-id']).not.toBe(orderId)
  expect(orderIdOf('one')).not.toBe(orderIdOf('another'))
})

test('an order without branch or products is named so under the family’s own code', async () => {
  const refused = await bank.run('createCardOrder', {})
  expect(refused).toMatchObject({ status: 400, code: 'ORD001', exception: { reasonCode: 'invalid.input.request' } })
  expect(refused.exception?.fieldError).toEqual(expect.arrayContaining(['branchInfo is required', 'products is required']))
  const many = await bank.run('createCardOrder', orderOf(branchId, { products: Array.from({ length: 51 }, () => product) }))
  expect(many).toMatchObject({ code: 'ORD001' })
  const never = await bank.run('createCardOrder', orderOf(branchId, { processStartTime: '2026-02-31 10:00:00' }))
  expect(never).toMatchObject({ code: 'ORD001', exception: { fieldError: ['processStartTime is not a day of the calendar'] } })
})

test.each([
  ['a BIN that is not known', { bin: '999999' }, 'bin.not.found', 'products[0].bin is not known'],
  ['a product that is not known', { productId: 'NONE' }, 'product.not.found', 'products[0].productId is not known'],
  ['a plastic that is not known', { plasticCode: 'NONE' }, 'plastic.not.found', 'products[0].plasticCode is not known'],
  ['a BIN of another product', { bin: '817704' }, 'invalid.input.request', 'products[0].bin is not that of the product'],
  ['another length', { panLength: 19 }, 'invalid.input.request', 'products[0].panLength is not that of the bin'],
  ['another card type', { cardType: 'VIRTUAL' }, 'invalid.input.request', 'products[0].cardType is not that of the product'],
])('%s is refused', async (_what, change, reasonCode, sentence) => {
  const refused = await bank.run('createCardOrder', orderOf(branchId, { products: [{ ...product, ...change }] }))
  expect(refused).toMatchObject({ status: 400, code: 'ORD005', exception: { reasonCode, fieldError: [sentence] } })
})

test('a branch that is not there is refused, and every fault of every product is named', async () => {
  expect(await bank.run('createCardOrder', orderOf('nowhere'))).toMatchObject({
    code: 'ORD005',
    exception: { fieldError: ['branchInfo.branchId is not known'] },
  })
  const products = [product, { ...product, bin: '817704', plasticCode: 'NONE' }]
  expect((await bank.run('createCardOrder', orderOf(branchId, { products }))).exception?.fieldError).toEqual([
    'products[1].plasticCode is not known',
    'products[1].bin is not that of the product',
  ])
})

test('an order for more cards than its BIN has numbers is refused, all its products together', async () => {
  const parts = { ...bank.parts }
  bank.parts.kit = kitsLeft(150)
  try {
    await ordered(bank, branchId)
    const refused = await bank.run('createCardOrder', orderOf(branchId, { products: [product, product] }))
    expect(refused).toMatchObject({ code: 'ORD006', exception: { reasonCode: 'bin.range.exhausted' } })
    expect(refused.exception?.fieldError).toEqual(['BIN 608040 has 150 free card numbers, the order needs 200'])
  } finally {
    bank.parts = parts
  }
})

test('an order is cancelled once, by the branch that ordered it', async () => {
  const orderId = await ordered(bank, branchId)
  expect(await cancel(orderId, await branchOf(bank))).toMatchObject({ status: 400, code: 'ORD009' })
  expect(await cancel('unknown')).toMatchObject({ code: 'ORD009' })
  expect((await cancel(orderId)).result).toBe('Order cancelled successfully')
  expect(await cancel(orderId)).toMatchObject({
    status: 400,
    code: 'ORD003',
    exception: { fieldError: ['Order status is CANCELLED and cannot be cancelled'] },
  })
  expect(await toldOf(bank, orderId)).toEqual([
    expect.objectContaining({ type: 'OrderReceived' }),
    { type: 'OrderCancelled', orderId, branchId, status: 'CANCELLED', cancelledAt: expect.any(String) },
  ])
  const { dueAt, expiresAt, lines } = await storedOrder(bank, orderId)
  expect({ dueAt, expiresAt, line: lines[0]?.status }).toEqual({ line: 'CANCELLED' })
})

test('orders that are RECEIVED for too long are listed, the oldest first', async () => {
  const own = await branchOf(bank)
  const clerk = bank.ofBranch(own)
  const at = Date.now()
  const [first, second, young] = [await ordered(bank, own, { validity: 30 }), await ordered(bank, own), await ordered(bank, own)]
  const { collection } = bank.tenant.database.model('orders')
  for (const [orderId, minutes] of [
    [first, 90],
    [second, 61],
    [young, 59],
  ] as const)
    await collection.updateOne({ _id: orderId as never }, { $set: { receivedAt: new Date(at - minutes * 60_000) } })
  const listed = await bank.run('fetchReceivedCardOrders', {}, clerk)
  expect(idsOf(listed)).toEqual([first, second])
  expect(listed.result).toEqual([
    {
      orderId: first,
      branchId: own,
      status: 'RECEIVED',
      receivedTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      validity: 30,
      totalQuantity: 100,
      products: [product],
    },
    expect.objectContaining({ orderId: second }),
  ])
  await cancel(first, own)
  expect(idsOf(await bank.run('fetchReceivedCardOrders', {}, clerk))).toEqual([second])
  expect(idsOf(await bank.run('fetchReceivedCardOrders', {}))).toContain(second)
})

test('orders are found as they were placed, by each filter and by all together, page by page', async () => {
  const own = await branchOf(bank)
  const party = `PARTY-${own}`
  const orders = [
    orderOf(own, { address: '1 Main St~Chennai', orderingPartyInfo: { orderingPartyId: party, orderingPartyType: 'BRANCH' } }),
    orderOf(own, { metaValues: { campaign: 'Q1' }, orderingPartyInfo: { orderingPartyId: party, orderingPartyType: 'AGENT' } }),
    orderOf(own),
  ]
  for (const order of orders) expect(await bank.run('createCardOrder', order)).toMatchObject({ status: 200 })
  const ids = orders.map(({ orderId }) => orderId)
  const find = (filter: object) => bank.run('fetchCardOrderDetailsFromInventory', filter)
  expect((await find({ branchId: own })).result).toEqual(orders)
  expect(idsOf(await find({ orderingPartyId: party }))).toEqual(ids.slice(0, 2))
  expect(idsOf(await find({ orderingPartyId: party, orderingPartyType: 'AGENT' }))).toEqual(ids.slice(1, 2))
  expect(idsOf(await find({ orderIds: [ids[2], 'unknown'] }))).toEqual([ids[2]])
  expect(idsOf(await find({ orderIds: ids, branchId: 'another' }))).toEqual([])
  await cancel(ids[0] ?? '', own)
  expect(idsOf(await find({ branchId: own, orderStatus: 'RECEIVED' }))).toEqual(ids.slice(1))
  expect(idsOf(await find({ branchId: own, fromDate: '2020-01-01T00:00:00Z', toDate: '2199-01-01T00:00:00Z' }))).toEqual(ids)
  expect(idsOf(await find({ branchId: own, toDate: '2020-01-01T00:00:00Z' }))).toEqual([])
  const page = await find({ branchId: own, pageNo: 2, pageSize: 2 })
  expect(idsOf(page)).toEqual(ids.slice(2))
  expect(page.pagination).toEqual({ pageNo: 2, pageSize: 2, totalRecords: 3, totalElements: 3, totalPages: 2 })
  expect(await find({ orderStatus: 'RECEIVED' })).toMatchObject({ status: 400, code: 'INV002' })
})

test('a user of one branch orders for, sees and cancels orders of that one alone', async () => {
  const [own, other] = [await branchOf(bank), await branchOf(bank)]
  const [ownOrder, otherOrder] = [await ordered(bank, own), await ordered(bank, other)]
  const clerk = bank.ofBranch(own)
  expect(await bank.run('createCardOrder', orderOf(own), clerk)).toMatchObject({ status: 200 })
  expect(await bank.run('createCardOrder', orderOf(other), clerk)).toMatchObject({ status: 400, code: 'ORD005' })
  expect(await bank.run('fetchCardOrderStatus', { cardOrderId: ownOrder }, clerk)).toMatchObject({ status: 200 })
  expect(await bank.run('fetchCardOrderStatus', { cardOrderId: otherOrder }, clerk)).toMatchObject({ code: 'ORD009' })
  expect(await cancel(otherOrder, other, clerk)).toMatchObject({ code: 'ORD009' })
  const found = (filter: object) => bank.run('fetchCardOrderDetailsFromInventory', filter, clerk)
  expect(idsOf(await found({ orderIds: [ownOrder, otherOrder] }))).toEqual([ownOrder])
  expect(idsOf(await found({ branchId: other }))).toEqual([])
  expect(await statusOf(otherOrder)).toBe('RECEIVED')
})
