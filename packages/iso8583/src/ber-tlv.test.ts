import { expect, test } from '@jest/globals'
import { type BerTlv, readBerTlv, valueOfTag, writeBerTlv } from './ber-tlv.ts'

/** The answer to SELECT of a payment system directory, as EMV Book 1 clause 12.3.2 lays it down. */
const directory = '6F1A840E315041592E5359532E4444463031A5088801025F2D02656E'

test('objects and the templates around them are read and written', () => {
  const objects: BerTlv[] = [
    {
      tag: '6F',
      children: [
        { tag: '84', value: Buffer.from('1PAY.SYS.DDF01').toString('hex').toUpperCase() },
        {
          tag: 'A5',
          children: [
            { tag: '88', value: '02' },
            { tag: '5F2D', value: Buffer.from('en').toString('hex').toUpperCase() },
          ],
        },
      ],
    },
  ]
  expect(readBerTlv(directory)).toEqual(objects)
  expect(writeBerTlv(objects)).toBe(directory)
})

test('an object is found by its tag, in templates too', () => {
  expect(valueOfTag(readBerTlv(directory), '5F2D')).toBe('656E')
  expect(valueOfTag(readBerTlv('9F2608AABBCCDDEEFF0011'), '9F26')).toBe('AABBCCDDEEFF0011')
  expect(valueOfTag(readBerTlv(directory), '9F26')).toBeUndefined()
  expect(valueOfTag(readBerTlv('9500'), '95')).toBe('')
})

test.each([
  [127, '7F'],
  [128, '8180'],
  [255, '81FF'],
  [256, '820100'],
  [65_536, '83010000'],
])('a length of %i is written as %s', (length, written) => {
  const value = 'AB'.repeat(length)
  expect(writeBerTlv([{ tag: '9F10', value }])).toBe(`9F10${written}${value}`)
  expect(readBerTlv(`9F10${written}${value}`)).toEqual([{ tag: '9F10', value }])
})

test('longer lengths than needed and zeros between objects are read', () => {
  expect(readBerTlv('000095020001009C8101AA00')).toEqual([
    { tag: '95', value: '0001' },
    { tag: '9C', value: 'AA' },
  ])
})

test.each([
  ['9', 'characters that are not allowed'],
  ['9G', 'characters that are not allowed'],
  ['95', 'cut short'],
  ['9F', 'cut short'],
  ['9F26', 'cut short'],
  ['9505AABB', 'cut short'],
  ['950381', 'cut short'],
  ['9582', 'cut short'],
  ['958201', 'cut short'],
  ['7203950500', 'cut short'],
  ['1F8181818100', 'wrong form of a tag'],
  ['9580AABB0000', 'wrong form of a length'],
  ['958400000001AA', 'wrong form of a length'],
  ['95FF', 'wrong form of a length'],
])('%s is refused: %s', (hex, reason) => {
  expect(() => readBerTlv(hex)).toThrow(`DE 55: ${reason}`)
})

test('templates within templates have an end', () => {
  const nested = (depth: number): string => (depth === 0 ? '950100' : writeHex(nested(depth - 1)))
  const writeHex = (inner: string): string => `72${(inner.length / 2).toString(16).padStart(2, '0')}${inner}`
  expect(valueOfTag(readBerTlv(nested(7)), '95')).toBe('00')
  expect(() => readBerTlv(nested(8))).toThrow('DE 55: nested too deep')
  const objects = (depth: number): BerTlv => (depth === 0 ? { tag: '95', value: '00' } : { tag: '72', children: [objects(depth - 1)] })
  expect(() => writeBerTlv([objects(8)])).toThrow('DE 55: nested too deep')
})

test.each([
  [[{ tag: '', value: '00' }], 'wrong form of a tag'],
  [[{ tag: '00', value: '00' }], 'wrong form of a tag'],
  [[{ tag: '9526', value: '00' }], 'wrong form of a tag'],
  [[{ tag: '9F', value: '00' }], 'cut short'],
  [[{ tag: '72', value: '00' }], 'wrong form of a tag'],
  [[{ tag: '95', children: [] }], 'wrong form of a tag'],
  [[{ tag: '95', value: '0' }], 'characters that are not allowed'],
] as [BerTlv[], string][])('%j is not written: %s', (objects, reason) => {
  expect(() => writeBerTlv(objects)).toThrow(`DE 55: ${reason}`)
})
