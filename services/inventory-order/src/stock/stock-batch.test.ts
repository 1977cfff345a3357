// The rules of stocking by plain calls: lines, the order's status, events.
import { expect, test } from '@jest/globals'
import { orderLine, processedOrder, producedBatch } from '../../test/made.ts'
import { decideLack } from './fail-production.ts'
import { decideStocked } from './stock-batch.ts'

const now = new Date('2026-01-05T10:00:00Z')
const other = { productId: 'OTHER_PHYSICAL' }
const lack = { productId: '2003_PHYSICAL', reason: 'no numbers left', reasonCode: 'bin.range.exhausted' }

test('the last kit makes the line and the order SUCCESS, and it is told', () => {
  const order = processedOrder('B1')
  const decided = decideStocked(order, producedBatch(order._id), now)
  expect(decided).toMatchObject({
    kind: 'changed',
    set: { status: 'SUCCESS', stocked: 2, stockedBatch: 1, completedAt: now, lines: [{ status: 'SUCCESS', stocked: 2 }] },
    events: [{ type: 'OrderCompleted', orderId: order._id, branchId: 'B1', totalQuantity: 2, completedAt: now.toISOString() }],
  })
})

test('until then the order stays PROCESSED, and so do the lines of other products', () => {
  const order = processedOrder('B1', [orderLine({ quantity: 3 }), orderLine({ ...other, quantity: 1 })])
  const decided = decideStocked(order, producedBatch(order._id, { count: 3 }), now)
  expect(decided).toMatchObject({
    set: { status: 'PROCESSED', stocked: 3, lines: [{ status: 'SUCCESS' }, { status: 'PROCESSED', stocked: 0 }] },
  })
  expect(decided).toMatchObject({ events: [] })
})

test('two lines of one product are filled one after the other', () => {
  const order = processedOrder('B1', [orderLine({ quantity: 1 }), orderLine({ quantity: 2 })])
  expect(decideStocked(order, producedBatch(order._id), now)).toMatchObject({
    set: { lines: [{ stocked: 1, status: 'SUCCESS' }, { stocked: 1 }] },
  })
})

test.each([1, 3])('batch %i is not the one after the first: nothing changes', (batch) => {
  const order = processedOrder('B1', [orderLine({ quantity: 6 })], { stockedBatch: 1 })
  expect(decideStocked(order, producedBatch(order._id, { batch }), now)).toEqual({ kind: 'unchanged' })
})

test('an order whose only product cannot be made fails, and says why', () => {
  const order = processedOrder('B1')
  expect(decideLack(order, lack, now)).toMatchObject({
    set: { status: 'FAILED', reason: lack.reason, reasonCode: lack.reasonCode, lines: [{ status: 'FAILED', reason: lack.reason }] },
    events: [{ type: 'OrderFailed', orderId: order._id, reason: lack.reason, reasonCode: lack.reasonCode }],
  })
})

test('an order whose other product is in stock is complete with it', () => {
  const order = processedOrder('B1', [orderLine(), orderLine({ ...other, status: 'SUCCESS', stocked: 2 })], { stocked: 2 })
  expect(decideLack(order, lack, now)).toMatchObject({
    set: { status: 'SUCCESS', completedAt: now },
    events: [{ type: 'OrderCompleted', totalQuantity: 2 }],
  })
})

test('an order whose other product is still being made waits for it', () => {
  const order = processedOrder('B1', [orderLine(), orderLine(other)])
  const decided = decideLack(order, lack, now)
  expect(decided).toMatchObject({ set: { status: 'PROCESSED' }, events: [] })
  const left = { ...order, lines: (decided as { set: { lines: typeof order.lines } }).set.lines }
  expect(decideLack(left, lack, now)).toEqual({ kind: 'unchanged' }) // told twice
  expect(decideStocked(left, producedBatch(order._id, { productId: 'OTHER_PHYSICAL' }), now)).toMatchObject({ set: { status: 'SUCCESS' } })
})
