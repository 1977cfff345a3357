import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { numberOfRupees, paiseOf, paiseOfNumber, rupeesOf } from './money.ts'

test.each([
  ['200', 20_000],
  ['200.5', 20_050],
  ['200.05', 20_005],
  ['0.01', 1],
  ['999999999.99', 99_999_999_999],
])('%s rupees are %d paise', (rupees, paise) => expect(paiseOf(rupees)).toBe(paise))

test.each([
  [0, '0.00'],
  [5, '0.05'],
  [-5, '-0.05'],
  [-12_345, '-123.45'],
])('%d paise are shown as %s', (paise, rupees) => expect(rupeesOf(paise)).toBe(rupees))

test('an amount that is shown and read again is the same, as text and as a number', () => {
  fc.assert(
    fc.property(fc.nat({ max: 99_999_999_999 }), (paise) => {
      expect(paiseOf(rupeesOf(paise))).toBe(paise)
      expect(paiseOfNumber(numberOfRupees(paise))).toBe(paise)
    }),
  )
})

test.each([0.001, 100.005, 1.239])('%d rupees are no whole paise', (rupees) => expect(paiseOfNumber(rupees)).toBeNull())
