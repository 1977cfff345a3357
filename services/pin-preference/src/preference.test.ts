// What a new card starts with: what the product switches on at issue, within its caps.
// Rule: docs/rules.md#a-new-cards-preferences.
import { expect, test } from '@jest/globals'
import { offer, product } from '../test/products.ts'
import { choicesOf, defaultsOf, isOn } from './preference.ts'

test('a new card has domestic ATM and POS on, e-commerce, contactless and everything abroad off', () => {
  const { domestic, international, dynamicAuth, swipeToPay } = defaultsOf(product)
  const { isEnabled, atm, pos, ecom, contactless, tokenization, recurringPayments } = domestic
  expect([isEnabled, atm.isEnabled, pos.isEnabled]).toEqual([true, true, true])
  expect([ecom, contactless, tokenization, recurringPayments, international, swipeToPay].map((each) => each.isEnabled)).toEqual(
    Array(6).fill(false),
  )
  expect(dynamicAuth).toEqual({ otp: false, pin: false })
})

test('limits start at the product’s own default, otherwise at its cap', () => {
  const atm = { ...offer(100_000, 150_000), dailyDefault: 20_000, maxDefault: 50_000 }
  const { domestic } = defaultsOf({ ...product, domestic: { ...product.domestic, atm } })
  expect(domestic.atm).toMatchObject({ dailyLimit: 20_000, maxLimit: 50_000 })
  expect(domestic.pos).toMatchObject({ dailyLimit: 100_000, maxLimit: 150_000 })
  expect(defaultsOf({ ...product, domestic: { ...product.domestic, atm: { ...atm, dailyDefault: 0 } } }).domestic.atm.dailyLimit).toBe(0)
})

test('what the product does not offer is never on', () => {
  const closed = { ...offer(1, 1, true), offered: false }
  const defaults = defaultsOf({
    ...product,
    domestic: { ...product.domestic, atm: closed },
    international: { ...product.international, offered: false, onAtIssue: true },
    swipeToPay: closed,
  })
  expect([defaults.domestic.atm, defaults.international, defaults.swipeToPay].map(({ isEnabled }) => isEnabled)).toEqual([
    false,
    false,
    false,
  ])
})

test('a product without swipe-to-pay has it off with no limit', () => {
  const { swipeToPay: _none, ...without } = product
  expect(defaultsOf(without).swipeToPay).toEqual({ isEnabled: false, dailyLimit: 0, maxLimit: 0 })
})

test('a default above a cap is cut to it, so that no card starts above its product', () => {
  const slip = { ...offer(50_000, 40_000), dailyDefault: 90_000, maxDefault: 80_000 }
  const { swipeToPay, domestic } = defaultsOf({ ...product, swipeToPay: slip, domestic: { ...product.domestic, pos: offer(9_000, 5_000) } })
  expect(swipeToPay).toMatchObject({ dailyLimit: 40_000, maxLimit: 40_000 })
  expect(domestic.pos).toMatchObject({ dailyLimit: 5_000, maxLimit: 5_000 })
})

test('what was chosen stands above the day of issue, that above today’s defaults', () => {
  const today = defaultsOf(product)
  const issued = { ...today, dynamicAuth: { otp: true, pin: false }, swipeToPay: { isEnabled: false, dailyLimit: 1, maxLimit: 1 } }
  expect(choicesOf({}, product)).toEqual(today)
  expect(choicesOf({ issued }, product)).toEqual(issued)
  const chosen = { dynamicAuth: { otp: false, pin: true } }
  expect(choicesOf({ issued, chosen }, product)).toEqual({ ...issued, ...chosen })
  expect(choicesOf({ chosen }, product)).toEqual({ ...today, ...chosen })
})

test('a feature is on when it was opted into and the product still has it', () => {
  expect(isOn('super-pin', { optIns: { 'super-pin': true } }, product)).toBe(true)
  expect(isOn('super-pin', { optIns: { 'super-pin': false } }, product)).toBe(false)
  expect(isOn('super-pin', {}, product)).toBe(false)
  expect(isOn('super-pin', { optIns: { 'super-pin': true } }, { ...product, features: [] })).toBe(false)
})
