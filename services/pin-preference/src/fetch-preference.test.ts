// A card's preferences as callers see them.
import { fetchPreferenceEndpoint, type PreferenceView, validatorOf } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { product } from '../test/products.ts'
import { viewOf } from './fetch-preference.ts'
import { type Choices, defaultsOf } from './preference.ts'

const channel = (isEnabled: boolean, dailyLimit: number, maxLimit: number) => ({ isEnabled, dailyLimit, maxLimit })

test('the sample of the contract’s page comes out letter by letter', () => {
  const chosen: Choices = {
    ...defaultsOf(product),
    domestic: {
      isEnabled: true,
      atm: channel(false, 100_000, 100_000),
      contactless: channel(true, 1_000, 100_000),
      ecom: channel(true, 5_000, 150_000),
      pos: channel(false, 20_000, 150_000),
      tokenization: channel(false, 100_000, 100_000),
      recurringPayments: { isEnabled: false },
    },
    swipeToPay: channel(true, 10_000, 100_000),
  }
  expect(viewOf('req7', '4240171508', { chosen }, product)).toEqual({
    entityId: 'req7',
    kitNo: '4240171508',
    domestic: {
      isEnabled: true,
      atm: { isEnabled: false, dailyLimit: '100000', maxLimit: '100000', monthlyLimit: '3000000', yearlyLimit: '36000000' },
      contactless: { isEnabled: true, dailyLimit: '1000', maxLimit: '100000', monthlyLimit: '150000', yearlyLimit: '1800000' },
      ecom: { isEnabled: true, dailyLimit: '5000', maxLimit: '150000', monthlyLimit: '3000000', yearlyLimit: '36000000' },
      pos: { isEnabled: false, dailyLimit: '20000', maxLimit: '150000', monthlyLimit: '3000000', yearlyLimit: '36000000' },
      recurringPayments: { isEnabled: false },
      tokenization: { isEnabled: false, dailyLimit: '100000', maxLimit: '100000', monthlyLimit: '3000000', yearlyLimit: '36000000' },
    },
    international: { isEnabled: false },
    dynamicAuth: { otp: false, pin: false },
    locationShield: { isEnabled: false },
    swipeToPay: { isEnabled: true, dailyLimit: '10000', maxLimit: '100000' },
  })
})

test('a new card is shown as the contract’s schema says, and with nothing else', () => {
  const view = viewOf('req7', '4240171508', { issued: defaultsOf(product) }, product)
  expect(validatorOf<PreferenceView>(fetchPreferenceEndpoint.result)(structuredClone(view))).toEqual({ valid: true, value: view })
})

test('a region that is off shows that alone, also with channels that are on inside', () => {
  const defaults = defaultsOf(product)
  const off = { ...defaults, domestic: { ...defaults.domestic, isEnabled: false } }
  expect(viewOf('req7', '1', { chosen: off }, product).domestic).toEqual({ isEnabled: false })
})

test('monthly and yearly limits follow the product’s daily cap, whatever the holder chose', () => {
  const defaults = defaultsOf(product)
  for (const dailyLimit of [0, 1, 100_000]) {
    const chosen = { ...defaults, domestic: { ...defaults.domestic, contactless: channel(true, dailyLimit, 5_000) } }
    expect(viewOf('req7', '1', { chosen }, product).domestic.contactless).toEqual({
      isEnabled: true,
      dailyLimit: String(dailyLimit),
      maxLimit: '5000',
      monthlyLimit: String(30 * 5_000),
      yearlyLimit: String(12 * 30 * 5_000),
    })
  }
})

test('the location shield is shown as it was opted into', () => {
  const shieldOf = (optIns: object) => viewOf('req7', '1', { optIns }, product).locationShield
  expect([shieldOf({}), shieldOf({ 'location-shield': true }), shieldOf({ 'super-pin': true })]).toEqual(
    [false, true, false].map((isEnabled) => ({ isEnabled })),
  )
})
