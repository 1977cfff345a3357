// Rule: two bank days lie between the cards of an order and their PINs.
import { expect, test } from '@jest/globals'
import { bankDaysAfter } from './bank-days.ts'

test.each([
  ['Monday', '2026-11-30T10:00:00Z', '2026-12-02T10:00:00.000Z'],
  ['Thursday: the weekend does not count', '2026-12-03T10:00:00Z', '2026-12-07T10:00:00.000Z'],
  ['Saturday', '2026-12-05T10:00:00Z', '2026-12-08T10:00:00.000Z'],
  ['Friday in London, Saturday by the bank’s clock', '2026-12-04T20:00:00Z', '2026-12-07T20:00:00.000Z'],
])('two bank days after %s', (_day, from, after) => expect(bankDaysAfter(new Date(from), 2, 'Asia/Kolkata').toISOString()).toBe(after))
