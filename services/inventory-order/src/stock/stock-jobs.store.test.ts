// The jobs of stock on the real store: what is withdrawn on the bank's own calendar, and which
// stock counts as low. Rules: docs/rules.md#kits-withdrawn, docs/rules.md#low-stock.
import type { TenantDefinition } from '@dcms/contract'
import { createLogger, type Job } from '@dcms/service'
import { afterEach, expect, test } from '@jest/globals'
import { register } from 'prom-client'
import { indexesUsed } from '../../test/indexes-used.ts'
import { assigned, type BatchOptions } from '../../test/made.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { follow, kitOf, ledgerOf, movementEvents, newBranch, stocked } from '../../test/stocked.ts'
import { alertLowStock } from './alert-low-stock.ts'
import { expireOldKits, oldKits } from './expire-old-kits.ts'
import { stockOf } from './stock-kit.ts'

/** 1 December 2098, 00:00, in India; still November in UTC. */
const december = new Date('2098-11-30T18:30:00Z')
const lastNovember = new Date('2098-11-30T18:29:59Z')
const GOOD = '2199-07-31'

let bank: StockBank | undefined
afterEach(async () => {
  await bank?.close()
  bank = undefined
})
const bankWith = async (orders: NonNullable<NonNullable<TenantDefinition['settings']>['orders']> = {}): Promise<StockBank> => {
  bank = await StockBank.start({ settings: { orders } })
  return bank
}
const statusOf = async (of: StockBank, kitNo: string) => (await kitOf(of, kitNo)).kitStatus

test('free kits whose cards are good for fewer than three months are withdrawn, told of, and out of the ledger', async () => {
  const of = await bankWith()
  const old = await stocked(of, { expDate: '2099-02-28', count: 3 })
  const good = await stocked(of, { expDate: '2099-03-31' })
  const [owned = ''] = old.kitNos
  await follow(of, assigned(owned, old.orderId))
  expect(await of.job(expireOldKits, lastNovember)).toEqual({})
  expect(await of.job(expireOldKits, december)).toEqual({ expired: 2 })
  expect(await statusOf(of, owned)).toBe('ASSIGNED')
  for (const kitNo of old.kitNos.slice(1)) expect(await statusOf(of, kitNo)).toBe('EXPIRED_CARD')
  expect(await ledgerOf(of, [...old.kitNos, ...good.kitNos])).toEqual({ [good.branchId]: 2 })
  expect(await movementEvents(of, {})).toEqual([
    { type: 'KitsWithdrawn', withdrawalId: expect.any(String), kitNos: old.kitNos.slice(1), withdrawnAt: expect.any(String) },
  ])
  expect(await of.job(expireOldKits, december)).toEqual({})
})

test('a bank may keep its kits until their last day', async () => {
  const of = await bankWith({ instaKitMonths: 0 })
  const over = await stocked(of, { expDate: '2098-11-30' })
  const [last = ''] = (await stocked(of, { expDate: '2098-12-31' })).kitNos
  expect(await of.job(expireOldKits, lastNovember)).toEqual({})
  expect(await of.job(expireOldKits, december)).toEqual({ expired: over.kitNos.length })
  expect(await statusOf(of, last)).toBe('UNALLOCATED')
})

test('a kit that is being handed out is left, and withdrawn once nobody holds it any more', async () => {
  const of = await bankWith()
  const [kitNo = ''] = (await stocked(of, { expDate: '2099-01-31', count: 1 })).kitNos
  expect(await of.run('holdKit', { kitNo, productId: '2003_PHYSICAL', commandId: 'register-1' })).toMatchObject({ status: 200 })
  expect(await of.job(expireOldKits, december)).toEqual({})
  expect(await statusOf(of, kitNo)).toBe('UNALLOCATED')
  of.clock = () => new Date(Date.now() + 3_600_000)
  expect(await of.job(expireOldKits, december)).toEqual({ expired: 1 })
})

test('more than a thousand are withdrawn in several movements, each kit once, by a run that died and one that went on', async () => {
  const of = await bankWith()
  const [one, other] = [
    await stocked(of, { expDate: '2099-01-31', count: 900 }),
    await stocked(of, { branchId: await newBranch(of), expDate: '2098-12-31', count: 900 }),
  ]
  const dying: Job = {
    ...expireOldKits,
    run: (run) => expireOldKits.run({ ...run, note: () => Promise.reject(new Error('another process has taken this run over')) }),
  }
  await expect(of.job(dying, december)).rejects.toThrow('another process')
  expect(await of.job(expireOldKits, december)).toEqual({ expired: 800 })
  const told = (await movementEvents(of, {})) as { kitNos: string[] }[]
  expect(told.flatMap(({ kitNos }) => kitNos).sort()).toEqual([...one.kitNos, ...other.kitNos].sort())
  expect(await ledgerOf(of, [...one.kitNos, ...other.kitNos])).toEqual({})
})

test('old kits are found by an index', async () => {
  const of = await bankWith()
  const explained = await oldKits(of.tenant, '2099-03-01', new Date()).explain()
  expect(indexesUsed(explained)).toContainEqual(expect.stringMatching(/^kitStatus_1_expDate_1/))
})

const inStock = (of: StockBank, options: BatchOptions & { branchId?: string }) => stocked(of, { expDate: GOOD, ...options })
const quiet = () => alertLowStock(createLogger('inventory-order', 'fatal'))
const counted = async (): Promise<number> => {
  const { values } = (await register.getSingleMetric('dcms_low_stock_total')?.get()) ?? { values: [] }
  return values.reduce((sum, { value }) => sum + value, 0)
}

test('stock is low where a branch has fewer free kits of a product than the bank wants; each look counts it anew', async () => {
  const of = await bankWith({ lowStock: 3 })
  const before = await counted()
  const enough = await inStock(of, { count: 3 })
  await newBranch(of) // never had any
  expect(await of.job(quiet(), december)).toEqual({ low: 0 })
  expect(await counted()).toBe(before)
  const [owned = ''] = enough.kitNos
  await follow(of, assigned(owned, enough.orderId))
  await inStock(of, { branchId: enough.branchId, count: 3, productId: 'OTHER_PHYSICAL' })
  for (const looks of [1, 2]) {
    expect(await of.job(quiet(), december)).toEqual({ low: 1 })
    expect(await counted()).toBe(before + looks)
  }
})

test('what was sent back, is past its last day, or went to another branch does not count; what is on its way does', async () => {
  const of = await bankWith({ lowStock: 2 })
  const returned = await inStock(of, { count: 2 })
  await of.run('updateDeliveryStatus', [{ deliveryStatus: 'RETURNED', kitNo: returned.kitNos.slice(0, 1) }])
  await stocked(of, { expDate: '2098-11-30', count: 5 })
  const from = await inStock(of, { count: 2 })
  const toBranch = await newBranch(of)
  await of.run('transferKits', { fromBranch: from.branchId, toBranch, kitNo: from.kitNos })
  expect(await of.job(quiet(), december)).toEqual({ low: 2 })
})

test('a bank that wants none, and a product that is retired, are never low', async () => {
  const none = await bankWith({ lowStock: 0 })
  await inStock(none, { count: 1 })
  expect(await none.job(quiet(), december)).toEqual({})
  await none.close()
  const { products } = none.tenant.definition
  bank = await StockBank.start({ products: products.map((each) => ({ ...each, retired: each.productId === '2003_PHYSICAL' })) })
  await inStock(bank, { count: 1 })
  expect(await bank.job(quiet(), december)).toEqual({ low: 0 })
})

test('with many branches the log names some and the run can be taken over behind any hundred of them', async () => {
  const of = await bankWith({ lowStock: 2 })
  const [kitNo = ''] = (await inStock(of, { count: 1 })).kitNos
  const template = await kitOf(of, kitNo)
  const branches = await Promise.all(Array.from({ length: 130 }, () => newBranch(of)))
  await stockOf(of.tenant).collection.insertMany(branches.map((branchId) => ({ ...template, _id: `5${branchId}`, branchId })) as never)
  const lines: { named: unknown[]; low: number }[] = []
  const logger = { warn: (line: (typeof lines)[number]) => lines.push(line) } as never
  let noted: { checkpoint: unknown; counts: object } | undefined
  const job = alertLowStock(logger)
  const dying: Job = {
    ...job,
    run: (run) =>
      job.run({
        ...run,
        note: async (checkpoint, counts) => {
          if (noted) throw new Error('another process has taken this run over')
          noted = { checkpoint: structuredClone(checkpoint), counts }
        },
      }),
  }
  await expect(of.job(dying, december)).rejects.toThrow('another process')
  expect(noted?.counts).toEqual({ low: 100 })
  const resumed: Job = { ...job, run: (run) => job.run({ ...run, ...(noted as Required<typeof noted>) } as never) }
  expect(await of.job(resumed, december)).toEqual({ low: 131 })
  expect(lines).toMatchObject([{ low: 131, named: Array(20).fill({ free: 1 }) }])
})
