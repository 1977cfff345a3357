import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { newRequestId, requestIdOf, traceparentOf } from './trace.ts'

const given = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('a request id is taken exactly when it is well formed', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 110 }), (text) => {
      expect(requestIdOf(text) === text).toBe(/^[A-Za-z0-9._-]{1,100}$/.test(text) && !/[0-9]{12}/.test(text))
    }),
  )
  expect(requestIdOf('a'.repeat(100))).toBe('a'.repeat(100))
  for (const wrong of ['a'.repeat(101), 'a b', 'a\n', 'é', '', undefined]) expect(requestIdOf(wrong)).toMatch(/^[0-9a-f-]{36}$/)
})

test('an id with so many digits in a row that it could be a card number is replaced, and none is made', () => {
  expect(requestIdOf('a12345678901b12345678901')).toBe('a12345678901b12345678901')
  for (const wrong of ['123456789012', 'card-6080401234567890', 'a.123456789012-b']) expect(requestIdOf(wrong)).toMatch(/^[0-9a-f-]{36}$/)
  const made = Array.from({ length: 5_000 }, newRequestId)
  expect(made.filter((id) => /[0-9]{12}/.test(id))).toEqual([])
})

test('a traceparent is passed on when it is well formed, else made', () => {
  expect(traceparentOf(given)).toBe(given)
  for (const wrong of [
    undefined,
    '',
    given.toUpperCase(),
    `${given}0`,
    given.replace('00-', '01-'),
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
  ])
    expect(traceparentOf(wrong)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
})

test('made traces differ', () => {
  const made = Array.from({ length: 1000 }, () => traceparentOf(undefined))
  expect(new Set(made).size).toBe(1000)
})
