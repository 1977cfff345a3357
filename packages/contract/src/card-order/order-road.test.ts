// The road of a card order: what the contract and common sense say of the table as a whole.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  cancelCardOrderEndpoint,
  eventTypes,
  type OrderOperation,
  type OrderStatus,
  orderRoad,
  orderStatuses,
  orderStatusesFor,
  orderStatusOf,
  processCardOrderEndpoint,
} from '../index.ts'

const operations = Object.keys(orderRoad) as OrderOperation[]
const ends: readonly OrderStatus[] = ['SUCCESS', 'FAILED', 'CANCELLED', 'EXPIRED']
const anyOperation = fc.constantFrom(...operations)

/** How far each status is; an order never goes back. */
const placeOf: Record<OrderStatus, number> = { RECEIVED: 0, PENDING: 1, PROCESSED: 2, SUCCESS: 3, FAILED: 3, CANCELLED: 3, EXPIRED: 3 }

/** The statuses that operations, one after the other, lead an order through. */
const walked = (taken: readonly OrderOperation[]): OrderStatus[] => {
  const passed: OrderStatus[] = ['RECEIVED']
  for (const operation of taken) {
    const step = orderRoad[operation][passed.at(-1) ?? 'RECEIVED']
    if ('to' in step) passed.push(step.to)
  }
  return passed
}

test('whatever happens in whatever order, an order never goes back, and nothing leads out of an end', () => {
  fc.assert(
    fc.property(fc.array(anyOperation, { maxLength: 40 }), (taken) => {
      const passed = walked(taken)
      for (const [at, status] of passed.entries()) {
        const before = passed[at - 1]
        if (before === undefined) continue
        expect(ends).not.toContain(before)
        expect(placeOf[status]).toBeGreaterThanOrEqual(placeOf[before])
      }
    }),
  )
})

test('answers of the CMS that come twice or in another order lead to the same end', () => {
  const answers = fc.array(fc.constantFrom<OrderOperation>('ACCEPT', 'FINISH'), { minLength: 1, maxLength: 10 })
  fc.assert(
    fc.property(answers, (told) => {
      expect(walked(told).at(-1)).toBe(told.includes('FINISH') ? 'PROCESSED' : 'PENDING')
      expect(walked([...told, ...told.toReversed()]).at(-1)).toBe(walked(told).at(-1))
    }),
  )
})

test('every status is reached from RECEIVED, and every end can be told from its events', () => {
  const reached = new Set<OrderStatus>(['RECEIVED'])
  for (let size = 0; size < reached.size; ) {
    size = reached.size
    for (const status of [...reached])
      for (const operation of operations) {
        const step = orderRoad[operation][status]
        if ('to' in step) reached.add(step.to)
      }
  }
  expect([...reached].toSorted()).toEqual([...orderStatuses].toSorted())
})

test('only an order that was not sent ends as CANCELLED or EXPIRED, only one that the CMS has done as SUCCESS', () => {
  const leadingTo = (end: OrderStatus) =>
    operations.flatMap((operation) =>
      orderStatusesFor(operation).filter((status) => {
        const step = orderRoad[operation][status]
        return 'to' in step && step.to === end
      }),
    )
  expect(leadingTo('CANCELLED')).toEqual(['RECEIVED'])
  expect(leadingTo('EXPIRED')).toEqual(['RECEIVED'])
  expect(leadingTo('SUCCESS')).toEqual(['PROCESSED'])
})

test('a step that changes the status is told by an event of the contract', () => {
  const known = eventTypes.map(({ type }) => type)
  for (const operation of operations)
    for (const status of orderStatuses) {
      const step = orderRoad[operation][status]
      if (!('to' in step)) continue
      if (step.event) expect(known).toContain(step.event)
      else expect(step.to).toBe(status)
    }
})

test('callers are refused with codes that their calls list', () => {
  for (const status of orderStatuses) {
    const [sent, cancelled] = [orderRoad.SEND[status], orderRoad.CANCEL[status]]
    if ('refusal' in sent) expect(processCardOrderEndpoint.errors).toContain(sent.refusal)
    if ('refusal' in cancelled) expect(cancelCardOrderEndpoint.errors).toContain(cancelled.refusal)
  }
  expect(orderStatusesFor('SEND')).toEqual(['RECEIVED'])
  expect(orderStatusesFor('CANCEL')).toEqual(['RECEIVED'])
})

test.each([
  [['FAILED', 'FAILED'], 'FAILED'],
  [['SUCCESS', 'SUCCESS'], 'SUCCESS'],
  [['SUCCESS', 'FAILED'], 'SUCCESS'],
  [['PROCESSED', 'PENDING', 'FAILED'], 'PENDING'],
  [['SUCCESS', 'PROCESSED'], 'PROCESSED'],
  [['CANCELLED', 'CANCELLED'], 'CANCELLED'],
] as const)('products that are %s make an order %s', (products, status) => {
  expect(orderStatusOf(products)).toBe(status)
  expect(orderStatusOf(products.toReversed())).toBe(status)
})
