// What dcms orders shows, how it follows an order, and what it says when something is wrong.
import type { CardOrderShown } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { orderOperations } from '../operator/operator-orders.ts'
import { orderTable, orderText, progressText } from './dcms-orders.ts'

const order: CardOrderShown = {
  orderId: 'ORD-1',
  status: 'RECEIVED',
  branchId: 'BR001',
  lines: [{ productId: 'CLASSIC', bin: '608040', cardType: 'PHYSICAL', status: 'RECEIVED', quantity: 100, stocked: 0 }],
  totalQuantity: 100,
  stocked: 0,
  receivedAt: '2026-11-21T09:00:00.000Z',
  changedAt: '2026-11-21T09:00:00.000Z',
  attempts: 0,
}
const made = { ...order, status: 'PROCESSED', stocked: 60, attempts: 1, cardOrderName: '1763000001' } as const
const cellsOf = (table: string) => table.split('\n').map((line) => line.split(/ {2,}/))

test('the list has one line per order: how much of it is in stock, and what is to be known beyond its status', () => {
  const orders: CardOrderShown[] = [
    { ...order, dueAt: '2026-11-22T09:00:00.000Z' },
    { ...order, sendingSince: '2026-11-21T09:01:00.000Z', dueAt: '2026-11-21T09:00:00.000Z' },
    made,
    { ...made, status: 'PENDING', attempts: 2 },
    { ...order, status: 'FAILED', reason: 'no such product', attempts: 1 },
  ]
  expect(cellsOf(orderTable(orders)).map((cells) => cells.slice(2))).toEqual([
    ['status', 'stocked', 'received', 'name at the CMS', 'note'],
    ['RECEIVED', '0/100', '2026-11-21 09:00:00Z', 'due at 2026-11-22 09:00:00Z'],
    ['RECEIVED', '0/100', '2026-11-21 09:00:00Z', 'sent at 2026-11-21 09:01:00Z, outcome unknown'],
    ['PROCESSED', '60/100', '2026-11-21 09:00:00Z', '1763000001'],
    ['PENDING', '60/100', '2026-11-21 09:00:00Z', '1763000001', 'placed 2 times'],
    ['FAILED', '0/100', '2026-11-21 09:00:00Z', 'no such product'],
  ])
})

test('one order is shown with what is known of it, and with its products', () => {
  const text = orderText({
    ...made,
    reason: 'not produced',
    reasonCode: 'cms.product.not.produced',
    processedAt: '2026-11-21T09:30:00.000Z',
  })
  expect(text).toContain('PROCESSED, 60 of 100 kits in stock (60 %)')
  expect(text).toContain('not produced (cms.product.not.produced)')
  expect(text).toContain('2026-11-21 09:30:00Z')
  expect(text).not.toContain('expires')
  expect(cellsOf(text).at(-1)).toEqual(['CLASSIC', '608040', 'PHYSICAL', 'RECEIVED', '0/100'])
})

test('an order is all in stock only when its last kit is', () => {
  expect(progressText({ ...made, totalQuantity: 1_000_000, stocked: 999_999 })).toContain('(99 %)')
  expect(progressText({ ...made, stocked: 100 })).toContain('(100 %)')
})

test('an order is followed to its end, and each change is told once', async () => {
  const states = [made, made, { ...made, stocked: 80 }, { ...made, status: 'SUCCESS', stocked: 100 } as const]
  const { followed } = orderOperations(async () => (states.shift() ?? order) as never)
  const told: string[] = []
  const ended = await followed('ACME_BANK', 'ORD-1', (now) => told.push(progressText(now)))
  expect(ended.status).toBe('SUCCESS')
  expect(told).toEqual([
    'PROCESSED, 60 of 100 kits in stock (60 %)',
    'PROCESSED, 80 of 100 kits in stock (80 %)',
    'SUCCESS, 100 of 100 kits in stock (100 %)',
  ])
})

test('an order that does not end is left after the time, as it is then', async () => {
  const { followed } = orderOperations(async () => made as never)
  expect(await followed('ACME_BANK', 'ORD-1', () => undefined, 1)).toEqual(made)
})
