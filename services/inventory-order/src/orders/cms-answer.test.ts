// What an answer of the card management system makes of an order: by the table of its road alone,
// whatever comes in whatever order.
// Rule: docs/rules.md#an-orders-road.
import { type OrderStatus, orderRoad, orderStatusOf } from '@dcms/contract'
import { newlyStored } from '@dcms/service'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { CmsOrder, CmsStatus } from './card-management-system.ts'
import { decideAnswer, decideGivingUp, decideRejection } from './cms-answer.ts'
import type { Order, OrderLine } from './order.ts'

const now = new Date('2026-01-05T10:00:00Z')
const line = (status: OrderStatus): OrderLine => ({
  bin: '608040',
  productId: '2003_PHYSICAL',
  quantity: 10,
  cardType: 'PHYSICAL',
  embossType: 'NON_PERSONALIZED',
  status,
  stocked: 0,
})
const orderOf = (...lines: OrderStatus[]): Order => ({
  ...newlyStored({
    _id: 'ORD-001',
    status: orderStatusOf(lines),
    placed: { branchInfo: { branchId: 'BR1' }, products: [] },
    placedHash: '',
    branchId: 'BR1',
    lines: lines.map(line),
    totalQuantity: 10 * lines.length,
    receivedAt: now,
    changedAt: now,
    attempts: 0,
    stocked: 0,
    stockedBatch: 0,
  }),
})
const said = (...lines: CmsStatus[]): CmsOrder => ({
  cardOrderName: '1763369938',
  status: lines[0] ?? 'PENDING',
  products: lines.map((status, position) => ({
    line: position,
    status,
    ...(status === 'FAILED' && { reason: 'No plastic', reasonCode: 'cms.none' }),
  })),
})
/** The order after an answer, and what was told. */
function after(order: Order, answer: CmsOrder): { order: Order; types: string[] } {
  const decision = decideAnswer(order, answer, now)
  if (decision.kind !== 'changed') return { order, types: [] }
  const changed = { ...order, ...decision.set }
  for (const field of decision.unset ?? []) delete changed[field]
  return { order: changed, types: decision.events.map(({ type }) => type) }
}

const cmsStatus = fc.constantFrom<CmsStatus>('PENDING', 'PROCESSED', 'FAILED')
const answers = fc.array(fc.tuple(cmsStatus, cmsStatus), { maxLength: 12 })

test('every step that answers make is one of the table, and tells what the table says', () => {
  fc.assert(
    fc.property(answers, (given) => {
      let order = orderOf('RECEIVED', 'RECEIVED')
      for (const lines of given) {
        const next = after(order, said(...lines))
        expect(next.order.status).toBe(orderStatusOf(next.order.lines.map(({ status }) => status)))
        if (next.order.status === order.status) expect(next.types).toEqual([])
        else {
          const steps = (['ACCEPT', 'FINISH', 'REJECT'] as const).map((operation) => orderRoad[operation][order.status])
          expect(steps).toContainEqual({ to: next.order.status, event: next.types[0] })
          expect(next.types).toHaveLength(1)
        }
        order = next.order
      }
    }),
  )
})

test('the same answers again, in any order, change nothing more', () => {
  fc.assert(
    fc.property(answers, (given) => {
      const once = given.reduce((order, lines) => after(order, said(...lines)).order, orderOf('RECEIVED', 'RECEIVED'))
      const isEnded = once.lines.every(({ status }) => status === 'PROCESSED' || status === 'FAILED')
      fc.pre(isEnded)
      for (const lines of given.toReversed()) expect(decideAnswer(once, said(...lines), now)).toEqual({ kind: 'unchanged' })
    }),
  )
})

test('an order that ended without being sent stays so, whatever is said', () => {
  for (const status of ['CANCELLED', 'EXPIRED', 'SUCCESS'] as const)
    for (const answer of ['PENDING', 'PROCESSED', 'FAILED'] as const)
      expect(decideAnswer(orderOf(status), said(answer), now)).toEqual({ kind: 'unchanged' })
})

test('a product that the answer does not name is as the whole', () => {
  const { order } = after(orderOf('RECEIVED', 'RECEIVED'), {
    cardOrderName: '1',
    status: 'PROCESSED',
    products: [{ line: 0, status: 'FAILED' }],
  })
  expect(order.lines.map(({ status }) => status)).toEqual(['FAILED', 'PROCESSED'])
  expect(order.lines[0]?.reason).toBe('The card management system gave no reason')
})

test('an order that is refused or given up has failed with all its products; one that is done has not', () => {
  const refused = decideRejection(orderOf('RECEIVED', 'RECEIVED'), 'cms.product.not.found', now)
  expect(refused).toMatchObject({
    kind: 'changed',
    set: { status: 'FAILED', reasonCode: 'cms.product.not.found', lines: [{ status: 'FAILED' }, { status: 'FAILED' }] },
    events: [{ type: 'OrderFailed', orderId: 'ORD-001', branchId: 'BR1', reasonCode: 'cms.product.not.found' }],
  })
  const givenUp = decideGivingUp({ ...orderOf('PENDING', 'FAILED'), attempts: 4 }, now)
  expect(givenUp).toMatchObject({ kind: 'changed', set: { status: 'FAILED' }, events: [{ reason: 'No answer after 3 retries' }] })
  for (const status of ['PROCESSED', 'SUCCESS', 'CANCELLED'] as const) {
    expect(decideRejection(orderOf(status), 'cms.late', now)).toEqual({ kind: 'unchanged' })
    expect(decideGivingUp(orderOf(status), now)).toEqual({ kind: 'unchanged' })
  }
})
