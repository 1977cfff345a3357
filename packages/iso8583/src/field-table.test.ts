import { expect, test } from '@jest/globals'
import { fieldTable } from './field-table.ts'

test('the table has the 128 fields of the standard, in their order', () => {
  expect([...fieldTable.keys()]).toEqual(Array.from({ length: 128 }, (_, index) => index + 1))
  for (const { description } of fieldTable.values()) expect(description).toMatch(/\S/)
})

test('a length fits into its digits', () => {
  const tooLong = [...fieldTable].filter(([, { length, max }]) => max > { fixed: 999, LLVAR: 99, LLLVAR: 999 }[length])
  expect(tooLong).toEqual([])
})

test('card data and fields for private use are secret, what a decision is explained with is not', () => {
  const isSecret = (field: number): boolean | undefined => fieldTable.get(field)?.secret
  expect([2, 34, 35, 36, 45, 48, 52, 53, 55, 62, 102, 120].filter((field) => isSecret(field) !== true)).toEqual([])
  expect([3, 4, 7, 11, 12, 13, 18, 22, 32, 37, 38, 39, 41, 42, 43, 49, 70, 90].filter((field) => isSecret(field) !== false)).toEqual([])
})
