// The rule of setting preferences: partial, all or nothing, inside the product's limits.
// Rules: docs/rules.md#limits-of-preferences, docs/rules.md#preferences-by-status.
import { type Product, preferencesChangedEvent, type SetPreference, setPreferenceEndpoint, validatorOf } from '@dcms/contract'
import { refuse, unchanged } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { offer, product } from '../test/products.ts'
import { choicesOf, defaultsOf, type Kept } from './preference.ts'
import type { CardFacts } from './read-card.ts'
import { decideSetPreference } from './set-preference.ts'

const now = new Date('2026-11-21T10:00:00Z')
const facts: CardFacts = { entityId: 'req7', productId: product.productId, cardType: 'VIRTUAL', cardStatus: 'ACTIVE', expiry: '2907' }
const nothing: SetPreference = { entityId: 'req7', kitNo: '4240171508', domestic: {}, international: {} }

const decide = (input: Partial<SetPreference>, kept: Kept = {}, of: Product = product, cardStatus: CardFacts['cardStatus'] = 'ACTIVE') =>
  decideSetPreference({ card: { _id: '4240171508', ...kept }, facts: { ...facts, cardStatus }, product: of }, { ...nothing, ...input }, now)

/** What is kept once the call is through. */
function after(input: Partial<SetPreference>, kept: Kept = {}, of: Product = product): Kept {
  const decision = decide(input, kept, of)
  return decision.kind === 'changed' && decision.set.chosen ? { ...kept, chosen: decision.set.chosen } : kept
}

test('what is sent is changed, everything else stays, and old and new values are told', () => {
  const decision = decide({
    domestic: { pos: { isEnabled: false, dailyLimit: '20000' }, ecom: { isEnabled: true } },
    dynamicAuth: { otp: true },
    changer: 'asha',
    channel: 'MOBILE',
  })
  const defaults = defaultsOf(product)
  expect(decision).toEqual({
    kind: 'changed',
    set: {
      chosen: {
        domestic: {
          ...defaults.domestic,
          pos: { isEnabled: false, dailyLimit: 20_000, maxLimit: 150_000 },
          ecom: { ...defaults.domestic.ecom, isEnabled: true },
        },
        dynamicAuth: { otp: true, pin: false },
      },
    },
    events: [
      {
        type: 'PreferencesChanged',
        kitNo: '4240171508',
        entityId: 'req7',
        changes: [
          { field: 'domestic.pos.isEnabled', from: true, to: false },
          { field: 'domestic.pos.dailyLimit', from: '100000', to: '20000' },
          { field: 'domestic.ecom.isEnabled', from: false, to: true },
          { field: 'dynamicAuth.otp', from: false, to: true },
        ],
        changer: 'asha',
        channel: 'MOBILE',
        changedAt: '2026-11-21T10:00:00.000Z',
      },
    ],
  })
})

test('the event is as the contract says, however much changes', () => {
  const channel = { isEnabled: true, dailyLimit: '1', maxLimit: '2' }
  const channels = { atm: channel, pos: channel, ecom: channel, contactless: channel, tokenization: channel }
  const region = { isEnabled: true, ...channels, recurringPayments: { isEnabled: true } }
  const all = {
    domestic: { ...region, isEnabled: false },
    international: region,
    dynamicAuth: { otp: true, pin: true },
    swipeToPay: channel,
  }
  const decision = decide(all)
  const event = decision.kind === 'changed' ? decision.events[0] : undefined
  expect(event?.changes.length).toBeGreaterThan(30)
  expect(validatorOf(preferencesChangedEvent.schema)(structuredClone(event))).toEqual({ valid: true, value: event })
})

test('the sample of the contract’s page is taken as it stands there', () => {
  const [example] = setPreferenceEndpoint.examples
  const taken = validatorOf<SetPreference>(setPreferenceEndpoint.request)(structuredClone(example.request))
  if (!taken.valid) throw new Error(taken.fieldError.join())
  expect(decide(taken.value)).toMatchObject({ kind: 'changed' })
})

test('what is set already, or nothing at all, changes nothing', () => {
  const input = { domestic: { ecom: { isEnabled: true, dailyLimit: '5000' } } }
  expect(decide(input, after(input))).toEqual(unchanged)
  expect(decide({})).toEqual(unchanged)
  expect(
    decide({ domestic: { isEnabled: true, atm: { isEnabled: true, dailyLimit: '100000' } }, international: { isEnabled: false } }),
  ).toEqual(unchanged)
})

test('a region that is switched off keeps its channels for when it is switched on again', () => {
  const kept = after({ domestic: { isEnabled: false } }, after({ domestic: { ecom: { isEnabled: true, dailyLimit: '700' } } }))
  expect(choicesOf(after({ domestic: { isEnabled: true } }, kept), product).domestic.ecom).toMatchObject({
    isEnabled: true,
    dailyLimit: 700,
  })
})

test('a channel may be set while its region is off', () => {
  expect(decide({ international: { isEnabled: false, atm: { isEnabled: true, dailyLimit: '100' } } })).toMatchObject({ kind: 'changed' })
})

test.each([
  ['BLOCKED', 'card.blocked'],
  ['HOTLISTED', 'card.blocked'],
  ['REPLACED', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active'],
  ['CLOSED', 'card.status.active'],
  ['UNALLOCATED', 'MCC007'],
] as const)('a card that is %s is refused with %s, whatever else is wrong', (cardStatus, code) => {
  expect(decide({ domestic: { pos: { dailyLimit: '999999999' } } }, {}, product, cardStatus)).toEqual(refuse(code))
})

test.each(['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED'] as const)('a card that is %s takes preferences', (cardStatus) => {
  expect(decide({ dynamicAuth: { pin: true } }, {}, product, cardStatus)).toMatchObject({ kind: 'changed' })
})

test('somebody else’s card is unknown', () => {
  expect(decide({ entityId: 'req8' })).toEqual(refuse('MCC007'))
  expect(decide({ entityId: 'req8' }, {}, product, 'BLOCKED')).toEqual(refuse('MCC007'))
})

const without = { ...offer(1_000, 1_000), offered: false }
const homeOnly: Product = {
  ...product,
  domestic: { ...product.domestic, contactless: without },
  international: { ...product.international, offered: false },
  swipeToPay: without,
}

test.each<[string, Partial<SetPreference>, string]>([
  ['a region', { international: { isEnabled: true } }, 'international'],
  ['a channel', { domestic: { contactless: { isEnabled: true } } }, 'domestic.contactless'],
  ['a channel of a region', { international: { atm: { isEnabled: true } } }, 'international.atm'],
  ['recurring payments of a region', { international: { recurringPayments: { isEnabled: true } } }, 'international.recurringPayments'],
  ['swipe-to-pay', { swipeToPay: { isEnabled: true } }, 'swipeToPay'],
])('%s that the product does not offer cannot be switched on', (_what, input, path) => {
  expect(decide({ domestic: { pos: { isEnabled: false } }, ...input }, {}, homeOnly)).toEqual(
    refuse('product.level.disable', [`${path} is not offered by the product`]),
  )
})

test('what is not offered may be named as off, as callers do that send back the whole state', () => {
  expect(
    decide(
      {
        domestic: { contactless: { isEnabled: false, dailyLimit: '1000', maxLimit: '1000' } },
        international: { isEnabled: false, ecom: { isEnabled: false }, recurringPayments: { isEnabled: false } },
        swipeToPay: { isEnabled: false },
      },
      {},
      homeOnly,
    ),
  ).toEqual(unchanged)
  const { swipeToPay: _none, ...unnamed } = product
  expect(decide({ swipeToPay: { isEnabled: false, dailyLimit: '0', maxLimit: '0' } }, {}, unnamed)).toEqual(unchanged)
  expect(decide({ swipeToPay: { isEnabled: true } }, {}, unnamed)).toMatchObject({ code: 'product.level.disable' })
})

test.each<[string, Partial<SetPreference>, string[]]>([
  ['maxLimit above the product’s maximum', { domestic: { pos: { maxLimit: '150001' } } }, ['domestic.pos.maxLimit must be at most 150000']],
  ['dailyLimit above the daily cap', { domestic: { pos: { dailyLimit: '100001' } } }, ['domestic.pos.dailyLimit must be at most 100000']],
  [
    'dailyLimit above the maxLimit sent with it',
    { domestic: { pos: { dailyLimit: '500', maxLimit: '499' } } },
    ['domestic.pos.dailyLimit must be at most 499'],
  ],
  ['maxLimit below the present dailyLimit', { domestic: { pos: { maxLimit: '499' } } }, ['domestic.pos.dailyLimit must be at most 499']],
  [
    'limits of a channel that is off',
    { international: { ecom: { dailyLimit: '100001' } } },
    ['international.ecom.dailyLimit must be at most 100000'],
  ],
  [
    'several at once, each named',
    { domestic: { atm: { maxLimit: '100001' }, contactless: { dailyLimit: '5001' } }, swipeToPay: { dailyLimit: '10001' } },
    [
      'domestic.atm.maxLimit must be at most 100000',
      'domestic.contactless.dailyLimit must be at most 5000',
      'swipeToPay.dailyLimit must be at most 10000',
    ],
  ],
])('%s is refused', (_what, input, fieldError) => {
  expect(decide(input)).toEqual(refuse('invalid.daily.limit.product', fieldError))
})

test('limits up to the caps are taken', () => {
  expect(decide({ domestic: { pos: { dailyLimit: '100000', maxLimit: '100000' }, atm: { dailyLimit: '0' } } })).toMatchObject({
    kind: 'changed',
  })
})

test('after a product got tighter a channel can be switched off, others can be set, and it itself only inside the new caps', () => {
  const kept = after({ domestic: { ecom: { isEnabled: true, dailyLimit: '90000' } } })
  const tighter = { ...product, domestic: { ...product.domestic, ecom: offer(10_000, 20_000) } }
  expect(decide({ domestic: { ecom: { isEnabled: false } } }, kept, tighter)).toMatchObject({ kind: 'changed' })
  expect(decide({ domestic: { pos: { dailyLimit: '1' } } }, kept, tighter)).toMatchObject({ kind: 'changed' })
  expect(decide({ domestic: { ecom: { isEnabled: true } } }, kept, tighter)).toMatchObject({ code: 'invalid.daily.limit.product' })
  expect(decide({ domestic: { ecom: { dailyLimit: '10000', maxLimit: '20000' } } }, kept, tighter)).toMatchObject({ kind: 'changed' })
})
