// Cards in step with their kit.
import { eventTypes } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { expect, test } from '@jest/globals'
import { definition, product } from '../test/products.ts'
import { type Card, newCard } from './card.ts'
import { applyKitEvent, onKitEvents } from './on-kit-events.ts'
import { defaultsOf } from './preference.ts'

const issued = {
  type: 'KitIssued',
  kitNo: '4240171508',
  entityId: 'req7',
  productId: product.productId,
  cardType: 'VIRTUAL',
  cardStatus: 'INACTIVE',
  maskedCardNumber: '608040XXXXXX6954',
  expDate: '2029-07-31T00:00:00.000+00:00',
}
const card: Card = { ...newCard, _id: '4240171508', lastSequence: 1, parked: [], optIns: { 'super-pin': true } }

test('of an issued card is kept what PIN and preference calls ask for, with the product’s defaults of that day', () => {
  expect(applyKitEvent(null, { payload: issued }, definition)).toEqual({
    entityId: 'req7',
    productId: '2003_VIRTUAL',
    cardType: 'VIRTUAL',
    cardStatus: 'INACTIVE',
    maskedCardNumber: '608040XXXXXX6954',
    expiry: '2907',
    issued: defaultsOf(product),
  })
})

test('an event that comes after a choice, a PIN or an opt-in touches none of them', () => {
  const own = ['chosen', 'optIns', 'pin', 'encryptedPan', 'panKeyVersion', 'pinMailer']
  for (const { type, example } of eventTypes.filter(({ owner }) => owner === 'kit')) {
    const change = applyKitEvent(card, { payload: { ...example, productId: product.productId, type } }, definition)
    expect(Object.keys(change).filter((field) => own.includes(field))).toEqual([])
  }
})

test.each([
  ['KitActivated', 'ACTIVE'],
  ['KitUnlocked', 'ACTIVE'],
  ['KitLocked', 'LOCKED'],
  ['KitBlocked', 'BLOCKED'],
  ['KitHotlisted', 'HOTLISTED'],
  ['KitReplaced', 'REPLACED'],
  ['KitExpired', 'EXPIRED_CARD'],
  ['KitClosed', 'CLOSED'],
])('%s makes the status %s and changes nothing else', (type, cardStatus) => {
  expect(applyKitEvent(card, { payload: { type, kitNo: '4240171508' } }, definition)).toEqual({ cardStatus })
})

test('a virtual card that became a physical one has the other product, and what holds for it goes on', () => {
  const converted = { type: 'KitConverted', kitNo: '4240171508', cardType: 'PHYSICAL', cardStatus: 'ACTIVE', productId: '2003_PHYSICAL' }
  expect(applyKitEvent(card, { payload: converted }, definition)).toEqual({
    productId: '2003_PHYSICAL',
    cardType: 'PHYSICAL',
    cardStatus: 'ACTIVE',
  })
})

test('KitAssigned says what the KitIssued that comes with it says', () => {
  expect(applyKitEvent(null, { payload: { type: 'KitAssigned', cardStatus: 'ASSIGNED' } }, definition)).toEqual({ cardStatus: 'ASSIGNED' })
})

test.each(['KitPolished', 'KitUpgraded', 'KitRenewalDue'])('%s changes nothing', (type) => {
  expect(applyKitEvent(null, { payload: { type } }, definition)).toEqual({})
})

test('a card of a product that is not defined is a fault, so that the event is set aside and can be driven again', () => {
  expect(() => applyKitEvent(null, { payload: { ...issued, productId: 'GOLD' } }, definition)).toThrow(
    'product GOLD of kit 4240171508 is not defined',
  )
})

test('a new document has what an aggregate needs', () => {
  expect(newCard).toEqual({ version: 0, sequence: 0, relayedSequence: 0, outbox: [], commandIds: [] })
})

test('only kits with an owner are followed: no production of an order, no kit that ends in stock', () => {
  const concerns = (payload: object) => onKitEvents({} as Parameters<typeof onKitEvents>[0]).concerns?.({ payload } as ReceivedEvent)
  expect(concerns({ type: 'KitAssigned', kitNo: '4240171508', entityId: 'req7' })).toBe(true)
  expect(concerns({ type: 'KitsProduced', orderId: 'ORD-001' })).toBe(false)
  expect(concerns({ type: 'KitsNotProduced', orderId: 'ORD-001' })).toBe(false)
  expect(concerns({ type: 'KitExpired', kitNo: '4240171508', previousStatus: 'UNALLOCATED' })).toBe(false)
})
