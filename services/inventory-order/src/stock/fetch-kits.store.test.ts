// The inventory's queries on the real store: filters, pages, envelopes, users of one branch, and
// the indexes that they read.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { indexesUsed } from '../../test/indexes-used.ts'
import { assigned, kitEvent, nextNumber, orderLine, producedBatch } from '../../test/made.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { follow, type InStock, kitOf, newBranch, stocked, storedOrder } from '../../test/stocked.ts'
import { ordersOf } from '../orders/order.ts'
import { stockOf } from './stock-kit.ts'
import { StockPages } from './stock-pages.ts'

let bank: StockBank
beforeAll(async () => {
  bank = await StockBank.start()
})
afterAll(() => bank.close())

interface Summary {
  result: { kitNo: string; cardStatus: string }[]
  pagination: object
  exception: null
}
const summary = async (body: object, call: object = {}) => {
  const { status, result, pagination } = await bank.run('fetchKitSummary', body, call)
  expect({ status, pagination }).toEqual({ status: 200, pagination: null })
  return result as Summary
}
const numbersIn = async (body: object, call: object = {}) => (await summary(body, call)).result.map(({ kitNo }) => kitNo)
const details = (body: object, call: object = {}) => bank.run('fetchKitDetailsFromInventory', { refType: 'DC_KIT', ...body }, call)
const refsIn = async (body: object, call: object = {}) => {
  const { result } = await details(body, call)
  return (result as { kitRefNo: string }[]).map(({ kitRefNo }) => kitRefNo)
}

test('the summary of a branch has an envelope of its own, pages from 0, and masked numbers', async () => {
  const parent = `P${nextNumber()}`
  const { branchId, orderId, kitNos } = await stocked(bank, { count: 3, parents: [parent] })
  const [owned = '', free = ''] = kitNos
  await follow(bank, assigned(owned, orderId))
  const { maskedCardNumber } = await kitOf(bank, owned)
  const shared = { branchId, cardCategory: 'DEBIT', cardType: 'PHYSICAL', embeddedValues: { parentKitNo: parent }, expDate: '2029-07-31' }
  const first = await summary({ branchId, pageNo: 0, pageSize: 2 })
  expect(first).toEqual({
    result: [
      {
        ...shared,
        accountNo: 'A1',
        aliasName: null,
        cardNumber: maskedCardNumber,
        cardStatus: 'ASSIGNED',
        entityId: 'E1',
        kitNo: owned,
        parentKitNo: parent,
        plasticCode: 'PCLAS',
      },
      expect.objectContaining({ ...shared, accountNo: null, cardStatus: 'UNALLOCATED', entityId: null, kitNo: free }),
    ],
    pagination: { list: true, pageNo: 0, pageSize: 2, totalElements: 3, totalPages: 2 },
    exception: null,
  })
  expect(await numbersIn({ branchId, pageNo: 1, pageSize: 2 })).toEqual(kitNos.slice(2))
  expect(await numbersIn({ branchId, pageNo: 2, pageSize: 2 })).toEqual([])
})

test('a branch that is unknown, or not the user’s, has an empty list', async () => {
  const { branchId, kitNos } = await stocked(bank)
  expect(await summary({ branchId: 'nowhere' })).toMatchObject({ result: [], pagination: { totalElements: 0, totalPages: 0 } })
  expect(await numbersIn({ branchId }, bank.ofBranch('elsewhere'))).toEqual([])
  expect(await numbersIn({ branchId }, bank.ofBranch(branchId))).toEqual(kitNos)
})

test('the filters of the summary apply together', async () => {
  const one = await stocked(bank, { count: 2 })
  const { branchId } = one
  const virtual = await stocked(bank, { branchId, cardType: 'VIRTUAL', productId: '2003_VIRTUAL' })
  const name = `CMS-${nextNumber()}`
  await ordersOf(bank.tenant).updateOne({ _id: virtual.orderId }, { $set: { cardOrderName: name } })
  await bank.run('updateDeliveryStatus', [{ deliveryStatus: 'DELIVERED', kitNo: one.kitNos.slice(0, 1) }])
  await follow(bank, assigned(one.kitNos[1] ?? '', one.orderId))
  expect(await numbersIn({ branchId, cardOrderId: one.orderId })).toEqual(one.kitNos)
  expect(await numbersIn({ branchId, cardOrderId: name })).toEqual(virtual.kitNos)
  expect(await numbersIn({ branchId, cardOrderId: 'nowhere' })).toEqual([])
  expect(await numbersIn({ branchId, productId: '2003_VIRTUAL' })).toEqual(virtual.kitNos)
  expect(await numbersIn({ branchId, productId: null, cardType: 'PHYSICAL', embossType: 'NON_PERSONALIZED' })).toEqual(one.kitNos)
  expect(await numbersIn({ branchId, embossType: 'PERSONALIZED' })).toEqual([])
  expect(await numbersIn({ branchId, deliveryStatus: 'delivered' })).toEqual(one.kitNos.slice(0, 1))
  expect(await numbersIn({ branchId, cardStatus: 'ALLOCATED' })).toEqual(one.kitNos.slice(1))
  expect(await numbersIn({ branchId, cardStatus: 'ALLOCATED', deliveryStatus: 'DELIVERED' })).toEqual([])
})

test('a query of the inventory needs a primary filter, and a range that is one', async () => {
  expect(await details({ kitStatus: 'UNALLOCATED', orderingPartyType: 'BANK' })).toMatchObject({ status: 400, code: 'INV002' })
  const range = { branchId: 'B', fromDate: '2026-01-02T00:00:00Z', toDate: '2026-01-01T00:00:00Z' }
  expect(await details(range)).toMatchObject({ status: 400, code: 'invalid.input.request' })
  expect(await bank.run('fetchKitDetailsFromInventory', { branchId: 'B' })).toMatchObject({ status: 400, code: 'invalid.input.request' })
})

test('a kit is told with all that the stock knows of it, and the pages count from 1', async () => {
  const branchId = await newBranch(bank)
  const party = `PARTY${nextNumber()}`
  const order = await storedOrder(bank, branchId, [orderLine({ quantity: 3 })], { orderingPartyId: party, orderingPartyType: 'CORPORATE' })
  const batch = producedBatch(order._id, { count: 3 })
  await follow(bank, kitEvent(order._id, 1, batch))
  const kitNos = batch.kits.map(({ kitNo }) => kitNo)
  const answered = await details({ orderingPartyId: party, pageSize: 2 })
  expect(answered.pagination).toEqual({ pageNo: 1, pageSize: 2, totalRecords: 3, totalElements: 3, totalPages: 2 })
  expect((answered.result as object[])[0]).toEqual({
    ...{ refType: 'DC_KIT', kitRefNo: kitNos[0], parentKitNo: null, orderId: order._id, branchId },
    ...{ orderingPartyId: party, orderingPartyType: 'CORPORATE', productId: '2003_PHYSICAL', bin: '608040', plasticCode: 'PCLAS' },
    ...{ cardType: 'PHYSICAL', embossType: 'NON_PERSONALIZED', maskedCardNumber: batch.kits[0]?.maskedCardNumber, expDate: '2029-07-31' },
    ...{ kitStatus: 'UNALLOCATED', deliveryStatus: 'BANK', entityId: null },
    ...{ createdDate: expect.stringMatching(/Z$/), changedDate: expect.stringMatching(/Z$/) },
  })
  expect(await refsIn({ orderingPartyId: party, pageSize: 2, pageNo: 2 })).toEqual(kitNos.slice(2))
  expect(await refsIn({ orderingPartyId: party, orderingPartyType: 'BANK' })).toEqual([])
  expect(await refsIn({ kitRefNo: kitNos.slice(0, 2), orderIds: [order._id], branchId })).toEqual(kitNos.slice(0, 2))
  expect(await refsIn({ kitRefNo: kitNos, orderIds: ['OTHER'] })).toEqual([])
  expect(await refsIn({ branchId, fromDate: '2020-01-01T00:00:00Z', toDate: '2199-01-01T00:00:00Z' })).toEqual(kitNos)
  expect(await refsIn({ branchId, toDate: '2020-01-01T00:00:00Z' })).toEqual([])
})

test('a user of one branch finds what is there alone, whatever is asked for', async () => {
  const { branchId, orderId, kitNos } = await stocked(bank)
  expect(await refsIn({ orderIds: [orderId] }, bank.ofBranch(branchId))).toEqual(kitNos)
  expect(await refsIn({ orderIds: [orderId] }, bank.ofBranch('elsewhere'))).toEqual([])
  expect(await refsIn({ branchId }, bank.ofBranch('elsewhere'))).toEqual([])
  expect(await refsIn({ branchId, refType: 'PARENT_KIT' }, bank.ofBranch('elsewhere'))).toEqual([])
})

test('parent kits show how many kits they have, and what these have in common', async () => {
  const [box, other] = [`P${nextNumber()}`, `P${nextNumber()}`].sort()
  const { branchId, orderId, kitNos }: InStock = await stocked(bank, { count: 4, parents: [box ?? '', other ?? ''] })
  const rowsOf = async (body: object = {}) => (await details({ refType: 'PARENT_KIT', branchId, ...body })).result as { kitRefNo: string }[]
  expect(await rowsOf()).toMatchObject([
    {
      refType: 'PARENT_KIT',
      kitRefNo: box,
      orderId,
      childCount: 2,
      childKits: kitNos.slice(0, 2),
      kitStatus: 'UNALLOCATED',
      deliveryStatus: 'BANK',
    },
    { kitRefNo: other, maskedCardNumber: null, entityId: null, parentKitNo: null },
  ])
  await follow(bank, assigned(kitNos[0] ?? '', orderId))
  expect(await rowsOf()).toMatchObject([{ kitStatus: null, deliveryStatus: 'BANK' }, { kitStatus: 'UNALLOCATED' }])
  expect(await rowsOf({ kitStatus: 'ASSIGNED' })).toMatchObject([{ kitRefNo: box }])
  expect(await rowsOf({ kitStatus: 'ASSIGNED', deliveryStatus: 'RETURNED' })).toEqual([])
  expect((await rowsOf({ kitRefNo: [other], kitStatus: 'UNALLOCATED' })).map(({ kitRefNo }) => kitRefNo)).toEqual([other])
})

test('a large stock is counted once for many pages; its pages hold each kit once, the deep ones too', async () => {
  const kits = 12_000
  const branchId = await newBranch(bank)
  const template = await kitOf(bank, (await stocked(bank)).kitNos[0] ?? '')
  const numbers = Array.from({ length: kits }, (_, at) => String(5_000_000_000 + 7 * at))
  for (let from = 0; from < kits; from += 2_000)
    await stockOf(bank.tenant).collection.insertMany(
      numbers.slice(from, from + 2_000).map((_id) => ({ ...template, _id, branchId })) as never,
    )
  let nowMs = 0
  const pages = new StockPages(stockOf, () => nowMs)
  const read = async (offset: number) => {
    const { rows, total } = await pages.read(bank.tenant, { branchId }, { offset, size: 100 })
    return { total, numbers: rows.map(({ _id }) => _id) }
  }
  const statements = await bank.statementsOf(async () => {
    for (const offset of [0, 1_950, 6_000, 11_950])
      expect(await read(offset)).toEqual({ total: kits, numbers: numbers.slice(offset, offset + 100) })
  })
  expect(statements.filter((each) => each === 'aggregate')).toHaveLength(1)
  await stockOf(bank.tenant).deleteOne({ _id: numbers[0] ?? '' })
  expect((await read(0)).total).toBe(kits) // as counted a moment ago
  nowMs = 3_600_000
  expect((await read(0)).total).toBe(kits - 1)
  const explained = await stockOf(bank.tenant)
    .find({ $and: [{ branchId }, { _id: { $gte: '500001', $lt: '500002' } }] })
    .sort({ _id: 1 })
    .explain()
  expect(indexesUsed(explained)).not.toEqual([])
}, 60_000)

test.each([
  ['branchId', { branchId: 'B1' }, 'branchId'],
  ['branch and product', { branchId: 'B1', productId: 'P', kitStatus: 'UNALLOCATED' }, 'branchId'],
  ['order', { orderId: { $in: ['O1', 'O2'] } }, 'orderId'],
  ['ordering party', { orderingPartyId: 'P1' }, 'orderingPartyId'],
  ['parent kit', { parentKitNo: { $in: ['P1'] } }, 'parentKitNo'],
  ['what is left to withdraw', { kitStatus: 'UNALLOCATED', expDate: { $lt: '2026-01-01' } }, 'kitStatus'],
])('by %s an index is read and not the whole collection', async (_name, filter, index) => {
  const used = indexesUsed(
    await stockOf(bank.tenant)
      .find(filter as object)
      .explain(),
  )
  expect(used.filter((each) => each.startsWith(index))).not.toEqual([])
})
