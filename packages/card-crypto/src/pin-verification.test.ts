// PVV, IBM 3624 offsets and CVVs against published figures, and what they are relied on for.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { hexOf, vectorsOf } from '../test/vectors.ts'
import { decimalScan } from './decimal-scan.ts'
import { cardVerificationValue, ibm3624Offset, ibm3624Pin, usualIbm3624, visaPvv } from './index.ts'
import { isWeakPin, randomPin } from './random-pin.ts'
import { tdesKey } from './tdes.ts'

const key = hexOf('0123456789ABCDEFFEDCBA9876543210')
const refusal = (code: string) => expect.objectContaining({ name: 'CardCryptoError', code })

test.each(vectorsOf('pin-verification', 'pvv.visa'))('$id', ({ inputs, expected }) =>
  expect(visaPvv(hexOf(inputs.pvk), Number(inputs.pvki), String(inputs.pan), String(inputs.pin))).toBe(expected.pvv),
)

const settingsOf = (inputs: Record<string, string | number>) => ({
  decimalizationTable: String(inputs.decimalizationTable),
  validationOffset: Number(inputs.validationOffset),
  validationLength: Number(inputs.validationLength),
  pad: String(inputs.pad),
})
test.each(vectorsOf('pin-verification', 'pin.ibm3624'))('$id', ({ inputs, expected }) =>
  expect(ibm3624Pin(hexOf(inputs.pvk), String(inputs.pan), String(inputs.offset), settingsOf(inputs))).toBe(expected.pin),
)
test.each(vectorsOf('pin-verification', 'offset.ibm3624'))('$id', ({ inputs, expected }) => {
  const [pvk, pan, pin] = [hexOf(inputs.pvk), String(inputs.pan), String(inputs.pin)]
  expect(ibm3624Offset(pvk, pan, pin, settingsOf(inputs))).toBe(expected.offset)
  expect(usualIbm3624(pan)).toEqual(settingsOf(inputs)) // these two are the form used here
})

test.each(vectorsOf('cvv'))('$id', ({ inputs, expected }) =>
  expect(cardVerificationValue(hexOf(inputs.cvk), String(inputs.pan), String(inputs.expiry), String(inputs.serviceCode))).toBe(
    expected.cvv,
  ),
)

test('the second scan takes letters, less ten, only where digits are too few', () => {
  expect(decimalScan('A1B2C3D4E5F60000', 4)).toBe('1234')
  expect(decimalScan('ABCDEFABCDEFABC1', 4)).toBe('1012')
  expect(decimalScan('FEDCBAFEDCBAFEDC', 3)).toBe('543')
})

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((list) => list.join(''))

/**
 * A PVV or an offset of four digits is equal for another PIN once in ten thousand; of 20,000 pairs
 * 12 are more than five sigma too many.
 */
const pairs = 20_000
const equalMax = 12

test(`of ${pairs} pairs of a PIN and another PIN, at most ${equalMax} have the same PVV`, () => {
  const pvk = tdesKey(key)
  let equal = 0
  for (let i = 0; i < pairs; i++) {
    const pan = `608040${String(i * 7_919).padStart(10, '0')}`
    const [pin, other] = [i % 10_000, (i * 31 + 4_567) % 10_000].map((number) => String(number).padStart(4, '0'))
    if (pin !== other && visaPvv(pvk, 1, pan, pin ?? '') === visaPvv(pvk, 1, pan, other ?? '')) equal++
  }
  expect(equal).toBeLessThanOrEqual(equalMax)
})

test('the offset of another PIN is always another one, and the PIN comes back from its offset', () => {
  const pinPairs = fc.integer({ min: 4, max: 12 }).chain((length) => fc.tuple(digits(length), digits(length)))
  fc.assert(
    fc.property(pinPairs, digits(16), ([pin, other], pan) => {
      const offset = ibm3624Offset(key, pan, pin)
      expect(ibm3624Pin(key, pan, offset)).toBe(pin)
      expect(ibm3624Offset(key, pan, other) === offset).toBe(pin === other)
    }),
  )
})

test('the same PIN has mostly another PVV on another card, and under another key', () => {
  const pvvs = Array.from({ length: 500 }, (_, i) => visaPvv(key, 1, String(6_080_400_000_000_000 + i * 10), '1234'))
  expect(new Set(pvvs).size).toBeGreaterThan(450)
  expect(visaPvv(Buffer.alloc(16, 3), 1, '1122334455667788', '4524')).not.toBe('8523')
})

test('what is no PIN, PAN or expiry is refused', () => {
  expect(() => visaPvv(key, 1, '1122334455667788', '123')).toThrow(refusal('pin.length'))
  expect(() => visaPvv(key, 1, '1122334455667788', '12a4')).toThrow(refusal('pin.not.numeric'))
  expect(() => visaPvv(key, 1, '11223344556', '1234')).toThrow(refusal('pan.too.short'))
  expect(() => ibm3624Offset(key, '112233445566', '1234')).toThrow(refusal('pan.too.short'))
  expect(() => ibm3624Offset(key, '1122334455667788', '12345a')).toThrow(refusal('pin.not.numeric'))
  expect(() => ibm3624Offset(key, '1122334455667788', '123')).toThrow(refusal('pin.length'))
  expect(() => cardVerificationValue(key, '1122334455667788', '30-5', '000')).toThrow(refusal('expiry.invalid'))
  expect(() => cardVerificationValue(key, '1122334455667788', '3005', '')).toThrow(refusal('expiry.invalid'))
  expect(() => cardVerificationValue(Buffer.alloc(15), '1122334455667788', '3005', '000')).toThrow(refusal('key.invalid'))
})

test.each(['1111', '0000', '1234', '4321', '7890', '0987', '012345', '999999'])('%s is a weak PIN', (pin) =>
  expect(isWeakPin(pin)).toBe(true),
)
test.each(['1112', '1235', '2468', '1357', '1122', '1212'])('%s is not', (pin) => expect(isWeakPin(pin)).toBe(false))

test('drawn PINs are of the length asked for, never weak, and every digit stands everywhere equally often', () => {
  const drawn = Array.from({ length: 20_000 }, () => randomPin(4))
  expect(drawn.filter((pin) => !/^[0-9]{4}$/.test(pin) || isWeakPin(pin))).toEqual([])
  const counts = new Map<string, number>()
  for (const pin of drawn)
    for (const [place, digit] of [...pin].entries()) counts.set(`${place}${digit}`, (counts.get(`${place}${digit}`) ?? 0) + 1)
  expect(counts.size).toBe(40)
  for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(255) // six sigma
  expect(randomPin(12)).toMatch(/^[0-9]{12}$/)
  for (const length of [3, 13, 4.5, Number.NaN]) expect(() => randomPin(length)).toThrow(refusal('pin.length'))
})
