// What this context keeps of a kit, event by event.
import type { KitInfo } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { expect, test } from '@jest/globals'
import { kitInfo } from '../test/customers.ts'
import type { KnownKit } from './kit-projection.ts'
import { applyKitEvent, onKitEvents } from './on-kit-events.ts'

const { cardNumber: maskedCardNumber, ...same } = kitInfo
const issued = { payload: { type: 'KitIssued', ...same, maskedCardNumber, issuedAt: '2026-11-20T10:00:00.000Z' } }
const changedAt = '2026-11-21T10:00:00.123Z'
const shownAt = '2026-11-21T10:00:00.123+00:00'
const known = (change: Partial<KitInfo> = {}): KnownKit => ({
  _id: '4240171642',
  version: 1,
  lastSequence: 1,
  parked: [],
  ...applyKitEvent(null, issued),
  kitInfo: { ...kitInfo, ...change },
})

test('an issued kit is known as the kit context shows it', () => {
  const timestamp = '2026-11-20T10:00:00.000+00:00'
  expect(applyKitEvent(null, issued)).toEqual({
    entityId: '675676',
    accountNo: '8642135',
    issuedAt: '2026-11-20T10:00:00.000Z',
    kitInfo: { ...kitInfo, createdDate: timestamp, changedDate: timestamp },
  })
  expect(applyKitEvent(null, { payload: { ...issued.payload, tierType: 'SILVER' } })).toMatchObject({ kitInfo: { tierType: 'SILVER' } })
})

test('an activated kit is active, with the day of its activation', () => {
  expect(applyKitEvent(known(), { payload: { type: 'KitActivated', activatedAt: changedAt } })).toEqual({
    kitInfo: { ...kitInfo, cardStatus: 'ACTIVE', cardActivationDate: shownAt, changedDate: shownAt },
  })
})

test.each([
  ['KitLocked', 'ACTIVE', 'LOCKED'],
  ['KitUnlocked', 'LOCKED', 'ACTIVE'],
  ['KitBlocked', 'ACTIVE', 'BLOCKED'],
  ['KitReplaced', 'LOCKED', 'REPLACED'],
  ['KitHotlisted', 'BLOCKED', 'HOTLISTED'],
] as const)('%s makes a kit that is %s %s', (type, before, after) => {
  const activated = { cardStatus: before, cardActivationDate: '2026-11-20T12:00:00.000+00:00' } as const
  expect(applyKitEvent(known(activated), { payload: { type, previousStatus: before, changedAt } })).toEqual({
    kitInfo: { ...kitInfo, ...activated, cardStatus: after, changedDate: shownAt },
  })
})

test('an expired kit and a closed one are told so', () => {
  expect(applyKitEvent(known(), { payload: { type: 'KitExpired', previousStatus: 'ACTIVE', expiredAt: changedAt } })).toEqual({
    kitInfo: { ...kitInfo, cardStatus: 'EXPIRED_CARD', changedDate: shownAt },
  })
  expect(applyKitEvent(known(), { payload: { type: 'KitClosed', previousStatus: 'BLOCKED', closedAt: changedAt } })).toEqual({
    kitInfo: { ...kitInfo, cardStatus: 'CLOSED', changedDate: shownAt },
  })
})

test('a virtual card that got its plastic is a physical one of another product, in the status it had', () => {
  const product = { productId: '2003_PHYSICAL', productName: '2003_PHYSICAL', tierType: 'SILVER' }
  const converted = { type: 'KitConverted', cardType: 'PHYSICAL', cardStatus: 'LOCKED', ...product, convertedAt: changedAt }
  expect(applyKitEvent(known({ cardStatus: 'LOCKED' }), { payload: converted })).toEqual({
    kitInfo: { ...kitInfo, ...product, cardType: 'PHYSICAL', cardStatus: 'LOCKED', changedDate: shownAt },
  })
})

test('an upgrade changes the new kit only, which tells of itself', () => {
  expect(applyKitEvent(known(), { payload: { type: 'KitUpgraded', newKitNo: '1' } })).toEqual({})
})

test('an event of a later release only moves the sequence on', () => {
  expect(applyKitEvent(known(), { payload: { type: 'KitPolished' } })).toEqual({})
})

test('only kits with an owner are followed: no production of an order, no kit that ends in stock', () => {
  const concerns = (payload: object) => onKitEvents.concerns?.({ payload } as ReceivedEvent)
  expect(concerns({ type: 'KitAssigned', kitNo: '4240171508', entityId: 'req7' })).toBe(true)
  expect(concerns({ type: 'KitsProduced', orderId: 'ORD-001' })).toBe(false)
  expect(concerns({ type: 'KitsNotProduced', orderId: 'ORD-001' })).toBe(false)
  expect(concerns({ type: 'KitExpired', kitNo: '4240171508', previousStatus: 'UNALLOCATED' })).toBe(false)
})
