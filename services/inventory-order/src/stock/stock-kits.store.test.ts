// Stocking in the real store: kits, parent kits and their order from events that come again, early,
// or after a process died half way.
// Rule: docs/rules.md#kits-into-stock.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { assigned, kitEvent, nextNumber, orderLine, producedBatch } from '../../test/made.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { follow, kitOf, ledgerOf, newBranch, stocked, storedOrder } from '../../test/stocked.ts'
import { type Order, ordersOf } from '../orders/order.ts'
import { parentKitsOf } from './parent-kit.ts'
import { stockOf } from './stock-kit.ts'

let bank: StockBank
beforeAll(async () => {
  bank = await StockBank.start()
})
afterAll(() => bank.close())

const orderOf = async (orderId: string) => (await ordersOf(bank.tenant).findById(orderId).lean<Order>()) as Order
const typesTold = async (orderId: string) => (await orderOf(orderId)).outbox.map(({ type }) => type)

test('a batch stands in the branch that ordered it, free and at the bank, and completes its order', async () => {
  const branchId = await newBranch(bank)
  const order = await storedOrder(bank, branchId, undefined, { orderingPartyId: 'P1', orderingPartyType: 'CORPORATE' })
  const parent = `P${nextNumber()}`
  const batch = producedBatch(order._id, { parents: [parent] })
  await follow(bank, kitEvent(order._id, 1, batch))
  const [kit] = batch.kits
  expect(await kitOf(bank, kit?.kitNo ?? '')).toMatchObject({
    ...{ parentKitNo: parent, orderId: order._id, branchId, orderingPartyId: 'P1', orderingPartyType: 'CORPORATE' },
    ...{ productId: '2003_PHYSICAL', bin: '608040', plasticCode: 'PCLAS', cardType: 'PHYSICAL', embossType: 'NON_PERSONALIZED' },
    ...{ maskedCardNumber: kit?.maskedCardNumber, expDate: '2029-07-31', kitStatus: 'UNALLOCATED', deliveryStatus: 'BANK' },
    entries: [{ type: 'RECEIVED', branchId, ref: order._id }],
  })
  expect(await parentKitsOf(bank.tenant).findById(parent).lean()).toMatchObject({ orderId: order._id, branchId, expDate: '2029-07-31' })
  expect(await orderOf(order._id)).toMatchObject({ status: 'SUCCESS', stocked: 2, stockedBatch: 1 })
  expect(await typesTold(order._id)).toEqual(['OrderCompleted'])
})

test('virtual kits are nowhere to be delivered from', async () => {
  const { kitNos } = await stocked(bank, { cardType: 'VIRTUAL', productId: '2003_VIRTUAL' })
  expect(await kitOf(bank, kitNos[0] ?? '')).not.toHaveProperty('deliveryStatus')
})

test('a batch that comes again changes nothing', async () => {
  const { _id } = await storedOrder(bank, await newBranch(bank), [orderLine({ quantity: 4 })])
  const [first, second] = [producedBatch(_id), producedBatch(_id, { batch: 2 })]
  for (const [sequence, batch] of [first, first, second, first, second].entries()) await follow(bank, kitEvent(_id, sequence, batch))
  expect(await stockOf(bank.tenant).countDocuments({ orderId: _id })).toBe(4)
  expect(await orderOf(_id)).toMatchObject({ status: 'SUCCESS', stocked: 4, stockedBatch: 2 })
  expect(await typesTold(_id)).toEqual(['OrderCompleted'])
})

test('a batch whose process died between kits and order is finished by the repeat, and handed-out kits stay handed out', async () => {
  const { _id } = await storedOrder(bank, await newBranch(bank))
  const batch = producedBatch(_id)
  const kitNos = batch.kits.map(({ kitNo }) => kitNo)
  await follow(bank, kitEvent(_id, 1, batch))
  await ordersOf(bank.tenant).updateOne({ _id }, { $set: { status: 'PROCESSED', stocked: 0, stockedBatch: 0, lines: [orderLine()] } })
  await stockOf(bank.tenant).deleteOne({ _id: kitNos[1] ?? '' })
  await follow(bank, assigned(kitNos[0] ?? '', _id))
  await follow(bank, kitEvent(_id, 1, batch))
  expect(await orderOf(_id)).toMatchObject({ status: 'SUCCESS', stocked: 2 })
  expect(await kitOf(bank, kitNos[0] ?? '')).toMatchObject({ kitStatus: 'ASSIGNED' })
  expect(await kitOf(bank, kitNos[1] ?? '')).toMatchObject({ kitStatus: 'UNALLOCATED' })
})

test('a batch that comes before an earlier one, or before its order, waits', async () => {
  const { _id } = await storedOrder(bank, await newBranch(bank), [orderLine({ quantity: 4 })])
  await expect(follow(bank, kitEvent(_id, 2, producedBatch(_id, { batch: 2 })))).rejects.toMatchObject({ unavailable: true })
  await expect(follow(bank, kitEvent('nowhere', 1, producedBatch('nowhere')))).rejects.toMatchObject({ unavailable: true })
  expect(await stockOf(bank.tenant).countDocuments({ orderId: _id })).toBe(0)
})

test('kit numbers of another order are a fault, and that order keeps its kits', async () => {
  const there = await stocked(bank)
  const { _id } = await storedOrder(bank, await newBranch(bank))
  const batch = producedBatch(_id)
  const stolen = { ...batch, kits: batch.kits.map((kit, at) => ({ ...kit, kitNo: there.kitNos[at] ?? '' })) }
  await expect(follow(bank, kitEvent(_id, 1, stolen))).rejects.toThrow('kit numbers of a batch are those of other orders')
  expect(await orderOf(_id)).toMatchObject({ stocked: 0 })
  expect(await kitOf(bank, there.kitNos[0] ?? '')).toMatchObject({ orderId: there.orderId })
})

test('a thousand kits are stocked by a handful of statements', async () => {
  const { _id } = await storedOrder(bank, await newBranch(bank), [orderLine({ quantity: 1000 })])
  const batch = producedBatch(_id, { count: 1000, parents: Array.from({ length: 10 }, () => `P${nextNumber()}`) })
  const statements = await bank.statementsOf(() => follow(bank, kitEvent(_id, 1, batch)))
  expect(await orderOf(_id)).toMatchObject({ status: 'SUCCESS', stocked: 1000 })
  expect(statements).toEqual(['find', 'insert', 'insert', 'update'])
})

test('products that cannot be made fail their lines', async () => {
  const { _id } = await storedOrder(bank, await newBranch(bank), [orderLine(), orderLine({ productId: 'OTHER_PHYSICAL' })])
  const lack = { type: 'KitsNotProduced', orderId: _id, productId: '2003_PHYSICAL', reason: 'none left', reasonCode: 'bin.range.exhausted' }
  for (const sequence of [1, 2]) await follow(bank, kitEvent(_id, sequence, lack))
  expect(await orderOf(_id)).toMatchObject({
    status: 'PROCESSED',
    lines: [{ status: 'FAILED', reason: 'none left' }, { status: 'PROCESSED' }],
  })
  await follow(bank, kitEvent(_id, 3, producedBatch(_id, { productId: 'OTHER_PHYSICAL' })))
  expect(await typesTold(_id)).toEqual(['OrderCompleted'])
  await expect(follow(bank, kitEvent('nowhere', 1, { ...lack, orderId: 'nowhere' }))).rejects.toMatchObject({ unavailable: true })
})

test('a kit that was handed out leaves the stock once, whatever comes twice or late', async () => {
  const { branchId, orderId, kitNos } = await stocked(bank)
  const [kitNo = ''] = kitNos
  const active = { type: 'KitActivated', kitNo, orderId, entityId: 'E1', cardStatus: 'ACTIVE', activatedAt: '2026-01-06T11:00:00.000Z' }
  for (const event of [assigned(kitNo, orderId), assigned(kitNo, orderId), kitEvent(kitNo, 3, active), assigned(kitNo, orderId)])
    await follow(bank, event)
  expect(await kitOf(bank, kitNo)).toMatchObject({ kitStatus: 'ACTIVE', kitSequence: 3, entityId: 'E1', accountNo: 'A1', branchId })
  expect((await kitOf(bank, kitNo)).entries.map(({ type }) => type)).toEqual(['RECEIVED', 'ALLOCATED'])
  expect(await ledgerOf(bank, kitNos)).toEqual({ [branchId]: 1 })
})

test('a kit that expires in stock leaves it; one that expires at its owner’s had left it', async () => {
  const { orderId, kitNos } = await stocked(bank)
  const [free = '', owned = ''] = kitNos
  const expired = (kitNo: string) => ({
    type: 'KitExpired',
    kitNo,
    orderId,
    previousStatus: 'ACTIVE',
    cardStatus: 'EXPIRED_CARD',
    expiredAt: '2029-08-01T00:00:00.000Z',
  })
  await follow(bank, assigned(owned, orderId))
  for (const [kitNo, sequence] of [
    [free, 1],
    [owned, 2],
  ] as const)
    await follow(bank, kitEvent(kitNo, sequence, expired(kitNo)))
  expect((await kitOf(bank, free)).entries.map(({ type }) => type)).toEqual(['RECEIVED', 'EXPIRED'])
  expect((await kitOf(bank, owned)).entries.map(({ type }) => type)).toEqual(['RECEIVED', 'ALLOCATED'])
  expect(await ledgerOf(bank, kitNos)).toEqual({})
})

test('an event of a kit that is not in stock yet waits; one of a kit that never was costs nothing', async () => {
  await expect(follow(bank, assigned('4240999999', 'ORD-LATER'))).rejects.toMatchObject({ unavailable: true })
  const { orderId: _, ...payload } = assigned('4240999999', '').payload
  await follow(bank, kitEvent('4240999999', 1, payload))
})
