// Quantiles out of the buckets of a Prometheus histogram.
import { expect, test } from '@jest/globals'
import { delayQuantile, type NoticeDelays } from '../src/notice-delay.ts'

const delays = (counts: Record<number, number>): NoticeDelays =>
  new Map(Object.entries(counts).map(([bound, count]) => [Number(bound), count]))

test('only what came between the readings counts, in proportion within its bucket', () => {
  const before = delays({ 0.5: 100, 1: 100, 5: 100, Infinity: 100 })
  const after = delays({ 0.5: 150, 1: 200, 5: 200, Infinity: 200 })
  expect(delayQuantile(before, after, 0.5)).toBe(0.5)
  expect(delayQuantile(before, after, 0.75)).toBe(0.75)
})

test('beyond the last bucket it is at least that', () => {
  expect(delayQuantile(delays({}), delays({ 1: 10, 300: 90, Infinity: 100 }), 0.99)).toBe(300)
})

test('without notices it is 0', () => {
  expect(delayQuantile(delays({}), delays({}), 0.99)).toBe(0)
  const same = delays({ 1: 10, Infinity: 10 })
  expect(delayQuantile(same, same, 0.99)).toBe(0)
})
