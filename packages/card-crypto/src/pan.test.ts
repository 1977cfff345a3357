// Card numbers and their check digits.
// Rule: docs/rules.md#masked-numbers.
import { format, inspect } from 'node:util'
import { expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { withSharedVectors } from '../test/shared-vectors.ts'
import { vectorsOf } from '../test/vectors.ts'
import { hasLuhn, luhnDigit, Pan, Secret } from './index.ts'

const digits = (minLength: number, maxLength: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength }).map((list) => list.join(''))
const panDigits = digits(11, 18).map((body) => body + luhnDigit(body))

const parsed = (text: string): Pan => {
  const pan = Pan.parse(text)
  if (!pan) throw new Error('not a PAN')
  return pan
}

test('a number with its Luhn digit passes, with any other last digit it does not', () => {
  fc.assert(
    fc.property(digits(1, 18), fc.integer({ min: 0, max: 9 }), (body, last) => {
      expect(hasLuhn(body + last)).toBe(String(last) === luhnDigit(body))
    }),
  )
})

test('one mistyped digit never passes', () => {
  fc.assert(
    fc.property(panDigits, fc.nat(), fc.integer({ min: 1, max: 9 }), (pan, at, step) => {
      const place = at % pan.length
      expect(hasLuhn(pan.slice(0, place) + ((Number(pan[place]) + step) % 10) + pan.slice(place + 1))).toBe(false)
    }),
  )
})

test.each(['', '0', '12a4', ' 79927398713', '79927398713\n', '７９９２７３９８７１３'])('%j is not a number with a Luhn digit', (text) =>
  expect(hasLuhn(text)).toBe(false),
)

test('a Luhn digit is not computed over what is not digits', () => {
  expect(() => luhnDigit('')).toThrow(RangeError)
  expect(() => luhnDigit('12 4')).toThrow(RangeError)
})

test.each(vectorsOf('luhn'))('$id', ({ inputs, expected }) => expect(hasLuhn(String(inputs.pan))).toBe(expected.valid))

withSharedVectors<{ reference: { testPans: Record<string, string[]> } }>('card-crypto.json', ({ reference }) => {
  const pans = ['rupay', 'mastercard', 'visa'].flatMap((brand) => reference.testPans[brand] ?? [])
  test.each(pans)('the published test card %s is a PAN', (text) => expect(parsed(text).reveal()).toBe(text))
})

test('a PAN shows its first six and last four digits', () => {
  const pan = parsed('6082015309577308')
  expect([pan.masked, pan.bin, pan.last4]).toEqual(['608201XXXXXX7308', '608201', '7308'])
})

test.each([
  ['eleven digits', '60820153093'],
  ['twenty digits', '60820153095773080008'],
  ['a wrong Luhn digit', '6082015309577309'],
  ['spaces', '6082 0153 0957 7308'],
  ['nothing', ''],
])('%s is not a PAN', (_, text) => expect(Pan.parse(text)).toBeNull())

test('a PAN printed by any road shows only its mask', () => {
  const printed: string[] = []
  const log = jest.spyOn(console, 'log').mockImplementation((...parts) => void printed.push(format(...parts)))
  fc.assert(
    fc.property(panDigits, (text) => {
      const pan = parsed(text)
      const hidden = text.slice(6, -4)
      printed.length = 0
      printed.push(String(pan), `${pan}`, [pan].join(), JSON.stringify({ pan, list: [pan] }), new Error(`refused ${pan}`).message)
      printed.push(inspect(pan), inspect({ deep: { er: { pan } } }, { depth: 9, showHidden: true }), inspect(new Map([['pan', pan]])))
      printed.push(format('%s %o %O %j %d', pan, pan, pan, pan, pan), JSON.stringify(structuredClone(pan)), String(Object.entries(pan)))
      console.log('card', pan, { pan })
      for (const line of printed) {
        expect(line.includes(text)).toBe(false)
        if (hidden.length > 3) expect(line.includes(hidden)).toBe(false) // fewer could be found in the digits that may be shown
      }
      expect([String(pan), JSON.stringify(pan), inspect(pan)]).toEqual([pan.masked, `"${pan.masked}"`, pan.masked])
    }),
  )
  log.mockRestore()
})

test('a secret printed by any road shows only [secret]', () => {
  const secret = new Secret('tr0ub4dor')
  const key = new Secret(Buffer.from('tr0ub4dor'))
  for (const it of [secret, key]) {
    expect([String(it), `${it}`, [it].join(), inspect(it), format('%s', it), JSON.parse(JSON.stringify(it))]).toEqual(
      Array(6).fill('[secret]'),
    )
    const lines = [inspect({ it }, { showHidden: true }), format('%o %O %j %d', it, it, it, it), JSON.stringify(structuredClone(it))].join()
    expect(lines).not.toContain('tr0ub4dor')
    expect(lines).not.toContain('74 72 30')
    expect(Object.entries(it)).toEqual([])
  }
  expect(secret.reveal()).toBe('tr0ub4dor')
  expect(key.reveal()).toEqual(Buffer.from('tr0ub4dor'))
})
