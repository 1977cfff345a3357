// Mobile numbers in the form in which they are compared.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { comparableMobileNumber } from './mobile-number.ts'

test.each(['9876543210', '+919876543210', '919876543210', '09876543210', '00919876543210', '0919876543210', '+91 98765-43210'])(
  '%s is 9876543210',
  (written) => {
    expect(comparableMobileNumber(written)).toBe('9876543210')
  },
)

test.each([
  ['+971501234567', '971501234567'],
  ['00971501234567', '971501234567'],
  ['501234567', '501234567'],
  ['9198765432', '9198765432'], // ten digits that begin with 91
  ['0198765432', '0198765432'],
])('%s is %s', (written, comparable) => {
  expect(comparableMobileNumber(written)).toBe(comparable)
})

test('a number in the form for comparing stays as it is, and two Indian numbers are the same only digit by digit', () => {
  const indian = fc.stringMatching(/^[6-9]\d{9}$/)
  fc.assert(
    fc.property(indian, indian, fc.constantFrom('', '0', '91', '+91', '0091'), (one, other, prefix) => {
      expect(comparableMobileNumber(one)).toBe(one)
      expect(comparableMobileNumber(prefix + one) === comparableMobileNumber(other)).toBe(one === other)
    }),
  )
})
