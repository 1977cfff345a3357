// Holding and withdrawing kits in the real store.
// Rule: docs/rules.md#kits-withdrawn.
import { HELD_FOR_MS } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { assigned, kitEvent, nextNumber } from '../../test/made.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { follow, kitOf, ledgerOf, movementEvents, newBranch, stocked } from '../../test/stocked.ts'

let bank: StockBank
beforeAll(async () => {
  bank = await StockBank.start()
})
afterAll(() => bank.close())

const hold = (kitNo: string, commandId = 'register-1', productId = '2003_PHYSICAL') => bank.run('holdKit', { kitNo, productId, commandId })
const release = (kitNo: string, commandId = 'register-1') => bank.run('releaseKit', { kitNo, commandId })
const expire = (body: object) => bank.run('expireInstaKits', body)
const withdrawn = { status: 200, result: 'SUCCESS' }
const refusedWith = (code: string) => ({ status: 400, code })
const later = (byMs: number) => ({ clock: () => new Date(Date.now() + byMs) })

test('a kit is held by one command at a time, which may hold it anew', async () => {
  const [kitNo = ''] = (await stocked(bank)).kitNos
  expect(await hold(kitNo)).toMatchObject({ status: 200, result: true })
  expect(await hold(kitNo)).toMatchObject({ status: 200, result: true })
  expect(await hold(kitNo, 'register-2')).toMatchObject(refusedWith('invalid.kit.info'))
  expect(await release(kitNo, 'register-2')).toMatchObject({ status: 200 })
  expect(await hold(kitNo, 'register-2')).toMatchObject(refusedWith('invalid.kit.info'))
  expect(await release(kitNo)).toMatchObject({ status: 200 })
  expect(await hold(kitNo, 'register-2')).toMatchObject({ status: 200 })
})

test('of many that want one kit at once one gets it', async () => {
  const [kitNo = ''] = (await stocked(bank)).kitNos
  const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => hold(kitNo, `register-${at}`)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('a hold ends by itself', async () => {
  const [kitNo = ''] = (await stocked(bank)).kitNos
  await hold(kitNo)
  const body = { kitNo, productId: '2003_PHYSICAL', commandId: 'register-2' }
  expect(await bank.run('holdKit', body, later(HELD_FOR_MS - 1_000))).toMatchObject(refusedWith('invalid.kit.info'))
  expect(await bank.run('holdKit', body, later(HELD_FOR_MS + 1_000))).toMatchObject({ status: 200 })
})

test('a kit that is taken, expired, on its way, sent back or of another product is not held', async () => {
  const { branchId, orderId, kitNos } = await stocked(bank, { count: 5 })
  const [owned = '', gone = '', onItsWay = '', returned = '', free = ''] = kitNos
  await follow(bank, assigned(owned, orderId))
  await expire({ kitNo: gone })
  await bank.run('transferKits', { fromBranch: branchId, toBranch: await newBranch(bank), kitNo: [onItsWay] })
  await bank.run('updateDeliveryStatus', [{ deliveryStatus: 'RETURNED', kitNo: [returned] }])
  for (const kitNo of [owned, gone, onItsWay, returned]) expect(await hold(kitNo)).toMatchObject(refusedWith('invalid.kit.info'))
  expect(await hold(free, 'register-1', 'OTHER_PHYSICAL')).toMatchObject(refusedWith('invalid.kit.info'))
  const [old = ''] = (await stocked(bank, { expDate: '2020-01-31' })).kitNos
  expect(await hold(old)).toMatchObject(refusedWith('invalid.kit.info'))
})

test('a kit that is not there, or in another branch than the user’s, is not found', async () => {
  const { branchId, kitNos } = await stocked(bank)
  const body = { kitNo: kitNos[0], productId: '2003_PHYSICAL', commandId: 'register-1' }
  expect(await hold('NOWHERE')).toMatchObject(refusedWith('kit.not.found'))
  expect(await release('NOWHERE')).toMatchObject({ status: 200 })
  expect(await bank.run('holdKit', body, bank.ofBranch('elsewhere'))).toMatchObject(refusedWith('kit.not.found'))
  expect(await bank.run('holdKit', body, bank.ofBranch(branchId))).toMatchObject({ status: 200 })
})

test('a kit that was assigned is no longer held', async () => {
  const { orderId, kitNos } = await stocked(bank)
  const [kitNo = ''] = kitNos
  await hold(kitNo)
  await follow(bank, assigned(kitNo, orderId))
  expect(await kitOf(bank, kitNo)).not.toHaveProperty('hold')
})

test('a withdrawn kit leaves the stock at once, and a repeat succeeds', async () => {
  const { branchId, orderId, kitNos } = await stocked(bank)
  const [kitNo = ''] = kitNos
  for (let times = 0; times < 2; times++) expect(await expire({ kitNo })).toMatchObject(withdrawn)
  expect(await kitOf(bank, kitNo)).toMatchObject({ kitStatus: 'EXPIRED_CARD' })
  expect(await ledgerOf(bank, kitNos)).toEqual({ [branchId]: 1 })
  expect(await movementEvents(bank, { kitNos: kitNo })).toEqual([
    { type: 'KitsWithdrawn', withdrawalId: expect.any(String), kitNos: [kitNo], withdrawnAt: expect.any(String) },
  ])
  // The kit context's word for it comes later, and takes it out of the ledger no second time.
  await follow(
    bank,
    kitEvent(kitNo, 1, {
      type: 'KitExpired',
      kitNo,
      orderId,
      cardStatus: 'EXPIRED_CARD',
      previousStatus: 'UNALLOCATED',
      expiredAt: '2026-01-06T10:00:00.000Z',
    }),
  )
  expect(await ledgerOf(bank, kitNos)).toEqual({ [branchId]: 1 })
})

test('of a parent kit what is free expires; what was handed out is left alone', async () => {
  const parentKitNo = `P${nextNumber()}`
  const { branchId, orderId, kitNos } = await stocked(bank, { count: 4, parents: [parentKitNo] })
  const [owned = '', held = '', ...free] = kitNos
  await follow(bank, assigned(owned, orderId))
  await hold(held)
  expect(await expire({ parentKitNo })).toMatchObject(withdrawn)
  expect(await ledgerOf(bank, kitNos)).toEqual({ [branchId]: 1 })
  expect(await kitOf(bank, held)).toMatchObject({ kitStatus: 'UNALLOCATED' })
  expect(await movementEvents(bank, { parentKitNo })).toMatchObject([{ type: 'KitsWithdrawn', parentKitNo, kitNos: free.sort() }])
  expect(await expire({ parentKitNo })).toMatchObject(withdrawn) // nothing left that is free, and some have expired
})

test('where nothing but handed-out kits is left there is nothing to expire', async () => {
  const parentKitNo = `P${nextNumber()}`
  const { orderId, kitNos } = await stocked(bank, { parents: [parentKitNo] })
  for (const kitNo of kitNos) await follow(bank, assigned(kitNo, orderId))
  expect(await expire({ parentKitNo })).toMatchObject(refusedWith('INV004'))
  expect(await expire({ kitNo: kitNos[0] })).toMatchObject(refusedWith('INV004'))
})

test('with both numbers the kit must be of that parent, and is the only one to expire', async () => {
  const [box, other] = [`P${nextNumber()}`, `P${nextNumber()}`]
  const { branchId, kitNos } = await stocked(bank, { parents: [box] })
  await stocked(bank, { parents: [other] })
  expect(await expire({ kitNo: kitNos[0], parentKitNo: other })).toMatchObject(refusedWith('MCC007'))
  expect(await expire({ kitNo: kitNos[0], parentKitNo: box })).toMatchObject(withdrawn)
  expect(await ledgerOf(bank, kitNos)).toEqual({ [branchId]: 1 })
})

test('unknown numbers, none at all, and those of another branch are refused', async () => {
  const { branchId, kitNos } = await stocked(bank)
  expect(await expire({ kitNo: 'NOWHERE' })).toMatchObject(refusedWith('MCC007'))
  expect(await expire({ parentKitNo: 'NOWHERE' })).toMatchObject(refusedWith('MCC007'))
  expect(await expire({})).toMatchObject({
    ...refusedWith('invalid.input.request'),
    exception: { fieldError: ['kitNo or parentKitNo is required'] },
  })
  const body = { kitNo: kitNos[0] }
  expect(await bank.run('expireInstaKits', body, bank.ofBranch('elsewhere'))).toMatchObject(refusedWith('MCC007'))
  expect(await bank.run('expireInstaKits', body, bank.ofBranch(branchId))).toMatchObject(withdrawn)
})

test('a box of more than a thousand kits is withdrawn in movements of a thousand', async () => {
  const parentKitNo = `P${nextNumber()}`
  await stocked(bank, { count: 1000, parents: [parentKitNo] })
  const { kitNos } = await stocked(bank, { count: 1, parents: [parentKitNo] })
  expect(await expire({ parentKitNo })).toMatchObject(withdrawn)
  const told = (await movementEvents(bank, { parentKitNo })) as { kitNos: string[] }[]
  expect(told.map((event) => event.kitNos.length).sort()).toEqual([1, 1000])
  expect(await kitOf(bank, kitNos[0] ?? '')).toMatchObject({ kitStatus: 'EXPIRED_CARD' })
})

test('of an expiry and a hold at once one wins', async () => {
  const parentKitNo = `P${nextNumber()}`
  const { branchId, kitNos } = await stocked(bank, { count: 10, parents: [parentKitNo] })
  const [, ...held] = await Promise.all([expire({ parentKitNo }), ...kitNos.map((kitNo) => hold(kitNo, `register-${kitNo}`))])
  const stayed = kitNos.filter((_, at) => held[at]?.status === 200)
  for (const kitNo of stayed)
    expect(await kitOf(bank, kitNo)).toMatchObject({ kitStatus: 'UNALLOCATED', hold: { commandId: `register-${kitNo}` } })
  expect(await ledgerOf(bank, kitNos)).toEqual(stayed.length === 0 ? {} : { [branchId]: stayed.length })
  const told = (await movementEvents(bank, { parentKitNo })) as { kitNos: string[] }[]
  expect(told.flatMap((event) => event.kitNos).sort()).toEqual(kitNos.filter((kitNo) => !stayed.includes(kitNo)).sort())
})
