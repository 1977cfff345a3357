// The range of numbers that a page is read out of.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { rangeOf } from './stock-pages.ts'

const blocks = fc.uniqueArray(fc.record({ from: fc.stringMatching(/^\d{3}$/), count: fc.integer({ min: 1, max: 9 }) }), {
  selector: ({ from }) => from,
  minLength: 1,
  maxLength: 30,
})

test('whatever the page, its range holds its rows and hardly more', () => {
  fc.assert(
    fc.property(blocks, fc.nat({ max: 300 }), fc.integer({ min: 1, max: 20 }), (unsorted, offset, size) => {
      const sorted = [...unsorted].sort((one, other) => (one.from < other.from ? -1 : 1))
      const all = sorted.flatMap(({ from, count }) => Array.from({ length: count }, (_, at) => `${from}${at}`))
      const range = rangeOf(sorted, offset, size)
      const { $gte = '', $lt = '' } = range?.ids ?? {}
      const inRange = range ? all.filter((each) => each >= $gte && each < $lt) : []
      expect(inRange.slice(range?.skip ?? 0, (range?.skip ?? 0) + size)).toEqual(all.slice(offset, offset + size))
      expect(inRange.length).toBeLessThanOrEqual(size + 2 * 9)
    }),
  )
})

test('behind the last row there is no page', () => {
  expect(rangeOf([{ from: '1', count: 3 }], 3, 10)).toBeNull()
  expect(rangeOf([], 0, 10)).toBeNull()
})
