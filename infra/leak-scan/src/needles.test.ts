import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Needles } from './needles.ts'

const needlesOf = (...texts: string[]) => new Needles(texts.map((text) => ({ bytes: Buffer.from(text), meaning: text })))

test('every needle is found wherever it stands, at the edges and twice too', () => {
  const needles = needlesOf('12345678', 'abcdefghijkl')
  expect(needles.find(Buffer.from('12345678 abcdefghijkl abcdefghijk 12345678'))).toEqual([
    { start: 0, meaning: '12345678' },
    { start: 9, meaning: 'abcdefghijkl' },
    { start: 34, meaning: '12345678' },
  ])
})

test('needles that end alike or lie in one another are all found', () =>
  expect(needlesOf('xx12345678', '12345678', 'yy12345678').find(Buffer.from('zxx12345678'))).toEqual([
    { start: 1, meaning: 'xx12345678' },
    { start: 3, meaning: '12345678' },
  ]))

test('a needle of fewer than eight bytes is refused', () => expect(() => needlesOf('1234567')).toThrow(RangeError))

test('without needles nothing is found', () => expect(needlesOf().find(Buffer.from('12345678'))).toEqual([]))

test('it finds exactly what a plain search finds', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '0'), minLength: 8, maxLength: 12 })
  fc.assert(
    fc.property(
      fc.uniqueArray(text, { maxLength: 20 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '0'), maxLength: 400 }),
      (texts, hay) => {
        const plain = texts.flatMap((needle) =>
          [...hay].flatMap((_, start) => (hay.startsWith(needle, start) ? [`${start} ${needle}`] : [])),
        )
        const found = needlesOf(...texts)
          .find(Buffer.from(hay))
          .map(({ start, meaning }) => `${start} ${meaning}`)
        expect(found.sort()).toEqual(plain.sort())
      },
    ),
  )
})
