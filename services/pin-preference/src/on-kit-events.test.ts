// Preferences in step with their kit.
import { expect, test } from '@jest/globals'
import { definition, product } from '../test/products.ts'
import { applyKitEvent } from './on-kit-events.ts'
import { defaultsOf, newPreference, type Preference } from './preference.ts'

const issued = { type: 'KitIssued', kitNo: '4240171508', entityId: 'req7', productId: product.productId, cardStatus: 'INACTIVE' }

test('an issued card gets its product’s defaults', () => {
  expect(applyKitEvent(null, { payload: issued }, definition)).toEqual({
    entityId: 'req7',
    productId: '2003_VIRTUAL',
    cardStatus: 'INACTIVE',
    ...defaultsOf(product),
  })
})

test.each([
  ['KitActivated', 'ACTIVE'],
  ['KitUnlocked', 'ACTIVE'],
  ['KitLocked', 'LOCKED'],
  ['KitBlocked', 'BLOCKED'],
])('%s makes the status %s and leaves what the holder chose alone', (type, cardStatus) => {
  const chosen: Preference = { ...newPreference, _id: '4240171508', lastSequence: 1, parked: [], dynamicAuth: { otp: true, pin: false } }
  expect(applyKitEvent(chosen, { payload: { type, kitNo: '4240171508' } }, definition)).toEqual({ cardStatus })
})

test('an event of a later release changes nothing', () => {
  expect(applyKitEvent(null, { payload: { type: 'KitPolished' } }, definition)).toEqual({})
})

test('a card of a product that is not defined is a fault, so that the event is set aside and can be driven again', () => {
  expect(() => applyKitEvent(null, { payload: { ...issued, productId: 'GOLD' } }, definition)).toThrow(
    'product GOLD of kit 4240171508 is not defined',
  )
})

test('a new document has what an aggregate needs', () => {
  expect(newPreference).toEqual({ version: 0, sequence: 0, relayedSequence: 0, outbox: [], commandIds: [] })
})
