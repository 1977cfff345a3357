// The statistics of the benches.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { median, percentile, rotated, spreadOf } from '../src/statistics.ts'

const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 200 })

test('a percentile is the value that as many per cent of the values do not exceed', () => {
  const oneToHundred = Array.from({ length: 100 }, (_, position) => 100 - position)
  expect([0, 0.5, 0.99, 1].map((share) => percentile(oneToHundred, share))).toEqual([1, 50, 99, 100])
  expect(percentile([7], 0.99)).toBe(7)
})

test('a percentile is always one of the values, and never below a lower percentile', () => {
  fc.assert(
    fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (values, one, other) => {
      expect(values).toContain(percentile(values, one))
      expect(percentile(values, Math.max(one, other))).toBeGreaterThanOrEqual(percentile(values, Math.min(one, other)))
    }),
  )
})

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([9, 1, 5])).toBe(5)
})

test('no values have no median', () => {
  expect(() => median([])).toThrow(RangeError)
  expect(() => percentile([], 0.5)).toThrow(RangeError)
})

test('the spread holds least, median and greatest, and leaves the values as they were', () => {
  const values = [3, 1, 2]
  expect(spreadOf(values)).toEqual({ median: 2, min: 1, max: 3 })
  expect(values).toEqual([3, 1, 2])
})

test('over as many rounds as there are sides, each side is first once', () => {
  const sides = ['a', 'b', 'c']
  expect([0, 1, 2].map((round) => rotated(sides, round))).toEqual([
    ['a', 'b', 'c'],
    ['b', 'c', 'a'],
    ['c', 'a', 'b'],
  ])
  expect(rotated([], 2)).toEqual([])
})
