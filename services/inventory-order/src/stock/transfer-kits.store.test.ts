// Transfers in the real store: what moves, what does not, several at once, and after a process
// died.
// Rule: docs/rules.md#transfers.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { assigned, nextNumber } from '../../test/made.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { follow, kitOf, ledgerOf, movementEvents, newBranch, stocked } from '../../test/stocked.ts'
import { finishMovements } from './finish-movement.ts'
import { type Movement, movementsOf } from './movement.ts'
import { parentKitsOf } from './parent-kit.ts'
import { stockOf } from './stock-kit.ts'

let bank: StockBank
beforeAll(async () => {
  bank = await StockBank.start()
})
afterAll(() => bank.close())

const transfer = (fromBranch: string, toBranch: string, kitNo: readonly string[], more: object = {}) =>
  bank.run('transferKits', { fromBranch, toBranch, kitNo, ...more })
const hold = (kitNo: string, commandId = 'register-1') => bank.run('holdKit', { kitNo, productId: '2003_PHYSICAL', commandId })
const moved = (successCount: number, failedKitNo: readonly string[] = []) => ({
  status: 200,
  result: { successCount, failedCount: failedKitNo.length, failedKitNo },
})

test('kits are on their way to the other branch, and the event says which', async () => {
  const { branchId, kitNos } = await stocked(bank)
  const to = await newBranch(bank)
  expect(await transfer(branchId, to, kitNos, { creator: 'Aks', chnager: 'sja', approver: 'ya' })).toMatchObject(moved(2))
  expect(await kitOf(bank, kitNos[0] ?? '')).toMatchObject({ branchId: to, deliveryStatus: 'IN_TRANSIT', kitStatus: 'UNALLOCATED' })
  expect(await ledgerOf(bank, kitNos)).toEqual({ [to]: 2 })
  expect(await movementEvents(bank, { toBranch: to })).toEqual([
    {
      type: 'KitsTransferred',
      transferId: expect.any(String),
      fromBranch: branchId,
      toBranch: to,
      kitNos: [...kitNos].sort(),
      creator: 'Aks',
      changer: 'sja',
      approver: 'ya',
      transferredAt: expect.any(String),
    },
  ])
})

test('virtual kits move too, with no delivery status', async () => {
  const { branchId, kitNos } = await stocked(bank, { cardType: 'VIRTUAL', productId: '2003_VIRTUAL' })
  const to = await newBranch(bank)
  expect(await transfer(branchId, to, kitNos)).toMatchObject(moved(2))
  expect(await kitOf(bank, kitNos[0] ?? '')).not.toHaveProperty('deliveryStatus')
})

test('what cannot move is listed, and the rest moves', async () => {
  const { branchId, orderId, kitNos } = await stocked(bank, { count: 5 })
  const [free = '', owned = '', held = '', returned = '', elsewhere = ''] = kitNos
  const [to, other] = [await newBranch(bank), await newBranch(bank)]
  await follow(bank, assigned(owned, orderId))
  await hold(held)
  await bank.run('updateDeliveryStatus', [{ deliveryStatus: 'RETURNED', kitNo: [returned] }])
  await transfer(branchId, other, [elsewhere])
  const failed = [owned, held, returned, elsewhere, 'NOWHERE']
  expect(await transfer(branchId, to, [free, free, ...failed])).toMatchObject(moved(1, failed))
  expect(await ledgerOf(bank, kitNos)).toEqual({ [branchId]: 1, [to]: 1, [other]: 1 })
})

test('when none moves the answer is INV001 with the result beside the exception, and why', async () => {
  const { branchId, orderId, kitNos } = await stocked(bank)
  const [owned = '', held = ''] = kitNos
  await follow(bank, assigned(owned, orderId))
  await hold(held)
  const answered = await transfer(branchId, await newBranch(bank), [owned, held, 'NOWHERE'])
  expect(answered).toMatchObject({ status: 400, code: 'INV001', result: { successCount: 0, failedCount: 3 } })
  expect(answered.result).toMatchObject({ failedKitNo: [owned, held, 'NOWHERE'] })
  expect(answered.exception?.fieldError.sort()).toEqual(['Invalid kitNo', 'Kit is already allocated', 'Kit is being handed out'])
})

test('unknown branches, and one branch twice, are refused', async () => {
  const { branchId, kitNos } = await stocked(bank)
  const faultsOf = async (from: string, to: string) => (await transfer(from, to, kitNos)).exception?.fieldError
  expect(await faultsOf('nowhere', branchId)).toEqual(['Invalid fromBranch'])
  expect(await faultsOf(branchId, 'nowhere')).toEqual(['Invalid toBranch'])
  expect(await faultsOf(branchId, branchId)).toEqual(['toBranch must be another branch than fromBranch'])
})

test('a user of one branch moves only what is there; another branch is as unknown as none', async () => {
  const { branchId, kitNos } = await stocked(bank)
  const to = await newBranch(bank)
  const body = { fromBranch: branchId, toBranch: to, kitNo: kitNos }
  const foreign = await bank.run('transferKits', body, bank.ofBranch(to))
  expect(foreign).toMatchObject({ code: 'INV001', exception: { fieldError: ['Invalid fromBranch'] } })
  expect(await bank.run('transferKits', body, bank.ofBranch(branchId))).toMatchObject(moved(2))
})

test('a parent kit moves with what is free in it; what was handed out stays, and so does a box of which nothing is free', async () => {
  const [box, empty] = [`P${nextNumber()}`, `P${nextNumber()}`]
  const { branchId, orderId, kitNos } = await stocked(bank, { count: 4, parents: [box, empty] })
  const [inBox = '', owned = '', ...inEmpty] = kitNos
  for (const kitNo of [owned, ...inEmpty]) await follow(bank, assigned(kitNo, orderId))
  const to = await newBranch(bank)
  expect(await transfer(branchId, to, [box, empty])).toMatchObject(moved(1, [empty]))
  expect(await ledgerOf(bank, kitNos)).toEqual({ [to]: 1 })
  expect(await kitOf(bank, inBox)).toMatchObject({ branchId: to })
  expect(await kitOf(bank, owned)).toMatchObject({ branchId })
  const whereIs = async (parent: string) => (await parentKitsOf(bank.tenant).findById(parent).lean())?.branchId
  expect([await whereIs(box), await whereIs(empty)]).toEqual([to, branchId])
  expect(await movementEvents(bank, { toBranch: to })).toMatchObject([{ kitNos: [inBox], parentKitNos: [box] }])
  expect(await transfer(to, branchId, [box])).toMatchObject(moved(1))
})

test('a thousand kits are one movement of a handful of statements; more are refused, those in boxes counted', async () => {
  const parents = Array.from({ length: 10 }, () => `P${nextNumber()}`)
  const { branchId, kitNos } = await stocked(bank, { count: 1000, parents })
  const { kitNos: further } = await stocked(bank, { count: 1, branchId })
  const to = await newBranch(bank)
  expect(await transfer(branchId, to, [...kitNos, ...further])).toMatchObject({ status: 400, code: 'invalid.input.request' })
  expect(await transfer(branchId, to, [...parents, ...further])).toMatchObject({ status: 400, code: 'invalid.input.request' })
  const statements = await bank.statementsOf(async () => expect(await transfer(branchId, to, parents)).toMatchObject(moved(10)))
  expect(await stockOf(bank.tenant).countDocuments({ branchId: to })).toBe(1000)
  expect(statements.filter((each) => each !== 'find')).toEqual(['insert', 'update', 'update', 'update'])
  expect(statements.length).toBeLessThanOrEqual(10)
})

test('of two transfers of one kit to two branches at once one wins, and the totals hold', async () => {
  const { branchId, kitNos } = await stocked(bank, { count: 20 })
  const [one, other] = [await newBranch(bank), await newBranch(bank)]
  const answers = await Promise.all([transfer(branchId, one, kitNos), transfer(branchId, other, kitNos.toReversed())])
  const counts = answers.map(({ result }) => (result as { successCount: number }).successCount)
  expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(20)
  const stock = await Promise.all([one, other].map((each) => stockOf(bank.tenant).countDocuments({ branchId: each })))
  expect(stock).toEqual(counts)
  expect(await ledgerOf(bank, kitNos)).toEqual(
    Object.fromEntries(
      [
        [one, counts[0]],
        [other, counts[1]],
      ].filter(([, count]) => count !== 0),
    ),
  )
  const told = await Promise.all([one, other].map((toBranch) => movementEvents(bank, { toBranch })))
  expect(
    told
      .flat()
      .flatMap((event) => (event as { kitNos: string[] }).kitNos)
      .sort(),
  ).toEqual([...kitNos].sort())
})

test('of a transfer and a hold at once one wins', async () => {
  const { branchId, kitNos } = await stocked(bank, { count: 10 })
  const to = await newBranch(bank)
  const [{ result }, ...held] = await Promise.all([
    transfer(branchId, to, kitNos),
    ...kitNos.map((kitNo) => hold(kitNo, `register-${kitNo}`)),
  ])
  const stayed = kitNos.filter((_, at) => held[at]?.status === 200)
  expect(await stockOf(bank.tenant).countDocuments({ branchId: to })).toBe(10 - stayed.length)
  expect((result as { failedKitNo: string[] }).failedKitNo.sort()).toEqual([...stayed].sort())
  for (const kitNo of stayed) expect(await kitOf(bank, kitNo)).toMatchObject({ branchId, hold: { commandId: `register-${kitNo}` } })
})

test('a repeat under the same key gets the first answer, also when that was lost half way', async () => {
  const { branchId, kitNos } = await stocked(bank)
  const to = await newBranch(bank)
  const requestId = `key-${nextNumber()}`
  const first = await transfer(branchId, to, kitNos, { requestId })
  expect(await transfer(branchId, to, kitNos, { requestId })).toEqual(first)
  await bank.tenant.database.collection('requests').deleteMany({ bodyHash: { $exists: true } })
  expect(await transfer(branchId, to, kitNos, { requestId })).toEqual(first)
  expect(await ledgerOf(bank, kitNos)).toEqual({ [to]: 2 })
  expect(await movementEvents(bank, { toBranch: to })).toHaveLength(1)
})

test('what a process that died left half moved the sweep finishes, once, and tells', async () => {
  const { branchId, kitNos } = await stocked(bank)
  const to = await newBranch(bank)
  await transfer(branchId, to, kitNos)
  const { _id } = (await movementsOf(bank.tenant).findOne({ toBranch: to }).lean<Movement>()) as Movement
  // As it was before the last kit had moved and the end was noted.
  const [done = '', left = ''] = kitNos
  const before = (await kitOf(bank, left)).entries.slice(0, 1)
  await stockOf(bank.tenant).updateOne({ _id: left }, { $set: { branchId, deliveryStatus: 'BANK', entries: before, commandIds: [] } })
  await movementsOf(bank.tenant).updateOne(
    { _id },
    { $set: { status: 'MOVING', pendingAt: new Date(0), outbox: [], sequence: 0 }, $unset: { movedKitNos: '', movedParentKitNos: '' } },
  )
  for (let times = 0; times < 2; times++) await bank.sweep(finishMovements())
  expect(await ledgerOf(bank, kitNos)).toEqual({ [to]: 2 })
  expect((await kitOf(bank, done)).entries).toHaveLength(3)
  expect(await movementEvents(bank, { _id })).toMatchObject([{ type: 'KitsTransferred', kitNos: [...kitNos].sort() }])
})
