// What a new card starts with: decisions, row 26.
import { expect, test } from '@jest/globals'
import { offer, product } from '../test/products.ts'
import { defaultsOf } from './preference.ts'

test('a new card has domestic ATM and POS on, e-commerce, contactless and everything abroad off', () => {
  const { domestic, international, dynamicAuth, locationShield, swipeToPay } = defaultsOf(product)
  const { isEnabled, atm, pos, ecom, contactless, tokenization, recurringPayments } = domestic
  expect([isEnabled, atm.isEnabled, pos.isEnabled]).toEqual([true, true, true])
  expect(
    [ecom, contactless, tokenization, recurringPayments, international, locationShield, swipeToPay].map((each) => each.isEnabled),
  ).toEqual(Array(7).fill(false))
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
