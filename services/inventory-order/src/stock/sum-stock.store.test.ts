// The stock summed up for operators, in the real store.
import type { StockPage } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { assigned } from '../../test/made.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { follow, stocked } from '../../test/stocked.ts'
import { stockOf } from './stock-kit.ts'

let bank: StockBank
beforeAll(async () => {
  bank = await StockBank.start()
})
afterAll(() => bank.close())

const sum = async (body: object): Promise<StockPage> => {
  const { status, result } = await bank.run('sumStock', body)
  expect(status).toBe(200)
  return result as StockPage
}

test('kits are summed by what they have in common, and a kit that was handed out apart', async () => {
  const { branchId, orderId, kitNos } = await stocked(bank, { count: 5 })
  await follow(bank, assigned(kitNos[0] ?? '', orderId))
  const { sums, faults, after } = await sum({ branchId })
  const common = { branchId, orderId, productId: '2003_PHYSICAL', deliveryStatus: 'BANK', held: false }
  expect(sums.toSorted((left, right) => left.kits - right.kits)).toEqual([
    { ...common, kitStatus: 'ASSIGNED', kits: 1 },
    { ...common, kitStatus: 'UNALLOCATED', kits: 4 },
  ])
  expect(faults).toEqual([])
  expect(after).toBeUndefined()
})

test('a page goes on after the last kit of the one before', async () => {
  const { branchId, kitNos } = await stocked(bank, { count: 3 })
  const { sums } = await sum({ branchId, after: kitNos.toSorted()[0] })
  expect(sums.map(({ kits }) => kits)).toEqual([2])
})

test('a kit whose entries were lost is found, at its branch and among all', async () => {
  const { branchId, kitNos } = await stocked(bank)
  const [kitNo] = kitNos
  await stockOf(bank.tenant).updateOne({ _id: kitNo }, { $set: { entries: [] } })
  const fault = { kitNo, fault: 'it has no entries' }
  expect((await sum({ branchId })).faults).toEqual([fault])
  expect((await sum({})).faults).toContainEqual(fault)
})
