// The list of a wallet's ledger: newest first, from the purse and from the collection, by an index.
import type { WalletLedgerTransactions } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { rowsOfLedger } from '../src/fetch-wallet-ledger-transactions.ts'
import { type LedgerRow, ledgerOf, rowOf } from '../src/ledger-row.ts'
import { moveEntries, pursesWithEntries } from '../src/move-entries.ts'
import { newPurse, pursesOf } from '../src/purse.ts'
import { pursesLeft } from '../src/settle-loads.ts'
import { ENTITY, WalletBank } from './wallet-bank.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

let bank: WalletBank
beforeAll(async () => {
  bank = await WalletBank.start()
})
afterAll(() => bank.close())

const list = (kitNo: string, filters: object = {}) =>
  bank.run('fetchWalletLedgerTransactions', { kitNo, entityId: ENTITY, walletType: 'NCMC', ...filters })
const rowsOf = async (kitNo: string, filters: object = {}) =>
  ((await list(kitNo, filters)).result as WalletLedgerTransactions).ledgerOfflineStagedTransactionData
const txnIdsOf = async (kitNo: string, filters: object = {}) => (await rowsOf(kitNo, filters)).map(({ txnId }) => txnId)
const move = () => bank.sweep(moveEntries(() => Date.now() + MINUTE_MS))
const at = (time: string) => {
  bank.clock = () => new Date(time)
}

test('every load is a row with its outcome, before its entry has left the purse and after', async () => {
  const kitNo = bank.issue()
  at('2026-01-05T10:00:00Z')
  await bank.load(kitNo, `${kitNo}-1`, '200')
  at('2026-01-05T10:00:01Z')
  await bank.load(kitNo, `${kitNo}-2`, '1800.01')
  at('2026-01-05T10:00:02Z')
  bank.coreBanking.fail('debit', 'unheard')
  await bank.load(kitNo, `${kitNo}-3`, '5')
  bank.clock = () => new Date()
  const shared = {
    accountNo: kitNo,
    convertedAmount: 0,
    crDr: 'C',
    kitNo,
    transactionCurrencyCode: '356',
    transactionType: 'LOAD',
    txnOrigin: 'WEB',
  }
  const none = { errorCode: null, errorDescription: null }
  const expected = [
    { ...shared, ...none, amount: '5.00', transactionStatus: 'PENDING', txnId: `${kitNo}-3`, time: '2026-01-05T15:30:02' },
    {
      ...shared,
      errorCode: 'TX0057',
      errorDescription: 'balance greater than Maximum Balance',
      amount: '1800.01',
      transactionStatus: 'FAILED',
      txnId: `${kitNo}-2`,
      time: '2026-01-05T15:30:01',
    },
    { ...shared, ...none, amount: '200.00', transactionStatus: 'SUCCESS', txnId: `${kitNo}-1`, time: '2026-01-05T15:30:00' },
  ]
  expect(await rowsOf(kitNo)).toEqual(expected)
  await move()
  expect((await bank.purse(kitNo)).entries).toEqual([])
  expect(await rowsOf(kitNo)).toEqual(expected)
  expect(await txnIdsOf(kitNo, { isSuccessTransaction: true })).toEqual([`${kitNo}-1`])
  expect((await list(kitNo)).result).toMatchObject({ ledgerOfflineTransactionData: [] })
})

test('an entry that stands in both places, as a process that died leaves it, is shown once', async () => {
  const kitNo = bank.issue()
  await bank.load(kitNo, `${kitNo}-1`, '1')
  await bank.load(kitNo, `${kitNo}-2`, '1')
  const { entries } = await bank.purse(kitNo)
  await ledgerOf(bank.tenant).collection.insertMany(entries.map((entry) => rowOf(kitNo, entry)) as never)
  expect(await txnIdsOf(kitNo)).toEqual([`${kitNo}-2`, `${kitNo}-1`])
  await move()
  expect((await bank.purse(kitNo)).entries).toEqual([])
  expect(await txnIdsOf(kitNo)).toEqual([`${kitNo}-2`, `${kitNo}-1`])
})

test('days are the bank’s own, both included', async () => {
  const kitNo = bank.issue()
  for (const [txn, time] of ['2026-01-04T18:29:59Z', '2026-01-04T18:30:00Z', '2026-01-06T18:29:59Z', '2026-01-06T18:30:00Z'].entries()) {
    at(time)
    await bank.load(kitNo, `${kitNo}-${txn}`, '1')
  }
  bank.clock = () => new Date()
  const days = { startDate: '05-01-2026', endDate: '06-01-2026' }
  const inside = [`${kitNo}-2`, `${kitNo}-1`]
  expect(await txnIdsOf(kitNo, days)).toEqual(inside)
  await move()
  expect(await txnIdsOf(kitNo, days)).toEqual(inside)
})

test('pages go over what is in the purse and what has left it, with the totals of both', async () => {
  const kitNo = bank.issue()
  for (let txn = 0; txn < 5; txn++) {
    at(new Date(Date.parse('2026-01-05T10:00:00Z') + txn * 1_000).toISOString())
    await bank.load(kitNo, `${kitNo}-${txn}`, '1')
    if (txn === 2) await move()
  }
  bank.clock = () => new Date()
  const pages = await Promise.all([1, 2, 3].map((pageNo) => list(kitNo, { pageNo, pageSize: 2 })))
  const all = pages.flatMap(({ result }) => (result as WalletLedgerTransactions).ledgerOfflineStagedTransactionData)
  expect(all.map(({ txnId }) => txnId)).toEqual([4, 3, 2, 1, 0].map((txn) => `${kitNo}-${txn}`))
  expect(pages[0]?.pagination).toEqual({ pageNo: 1, pageSize: 2, totalRecords: 5, totalElements: 5, totalPages: 3 })
  expect((await list(kitNo)).pagination).toBeNull()
  expect(await list(kitNo, { pageNo: 4, pageSize: 2 })).toMatchObject({ status: 400, code: 'invalid.input.request' })
  expect((await list(bank.issue(), { pageNo: 1 })).pagination).toMatchObject({ totalRecords: 0, totalPages: 0 })
})

/** Names of the indexes that a plan reads, in the words of either engine. */
function indexesOf(explained: unknown): string[] {
  if (typeof explained !== 'object' || explained === null) return []
  const named = Object.entries(explained).flatMap(([name, part]) =>
    (name === 'Index Name' || name === 'indexName') && typeof part === 'string' ? [part] : name === 'rejectedPlans' ? [] : indexesOf(part),
  )
  return [...new Set(named)]
}
const indexFor = async (query: { explain(): PromiseLike<unknown> }): Promise<string[]> => indexesOf(await query.explain())

test('lists and sweeps find what they look for by an index', async () => {
  const { tenant } = bank
  const purses = Array.from({ length: 3_000 }, (_, number) => ({ ...newPurse(`K${number}`, ENTITY), ...(number === 7 && busy) }))
  await pursesOf(tenant).collection.insertMany(purses as never)
  const rows = Array.from(
    { length: 3_000 },
    (_, number) => ({ _id: `r${number}`, kitNo: `K${number % 300}`, at: new Date(number) }) as LedgerRow,
  )
  await ledgerOf(tenant).collection.insertMany(rows as never)
  const upTo = new Date(Date.now() + DAY_MS)
  expect(await indexFor(pursesLeft(tenant, upTo))).toContain('openLoads.since_1')
  expect(await indexFor(pursesWithEntries(tenant, upTo))).toContain('entriesSince_1')
  expect(await indexFor(rowsOfLedger(tenant, { kitNo: 'K7' }).limit(20))).toContain('kitNo_1_at_-1__id_-1')
})

const busy = {
  openLoads: [{ txnId: 'T', transactionType: 'LOAD', amountPaise: 1, accountNo: '1', since: new Date(0) }],
  entriesSince: new Date(0),
}
