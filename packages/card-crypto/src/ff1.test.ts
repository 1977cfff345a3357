// FF1 against the samples that NIST publishes with SP 800-38G ("FF1samples").
import { createSecretKey } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createFf1 } from './ff1.ts'

const longKey = '2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94'
const numeralTweak = '39383736353433323130'
const letterTweak = '3737373770717273373737'
const samples = [
  { sample: 1, keyBytes: 16, radix: 10, tweak: '', text: '0123456789', cipher: '2433477484' },
  { sample: 2, keyBytes: 16, radix: 10, tweak: numeralTweak, text: '0123456789', cipher: '6124200773' },
  { sample: 3, keyBytes: 16, radix: 36, tweak: letterTweak, text: '0123456789abcdefghi', cipher: 'a9tv40mll9kdu509eum' },
  { sample: 4, keyBytes: 24, radix: 10, tweak: '', text: '0123456789', cipher: '2830668132' },
  { sample: 5, keyBytes: 24, radix: 10, tweak: numeralTweak, text: '0123456789', cipher: '2496655549' },
  { sample: 6, keyBytes: 24, radix: 36, tweak: letterTweak, text: '0123456789abcdefghi', cipher: 'xbj3kv35jrawxv32ysr' },
  { sample: 7, keyBytes: 32, radix: 10, tweak: '', text: '0123456789', cipher: '6657667009' },
  { sample: 8, keyBytes: 32, radix: 10, tweak: numeralTweak, text: '0123456789', cipher: '1001623463' },
  { sample: 9, keyBytes: 32, radix: 36, tweak: letterTweak, text: '0123456789abcdefghi', cipher: 'xs8a0azh2avyalyzuwd' },
]

const number = (numerals: string, radix: number): bigint =>
  [...numerals].reduce((value, numeral) => value * BigInt(radix) + BigInt(Number.parseInt(numeral, 36)), 0n)

test.each(samples)('NIST FF1 sample $sample', ({ keyBytes, radix, tweak, text, cipher }) => {
  const key = createSecretKey(Buffer.from(longKey, 'hex').subarray(0, keyBytes))
  const ff1 = createFf1({ key, radix, length: text.length, tweak: Buffer.from(tweak, 'hex') })
  expect(ff1.encrypt(number(text, radix)).toString(radix).padStart(text.length, '0')).toBe(cipher)
  expect(ff1.decrypt(number(cipher, radix))).toBe(number(text, radix))
})

test('what FF1 enciphers stays in the domain and deciphers to itself, so that no two texts share a cipher text', () => {
  const domain = fc.oneof(
    fc.record({ radix: fc.integer({ min: 10, max: 65_536 }), length: fc.integer({ min: 6, max: 12 }) }),
    fc.record({ radix: fc.integer({ min: 1_000, max: 65_536 }), length: fc.integer({ min: 2, max: 5 }) }),
  )
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      domain,
      fc.uint8Array({ maxLength: 40 }),
      fc.bigInt({ min: 0n }),
      (key, { radix, length }, tweak, any) => {
        const size = BigInt(radix) ** BigInt(length)
        const ff1 = createFf1({ key: createSecretKey(key), radix, length, tweak })
        const cipher = ff1.encrypt(any % size)
        expect(cipher >= 0n && cipher < size).toBe(true)
        expect(ff1.decrypt(cipher)).toBe(any % size)
      },
    ),
  )
})

test('many texts are enciphered as one by one, in every domain up to 2^53', () => {
  const domain = fc
    .record({ radix: fc.integer({ min: 10, max: 65_536 }), length: fc.integer({ min: 2, max: 15 }) })
    .filter(({ radix, length }) => radix ** length >= 1_000_000 && radix ** length <= Number.MAX_SAFE_INTEGER)
  const texts = fc.array(fc.nat({ max: Number.MAX_SAFE_INTEGER }), { maxLength: 20 })
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), domain, texts, (key, { radix, length }, any) => {
      const size = radix ** length
      const ff1 = createFf1({ key: createSecretKey(key), radix, length, tweak: Buffer.alloc(0) })
      const inside = [...any.map((text) => text % size), 0, size - 1]
      expect(ff1.encryptMany(inside)).toEqual(inside.map((text) => Number(ff1.encrypt(BigInt(text)))))
    }),
  )
})

test('many texts of a domain beyond exact numbers are refused', () => {
  const ff1 = createFf1({ key: createSecretKey(Buffer.alloc(32)), radix: 10, length: 19, tweak: Buffer.alloc(0) })
  expect(() => ff1.encryptMany([1])).toThrow(RangeError)
})

test.each([
  ['a domain under a million', 10, 5],
  ['a radix over 65,536', 65_537, 4],
  ['a radix of one', 1, 40],
  ['a single numeral', 65_536, 1],
])('FF1 refuses %s', (_, radix, length) => {
  expect(() => createFf1({ key: createSecretKey(Buffer.alloc(32)), radix, length, tweak: Buffer.alloc(0) })).toThrow(RangeError)
})
