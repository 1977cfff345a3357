// The rule of opting in and out.
// Rule: docs/rules.md#opt-ins.
import { type OptInOperation, optInChangedEvent, validatorOf } from '@dcms/contract'
import { refuse, unchanged } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { product } from '../test/products.ts'
import { decideOptIn } from './process-opt-in.ts'
import type { CardFacts } from './read-card.ts'

const now = new Date('2026-11-21T10:00:00Z')
const facts: CardFacts = { entityId: 'req7', productId: product.productId, cardType: 'VIRTUAL', cardStatus: 'ACTIVE', expiry: '2907' }
const input = { entityId: 'req7', kitNo: '4240171508', operation: 'super-pin', optedIn: true } as const

const decide = (
  change: object = {},
  optIns: Partial<Record<OptInOperation, boolean>> = {},
  cardStatus: CardFacts['cardStatus'] = 'ACTIVE',
) => decideOptIn({ card: { _id: '4240171508', optIns }, facts: { ...facts, cardStatus }, product }, { ...input, ...change }, now)

test('a feature is switched on, the others stay, and who did it is told', () => {
  const decision = decide({ channel: 'SMS', creator: 'a', changer: 'b', approver: 'c' }, { 'sms-alerts': true })
  const event = {
    type: 'OptInChanged',
    kitNo: '4240171508',
    entityId: 'req7',
    operation: 'super-pin',
    optedIn: true,
    channel: 'SMS',
    creator: 'a',
    changer: 'b',
    approver: 'c',
    changedAt: '2026-11-21T10:00:00.000Z',
  }
  expect(decision).toEqual({ kind: 'changed', set: { optIns: { 'sms-alerts': true, 'super-pin': true } }, events: [event] })
  expect(validatorOf(optInChangedEvent.schema)({ ...event })).toEqual({ valid: true, value: event })
})

test('a feature is switched off again', () => {
  expect(decide({ optedIn: false }, { 'super-pin': true })).toMatchObject({ kind: 'changed', set: { optIns: { 'super-pin': false } } })
})

test('a repeat changes nothing, and opting out of what was never asked for neither', () => {
  expect(decide({}, { 'super-pin': true })).toEqual(unchanged)
  expect(decide({ optedIn: false }, { 'super-pin': false })).toEqual(unchanged)
  expect(decide({ optedIn: false })).toEqual(unchanged)
})

test('a feature that the product does not list is refused', () => {
  expect(decide({ operation: 'ncmc-offline' })).toEqual(refuse('product.level.disable'))
})

test.each([
  ['BLOCKED', 'card.blocked'],
  ['HOTLISTED', 'card.blocked'],
  ['REPLACED', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active'],
  ['CLOSED', 'card.status.active'],
] as const)('a card that is %s is refused with %s', (cardStatus, code) => {
  expect(decide({}, {}, cardStatus)).toEqual(refuse(code))
})

test('somebody else’s card is unknown', () => {
  expect(decide({ entityId: 'req8' })).toEqual(refuse('MCC007'))
})
