import { expect, test } from '@jest/globals'
import { readTaggedValues, usualTagLayout, writeTaggedValues } from './tagged-values.ts'

test('tag 082 says where the money of a load comes from', () => {
  const values = readTaggedValues('08200203051003ABC', usualTagLayout)
  expect([...values]).toEqual([
    ['082', '03'],
    ['051', 'ABC'],
  ])
  expect(writeTaggedValues(values, usualTagLayout)).toBe('08200203051003ABC')
})

test('without values there is nothing', () => {
  expect(readTaggedValues('', usualTagLayout).size).toBe(0)
  expect(writeTaggedValues([], usualTagLayout)).toBe('')
})

test('another layout has other widths', () => {
  const layout = { tagCharacters: 2, lengthDigits: 2 }
  expect([...readTaggedValues('8202019203ABC', layout)]).toEqual([
    ['82', '01'],
    ['92', 'ABC'],
  ])
})

test.each([
  ['082', 'cut short'],
  ['08200', 'cut short'],
  ['0820030', 'cut short'],
  ['082-0201', 'length is no number'],
  ['082 0201', 'length is no number'],
  ['0820020108200202', 'occurs twice'],
])('%j is refused: %s', (text, reason) => {
  expect(() => readTaggedValues(text, usualTagLayout)).toThrow(`tags: ${reason}`)
})

test('what the layout has no room for is not written', () => {
  expect(() => writeTaggedValues([['82', '01']], usualTagLayout)).toThrow('tags: wrong form of a tag')
  expect(() => writeTaggedValues([['082', 'x'.repeat(1000)]], usualTagLayout)).toThrow('tags: too long')
})
