// The documented looseness, brought into one form.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { normalise } from './normalise.ts'

const member = (schema: object, value: unknown): unknown =>
  (normalise({ properties: { field: schema } }, { field: value }) as { field: unknown }).field

test.each([
  ['an account number that came as a number is text', { acceptsNumber: true }, 8642135, '8642135'],
  ['a number that JavaScript cannot hold exactly is left to be refused', { acceptsNumber: true }, 2 ** 60, 2 ** 60],
  ['a negative number is left to be refused', { acceptsNumber: true }, -1, -1],
  ['a number is not text where the pages show none', {}, 5, 5],
  ['729 is the expiry 0729', { acceptsNumber: true, padZeros: 4 }, 729, '0729'],
  ['so is the text 729 where the page says so', { acceptsNumber: true, padZeros: 4, padsText: true }, '729', '0729'],
  ['and nowhere else', { acceptsNumber: true, padZeros: 6 }, '36905', '36905'],
  ['text that is no digits is not padded', { acceptsNumber: true, padZeros: 4, padsText: true }, '7/9', '7/9'],
  ['true in a query is a boolean', { type: 'boolean', acceptsText: true }, 'true', true],
  ['a word that is no boolean stays', { type: 'boolean', acceptsText: true }, 'yes', 'yes'],
  ['digits in a query are a number', { type: 'integer', acceptsText: true }, '15', 15],
  ['a status is taken in any case', { anyCase: true }, 'delivered', 'DELIVERED'],
  ['ALLOCATED is another word for ASSIGNED', { anyCase: true, synonyms: { ALLOCATED: 'ASSIGNED' } }, 'allocated', 'ASSIGNED'],
  ['a word inherited from Object is no synonym', { synonyms: {} }, 'constructor', 'constructor'],
  ['one value stands for a list of one', { acceptsOne: true, items: { acceptsNumber: true } }, 7, ['7']],
] as const)('%s', (_what, schema, value, expected) => {
  expect(member(schema, value)).toEqual(expected)
})

test('a member may arrive under another name; its own name wins', () => {
  const schema = { properties: { chnager: { alsoNamed: ['changer'] } } }
  expect(normalise(schema, { changer: 'a' })).toEqual({ chnager: 'a' })
  expect(normalise(schema, { changer: 'a', chnager: 'b' })).toEqual({ chnager: 'b' })
})

test('whatever comes, normalising twice changes nothing more', () => {
  const field = { acceptsNumber: true, padZeros: 4, padsText: true, anyCase: true, synonyms: { A: 'B' } }
  const schema = { properties: { field, list: { acceptsOne: true, items: field } } }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const once = normalise(schema, structuredClone(value))
      expect(normalise(schema, structuredClone(once))).toEqual(once)
    }),
  )
})
