// PIN blocks against published figures, and as round trips.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { hexOf, type Vector, vectorsOf } from '../test/vectors.ts'
import {
  CardCryptoError,
  decipherPinBlock4,
  decodePinBlock,
  encipherPinBlock4,
  encodePinBlock,
  panField4,
  panOfKit,
  tdesEncrypt,
} from './index.ts'

const codeOf: Record<string, string> = {
  'wrong-format': 'pin.block.format',
  'wrong-length': 'pin.block.length',
  'pin-length': 'pin.length',
  'bad-fill': 'pin.block.fill',
  'pin-not-numeric': 'pin.not.numeric',
  'pan-too-short': 'pan.too.short',
}

function check({ expected }: Vector, name: string, run: () => string): void {
  if (expected.error === undefined) expect(run()).toBe(expected[name])
  else expect(run).toThrow(expect.objectContaining({ name: 'CardCryptoError', code: codeOf[String(expected.error)] }))
}

/** Published with the account number without its check digit: any digit takes its place. */
const panOf = ({ inputs }: Vector): string => String(inputs.pan ?? `${inputs.accountNumberWithoutCheckDigit}0`)

test.each(vectorsOf('pin-blocks', 'pinblock.iso0.encode'))('$id', (vector) =>
  check(vector, 'pinBlock', () => encodePinBlock(0, String(vector.inputs.pin), panOf(vector))),
)
test.each(vectorsOf('pin-blocks', 'pinblock.iso0.decode'))('$id', (vector) =>
  check(vector, 'pin', () => decodePinBlock(0, String(vector.inputs.pinBlock), panOf(vector))),
)
test.each(vectorsOf('pin-blocks', 'pinblock.iso0.encrypt-tdes'))('$id', (vector) =>
  check(vector, 'encryptedPinBlock', () => {
    const block = hexOf(encodePinBlock(0, String(vector.inputs.pin), panOf(vector)))
    return tdesEncrypt(hexOf(vector.inputs.pinKey), block).toString('hex').toUpperCase()
  }),
)
test.each(vectorsOf('pin-blocks', 'pinblock.iso2.encode'))('$id', (vector) =>
  check(vector, 'pinBlock', () => encodePinBlock(2, String(vector.inputs.pin))),
)
test.each(vectorsOf('pin-blocks', 'pinblock.iso3.encode'))('$id', (vector) =>
  check(vector, 'pinBlock', () => encodePinBlock(3, String(vector.inputs.pin), panOf(vector), String(vector.inputs.fill))),
)
test.each(vectorsOf('pin-blocks', 'pinblock.iso3.decode'))('$id', (vector) =>
  check(vector, 'pin', () => decodePinBlock(3, String(vector.inputs.pinBlock), panOf(vector))),
)
test.each(vectorsOf('pin-blocks', 'pinblock.iso4.pan-field'))('$id', (vector) => check(vector, 'panField', () => panField4(panOf(vector))))
test.each(vectorsOf('pin-blocks', 'pinblock.iso4.encipher'))('$id', (vector) => {
  const { aesKey, pin, randomTail } = vector.inputs
  check(vector, 'encryptedPinBlock', () => encipherPinBlock4(hexOf(aesKey), String(pin), panOf(vector), hexOf(randomTail)))
  expect(decipherPinBlock4(hexOf(aesKey), String(vector.expected.encryptedPinBlock), panOf(vector))).toBe(pin)
})
test.each(vectorsOf('pin-blocks', 'pinblock.iso4.decipher'))('$id', (vector) => {
  const { aesKey, encryptedPinBlock } = vector.inputs
  check(vector, 'pin', () => decipherPinBlock4(hexOf(aesKey), String(encryptedPinBlock), panOf(vector)))
})

test('the worked examples of the contract: by card number, and by kit number padded with zeros to 16 digits', () => {
  expect(encodePinBlock(0, '1234', '6080390000022751')).toBe('0412376FFFFFDD8A')
  expect(panOfKit('4240181647')).toBe('0000004240181647')
  expect(encodePinBlock(0, '1234', panOfKit('4240181647'))).toBe('041234FBDBFE7E9B')
})

const digits = (minLength: number, maxLength: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength }).map((list) => list.join(''))
const pins = digits(4, 12)
const pans = fc.oneof(digits(13, 19), digits(1, 16).map(panOfKit))

test.each([0, 3] as const)('every PIN of 4 to 12 digits comes back out of a block of format %d', (format) => {
  fc.assert(fc.property(pins, pans, (pin, pan) => expect(decodePinBlock(format, encodePinBlock(format, pin, pan), pan)).toBe(pin)))
})

test('every PIN comes back out of a block of format 4, under AES keys of all sizes, and its block is another one each time', () => {
  const keys = fc.constantFrom(16, 24, 32).chain((size) => fc.uint8Array({ minLength: size, maxLength: size }))
  fc.assert(
    fc.property(pins, pans, keys, (pin, pan, key) => {
      const block = encipherPinBlock4(key, pin, pan)
      expect(decipherPinBlock4(key, block, pan)).toBe(pin)
      expect(encipherPinBlock4(key, pin, pan)).not.toBe(block)
    }),
  )
})

test('format 2 holds the PIN in clear digits, with F behind', () => {
  fc.assert(
    fc.property(pins, (pin) => expect(encodePinBlock(2, pin)).toBe(`2${pin.length.toString(16).toUpperCase()}${pin}`.padEnd(16, 'F'))),
  )
})

test('the fill of format 3 is drawn from A to F, and differs', () => {
  const fills = Array.from({ length: 200 }, () => encodePinBlock(3, '1234', '0000000000000000').slice(6))
  expect(new Set(fills).size).toBe(200)
  expect([...new Set(fills.join(''))].sort().join('')).toBe('ABCDEF')
})

test('the block of one card does not read as a block of another', () => {
  fc.assert(
    fc.property(pins, digits(16, 16), digits(16, 16), (pin, pan, other) => {
      fc.pre(pan.slice(3 + pin.length - 4, 15) !== other.slice(3 + pin.length - 4, 15) && pin.length <= 6)
      expect(() => decodePinBlock(0, encodePinBlock(0, pin, pan), other)).toThrow(expect.objectContaining({ name: 'CardCryptoError' }))
    }),
  )
})

test('nothing that comes as a block throws anything but the one error, and no error shows what came', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[0-9A-Fa-f]{16}$/),
    fc.stringMatching(/^[0-9A-Fa-f]{32}$/),
    fc.stringMatching(/^04[0-9]{14}$/),
  )
  const refusals: unknown[] = []
  const refusing = (run: () => string): void => {
    try {
      expect(run()).toMatch(/^[0-9]{4,12}$/)
    } catch (error) {
      refusals.push(error)
    }
  }
  fc.assert(
    fc.property(anything, fc.oneof(pans, fc.string()), (block, pan) => {
      for (const format of [0, 3] as const) refusing(() => decodePinBlock(format, block, pan))
      refusing(() => decipherPinBlock4(Buffer.alloc(32, 5), block, pan))
      refusing(() => encodePinBlock(0, block, pan))
    }),
  )
  expect(refusals.filter((error) => !(error instanceof CardCryptoError))).toEqual([])
  expect(new Set(refusals.map((error) => (error as Error).message)).size).toBeLessThan(20) // fixed texts: nothing of the input is in them
})
