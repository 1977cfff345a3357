import { expect, test } from '@jest/globals'
import { readAmount, writeAmount } from './amount.ts'

test.each([
  ['000000000000', 0],
  ['000000010000', 10_000],
  ['999999999999', 999_999_999_999],
])('%s is %i minor units', (text, minorUnits) => {
  expect(readAmount(text)).toBe(minorUnits)
  expect(writeAmount(minorUnits)).toBe(text)
})

test.each(['', '10000', '0000000100000', '00000001000.', '-00000010000', '00000001e003', ' 00000010000'])('%j is no amount', (text) => {
  expect(() => readAmount(text)).toThrow(RangeError)
})

test.each([-1, 0.5, 1e12, Number.NaN, Number.POSITIVE_INFINITY])('%p cannot be written', (minorUnits) => {
  expect(() => writeAmount(minorUnits)).toThrow(RangeError)
})
