// Numbering: every counter has its own card number, in the range, and the next cannot be told from
// the last. Rule: docs/rules.md#numbering.
import { createSecretKey } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { hasLuhn, panFromCounter } from './index.ts'
import { type PanRange, panNumbering } from './numbering.ts'

const key = createSecretKey(Buffer.alloc(32, 7))
const otherKey = createSecretKey(Buffer.alloc(32, 8))
const whole: PanRange = { bin: '608040', panLength: 16, rangeStart: 0, rangeSize: 1_000_000_000 }
const serialOf = (pan: string, bin: string) => Number(pan.slice(bin.length, -1))
const serials = (range: PanRange, count: number, from = 0, under = key) => {
  const numberPan = panNumbering(range, under)
  return Array.from({ length: count }, (_, i) => serialOf(numberPan.one(from + i).reveal(), range.bin))
}

test('a small range is used up completely: each serial once, none outside', () => {
  const range = fc.record({ rangeStart: fc.nat({ max: 9_000_000 }), rangeSize: fc.integer({ min: 1, max: 400 }) })
  fc.assert(
    fc.property(range, fc.uint8Array({ minLength: 32, maxLength: 32 }), ({ rangeStart, rangeSize }, bytes) => {
      const used = serials({ bin: '60804012', rangeStart, rangeSize }, rangeSize, 0, createSecretKey(bytes)).sort((a, b) => a - b)
      expect(used).toEqual(Array.from({ length: rangeSize }, (_, i) => rangeStart + i))
    }),
  )
})

test('the largest range that is kept as a table is used up completely', () => {
  expect(new Set(serials({ ...whole, rangeSize: 65_536 }, 65_536)).size).toBe(65_536)
})

test.each([
  ['a whole BIN of six', whole, 1_000_000_000],
  ['a whole BIN of eight', { bin: '60804012', rangeStart: 0n, rangeSize: 10_000_000n }, 10_000_000],
  ['19 digits', { bin: '608040', panLength: 19, rangeStart: 0, rangeSize: 10n ** 12n }, 10 ** 12],
  ['a part just over a power of ten', { ...whole, rangeStart: 5_000, rangeSize: 10_000_001 }, 10_000_001],
  ['a part between a table and FF1', { ...whole, rangeStart: 5_000, rangeSize: 65_537 }, 65_537],
  ['a part beyond 2^32', { ...whole, panLength: 19, rangeStart: 5_000, rangeSize: 5_000_000_007 }, 5_000_000_007],
] satisfies [string, PanRange, number][])('in %s, counters at both ends give different serials inside the range', (_, range, size) => {
  const used = [...serials(range, 500), ...serials(range, 500, size - 500)]
  const start = Number(range.rangeStart)
  expect(new Set(used).size).toBe(1_000) // drawn at random, 65,537 serials would repeat seven times
  expect(used.every((serial) => serial >= start && serial < start + size)).toBe(true)
})

test.each([
  ['a table', { ...whole, rangeSize: 1_000 }],
  ['FF1 over decimal digits', whole],
  ['FF1 with cycle walking', { ...whole, rangeStart: 5_000, rangeSize: 500_000_001 }],
  ['a domain much larger than its range', { ...whole, rangeStart: 5_000, rangeSize: 65_537 }],
  ['19 digits', { bin: '608040', panLength: 19, rangeStart: 0, rangeSize: 900_000_000_000 }],
  ['a whole BIN of 19 digits', { bin: '608040', panLength: 19, rangeStart: 0n, rangeSize: 10n ** 12n }],
] satisfies [string, PanRange][])('%s: many at once are the same card numbers as one by one', (_, range) => {
  const numbering = panNumbering(range, key)
  for (const from of [0, 7, Number(range.rangeSize) - 100]) {
    const many = numbering.many(from, 100).map((pan) => pan.reveal())
    expect(many).toEqual(Array.from({ length: 100 }, (_each, i) => numbering.one(from + i).reveal()))
  }
  expect(numbering.many(0, 0)).toEqual([])
  expect(() => numbering.many(Number(range.rangeSize) - 99, 100)).toThrow(expect.objectContaining({ code: 'range.exhausted' }))
})

test('a card number has the BIN, the length and a right Luhn digit', () => {
  for (const [bin, panLength] of [
    ['608040', 16],
    ['60804012', 16],
    ['608040', 19],
    ['60804012', 12],
  ] as const) {
    const digits = panFromCounter({ bin, panLength, rangeStart: 0, rangeSize: 1_000, counter: 3, key }).reveal()
    expect(digits.startsWith(bin)).toBe(true)
    expect(digits).toHaveLength(panLength)
    expect(hasLuhn(digits)).toBe(true)
  }
})

// Cards in circulation depend on these values: a change of one is a change of every card number to
// come.
test.each([
  ['FF1 over decimal digits', 1_000_000_000, '6080405032144843'],
  ['FF1 with cycle walking', 500_000_001, '6080403457508584'],
  ['a table', 1_000, '6080400000000887'],
])('%s numbers a range of %d alike in every process and release, however the numbers are written', (_, rangeSize, expected) => {
  expect(panFromCounter({ ...whole, rangeSize, counter: 0, key }).reveal()).toBe(expected)
  expect(
    panFromCounter({ bin: '608040', rangeStart: 0n, rangeSize: BigInt(rangeSize), counter: 0n, key: Buffer.alloc(32, 7) }).reveal(),
  ).toBe(expected)
})

test('neighbouring counters are far apart, and another key or another range has another order', () => {
  const order = serials(whole, 200)
  const close = order.filter((serial, i) => i > 0 && Math.abs(serial - (order[i - 1] ?? 0)) < 1_000_000)
  expect(close.length).toBeLessThan(10) // one in five hundred is expected
  expect(serials(whole, 200, 0, otherKey)).not.toEqual(order)
  expect(serials({ ...whole, bin: '608041' }, 200)).not.toEqual(order)
})

test.each([1, 1_000, 70_000, 1_000_000_000])('a range of %d is exhausted when the counter reaches its size', (rangeSize) => {
  const options = { ...whole, rangeSize, key }
  expect(panFromCounter({ ...options, counter: rangeSize - 1 }).bin).toBe('608040')
  expect(() => panFromCounter({ ...options, counter: rangeSize })).toThrow(expect.objectContaining({ code: 'range.exhausted' }))
  expect(() => panFromCounter({ ...options, counter: BigInt(rangeSize) * 5n })).toThrow(
    expect.objectContaining({ code: 'range.exhausted' }),
  )
})

test.each([
  ['a BIN of seven digits', { bin: '6080401' }],
  ['a BIN with a letter', { bin: '60804O' }],
  ['eleven digits', { panLength: 11 }],
  ['twenty digits', { panLength: 20 }],
  ['an empty range', { rangeSize: 0 }],
  ['a range past the last serial', { rangeStart: 1 }],
  ['a start below zero', { rangeStart: -1 }],
  ['half a card', { rangeSize: 10.5 }],
  ['a counter below zero', { counter: -1 }],
  ['a counter that is no number', { counter: Number.NaN }],
  ['a counter beyond safe integers', { counter: 2n ** 60n }],
])('%s is refused', (_, wrong) => {
  expect(() => panFromCounter({ ...whole, counter: 0, key, ...wrong })).toThrow(expect.objectContaining({ code: 'range.invalid' }))
})

test('a numbering key of another size is refused', () => {
  expect(() => panFromCounter({ ...whole, counter: 0, key: Buffer.alloc(16) })).toThrow(expect.objectContaining({ code: 'key.invalid' }))
})
