// The stock summed up for operators, in the real store.
import { setTimeout as sleep } from 'node:timers/promises'
import type { StatusOfKit, StockPage } from '@dcms/contract'
import type { InternalClient } from '@dcms/service'
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

/** A kit service that says this of kits; those that it is not told of it does not know. */
const kitService = (say: (kitNo: string) => Omit<StatusOfKit, 'kitNo'> | undefined) => {
  const asked: number[] = []
  const call = async (_endpoint: unknown, { kitNos }: { kitNos: readonly string[] }) => {
    asked.push(kitNos.length)
    const kits = kitNos.flatMap((kitNo) => {
      const said = say(kitNo)
      return said ? [{ kitNo, ...said }] : []
    })
    return { kind: 'answer', result: { kits } }
  }
  return { kit: { call, close: () => Promise.resolve() } as unknown as InternalClient, asked }
}

test('kits that the kit service does not know, or knows otherwise, are found; nobody asks it for the sums alone', async () => {
  const { branchId, orderId, kitNos } = await stocked(bank, { count: 4 })
  const [owned = '', unknown = '', other = '', right = ''] = kitNos
  await follow(bank, assigned(owned, orderId))
  const said: Record<string, Omit<StatusOfKit, 'kitNo'>> = {
    [owned]: { cardStatus: 'ASSIGNED', entityId: 'somebody else' },
    [other]: { cardStatus: 'EXPIRED_CARD' },
    [right]: { cardStatus: 'UNALLOCATED' },
  }
  const { kit, asked } = kitService((kitNo) => said[kitNo])
  bank.parts = { kit }
  expect((await sum({ branchId })).faults).toEqual([])
  expect(asked).toEqual([])
  expect((await sum({ branchId, isCompared: true })).faults).toEqual([
    { kitNo: owned, fault: 'it has another owner in stock than for the kit service' },
    { kitNo: unknown, fault: 'the kit service does not know it' },
    { kitNo: other, fault: 'it is UNALLOCATED in stock, EXPIRED_CARD for the kit service' },
  ])
  expect(asked).toEqual([4, 3, 3])
})

test('what only is on its way is no fault; of many kits a thousand are asked for at a time', async () => {
  const { branchId, orderId, kitNos } = await stocked(bank, { count: 1_200 })
  const [late = ''] = kitNos
  const { kit, asked } = kitService((kitNo) =>
    kitNo === late ? { cardStatus: 'ASSIGNED', entityId: 'E1' } : { cardStatus: 'UNALLOCATED' },
  )
  bank.parts = { kit }
  const summing = sum({ branchId, isCompared: true })
  await sleep(100)
  await follow(bank, assigned(late, orderId))
  expect((await summing).faults).toEqual([])
  expect(asked.slice(0, 2)).toEqual([1_000, 200])
})
