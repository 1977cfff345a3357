// What dcms stock adds up and shows, and which orders its verification finds wrong.
import type { StockPage, StockSum } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { stockOperations } from '../operator/operator-stock.ts'
import { byProduct, reportText, stockTable } from './dcms-stock.ts'

const sum: StockSum = {
  branchId: 'BR001',
  productId: 'CLASSIC',
  orderId: 'ORD-1',
  kitStatus: 'UNALLOCATED',
  deliveryStatus: 'BANK',
  held: false,
  kits: 10,
}
/** A service whose stock has these pages, and orders that count as many kits. */
const operations = (
  pages: readonly StockPage[],
  counted: Readonly<Record<string, number>> = {},
  completedAt = '2020-01-01T00:00:00.000Z',
) =>
  stockOperations(
    async (_owner, _tenant, _what, _endpoint, body) => {
      const { after } = body as { after?: string }
      return pages[after === undefined ? 0 : Number(after)] as never
    },
    { show: async (_tenant, orderId) => ({ stocked: counted[orderId] ?? 0, completedAt }) as never },
  )

test('pages are added up, and what is held is told beside the kits of all orders', async () => {
  const { sums } = operations([
    { sums: [sum, { ...sum, held: true, kits: 1 }], faults: [], after: '1' },
    {
      sums: [
        { ...sum, kits: 5 },
        { ...sum, orderId: 'ORD-2', kits: 2 },
        { ...sum, productId: 'VIRTUAL', deliveryStatus: null },
      ],
      faults: [],
    },
  ])
  const told: number[] = []
  const table = stockTable(byProduct(await sums('ACME_BANK', 'BR001', (kits) => told.push(kits))))
  expect(told).toEqual([11, 28])
  expect(table.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['product', 'status', 'delivery', 'kits', 'held'],
    ['CLASSIC', 'UNALLOCATED', 'BANK', '18', '1'],
    ['VIRTUAL', 'UNALLOCATED', '10'],
  ])
})

test('a verification tells kits with wrong entries and complete orders that lack kits or have too many', async () => {
  const faults = [{ kitNo: '1', fault: 'it has no entries' }]
  const pages = [{ sums: [sum, { ...sum, orderId: 'ORD-2' }, { ...sum, orderId: 'ORD-3' }], faults }]
  const report = await operations(pages, { 'ORD-1': 10, 'ORD-2': 11, 'ORD-3': 9 }).verify('ACME_BANK')
  expect(report).toEqual({
    kits: 30,
    faults,
    orders: [
      { orderId: 'ORD-2', counted: 11, kits: 10 },
      { orderId: 'ORD-3', counted: 9, kits: 10 },
    ],
    faultsInAll: 3,
  })
  expect(reportText(report).split('\n')).toEqual([
    'kit 1: it has no entries',
    'order ORD-2: counts 11 kits, 10 are there',
    'order ORD-3: counts 9 kits, 10 are there',
  ])
})

test('an order that was completed while the stock was looked at is not judged, nor is any by the kits of one branch', async () => {
  const pages = [{ sums: [sum], faults: [] }]
  const { orders } = await operations(pages, { 'ORD-1': 20 }, '2199-01-01T00:00:00.000Z').verify('ACME_BANK')
  expect(orders).toEqual([])
  const report = await operations(pages, { 'ORD-1': 20 }).verify('ACME_BANK', 'BR001')
  expect(reportText(report)).toBe('10 kits: ledger, stock and cards agree')
})

test('of very many faults the first hundred are told, and how many more there are', () => {
  const faults = Array.from({ length: 150 }, (_, at) => ({ kitNo: String(at), fault: 'it has no entries' }))
  const lines = reportText({ kits: 150, faults, orders: [], faultsInAll: 150 }).split('\n')
  expect([lines.length, lines.at(-1)]).toEqual([101, '… and 50 more (--json tells 10,000)'])
})

test('of more faults than a report keeps the number is told', async () => {
  const faults = Array.from({ length: 5_000 }, (_, at) => ({ kitNo: String(at), fault: 'it has no entries' }))
  const pages = [0, 1, 2].map((page) => ({ sums: [sum], faults, ...(page < 2 && { after: String(page + 1) }) }))
  const report = await operations(pages, { 'ORD-1': 30 }).verify('ACME_BANK')
  expect([report.faults.length, report.faultsInAll]).toEqual([10_000, 15_000])
  expect(reportText(report).split('\n').at(-1)).toBe('… and 14900 more (--json tells 10,000)')
})
