// What other contexts are shown of a card's preferences.
import { type CardPreferences, cardPreferencesEndpoint, validatorOf } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { offer, product } from '../test/products.ts'
import { cardPreferencesOf } from './card-preferences.ts'

test('a card is shown as the contract’s schema says, and with nothing else', () => {
  const views = [cardPreferencesOf({ _id: '4240171508', pin: { setAt: new Date() } }, product), cardPreferencesOf({ _id: '1' }, product)]
  expect(validatorOf<CardPreferences[]>(cardPreferencesEndpoint.result)(structuredClone(views))).toEqual({ valid: true, value: views })
})

test('channels that the product does not offer are left out, with their region all of them', () => {
  const closed = { ...offer(1, 1), offered: false }
  const homeOnly = {
    ...product,
    domestic: { ...product.domestic, contactless: closed },
    international: { ...product.international, offered: false },
  }
  const { domestic, international } = cardPreferencesOf({ _id: '1' }, homeOnly)
  expect(Object.keys(domestic)).toEqual(['isEnabled', 'atm', 'pos', 'ecom'])
  expect(international).toEqual({ isEnabled: false })
})
