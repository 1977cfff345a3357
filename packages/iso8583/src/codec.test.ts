// Each kind of field in each dialect, published messages, and what is refused.
import { expect, test } from '@jest/globals'
import { beginningOf, decode } from './decode.ts'
import { asciiBinaryDialect, asciiDialect, type DialectSettings, dialectOf, packedDialect } from './dialect.ts'
import { encode } from './encode.ts'
import { MalformedMessage } from './malformed-message.ts'
import type { Fields } from './message.ts'

const ascii = dialectOf(asciiDialect)
const packed = dialectOf(packedDialect)

test.each([
  // https://pypi.org/project/pyiso8583
  [asciiDialect, Buffer.from('02004000000000000000101234567890'), '0200', { 2: '1234567890' }],
  [
    asciiDialect,
    Buffer.from('02004010100000000000161234567890123456123456111'),
    '0200',
    { 2: '1234567890123456', 12: '123456', 20: '111' },
  ],
  [asciiDialect, Buffer.from('0210200000000200000011111105'), '0210', { 3: '111111', 39: '05' }],
  // https://pypi.org/project/pyiso8583/1.0.1
  [
    asciiBinaryDialect,
    Buffer.from('0200\x40\x10\x00\x00\x00\x00\x00\x00161234567890123456123456', 'latin1'),
    '0200',
    { 2: '1234567890123456', 12: '123456' },
  ],
  // https://hex.pm/packages/iso_8583
  [
    asciiBinaryDialect,
    Buffer.from('0800\x82\x38\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x0008181602446464651602440818001', 'latin1'),
    '0800',
    { 7: '0818160244', 11: '646465', 12: '160244', 13: '0818', 70: '001' },
  ],
] as [DialectSettings, Buffer, string, Fields][])('a published message is read and written, %#', (settings, bytes, mti, fields) => {
  expect(decode(bytes, dialectOf(settings))).toEqual({ mti, fields })
  expect(encode({ mti, fields }, dialectOf(settings))).toEqual(bytes)
})

/** The bytes of one field, behind MTI and bitmap. */
const bytesOf = (number: number, value: string, settings: DialectSettings): string => {
  const dialect = dialectOf(settings)
  const bytes = encode({ mti: '0100', fields: { [number]: value } }, dialect)
  expect(decode(bytes, dialect).fields).toEqual({ [number]: value })
  const bitmapBytes = (number > 64 ? 16 : 8) * (dialect.hasHexBitmap ? 2 : 1)
  return bytes.subarray((dialect.isPacked ? 2 : 4) + bitmapBytes).toString('hex')
}
const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

test.each([
  // kind, field, value, in ASCII, packed
  ['n, even', 3, '280000', hex('280000'), '280000'],
  ['n, odd', 19, '356', hex('356'), '0356'],
  ['n LLVAR, even', 2, '6080400000000006', hex('166080400000000006'), '166080400000000006'],
  ['n LLVAR, odd', 2, '608040000000000', hex('15608040000000000'), '150608040000000000'],
  ['n of 42 digits', 90, '0'.repeat(42), hex('0'.repeat(42)), '00'.repeat(21)],
  ['x+n', 28, 'D00000500', hex('D00000500'), '4400000500'],
  ['x+n of 16 digits', 97, 'C0000000000000500', hex('C0000000000000500'), '430000000000000500'],
  ['an', 37, '407317123456', hex('407317123456'), hex('407317123456')],
  ['an with blanks', 38, 'A1    ', hex('A1    '), hex('A1    ')],
  ['ns LLVAR', 34, '4-5', hex('034-5'), `03${hex('4-5')}`],
  ['ans', 41, '1148340A', hex('1148340A'), hex('1148340A')],
  ['ans with a letter of Latin-1', 41, 'CAFÉ 001', hex('CAFÉ 001'), hex('CAFÉ 001')],
  ['ans LLLVAR', 48, '08200201', hex('00808200201'), `0008${hex('08200201')}`],
  ['ans LLLVAR, empty', 63, '', hex('000'), '0000'],
  ['b', 52, '0123456789ABCDEF', '0123456789abcdef', '0123456789abcdef'],
  ['b LLLVAR', 55, '9F2608', `${hex('003')}9f2608`, '00039f2608'],
  ['z, even', 35, '6080400000000006=29', hex('196080400000000006=29'), '1906080400000000006d29'],
  ['z, odd', 35, '608040=29', hex('09608040=29'), '090608040d29'],
] as const)('%s', (_kind, number, value, inAscii, inPacked) => {
  expect(bytesOf(number, value, asciiDialect)).toBe(inAscii)
  expect(bytesOf(number, value, asciiBinaryDialect)).toBe(inAscii)
  expect(bytesOf(number, value, packedDialect)).toBe(inPacked)
})

test('an odd number of packed digits is filled up as the dialect says, a fixed one always in front', () => {
  expect(bytesOf(2, '60804', { ...packedDialect, oddDigits: 'zero-behind' })).toBe('05608040')
  expect(bytesOf(2, '60804', { ...packedDialect, oddDigits: 'F-behind' })).toBe('0560804f')
  expect(bytesOf(19, '356', { ...packedDialect, oddDigits: 'F-behind' })).toBe('0356')
})

test('binary fields may be hexadecimal digits, whose number is then the length', () => {
  const settings: DialectSettings = { ...asciiDialect, binaryFields: 'hex' }
  expect(bytesOf(52, '0123456789ABCDEF', settings)).toBe(hex('0123456789ABCDEF'))
  expect(bytesOf(55, '9F2608', settings)).toBe(hex('0069F2608'))
})

test('a dialect has fields of its own', () => {
  const settings: DialectSettings = { ...asciiDialect, fields: { 54: { max: 240 }, 63: { kind: 'b', length: 'LLVAR', max: 20 } } }
  expect(bytesOf(54, '0'.repeat(240), settings)).toBe(hex(`240${'0'.repeat(240)}`))
  expect(bytesOf(63, 'FF', settings)).toBe(`${hex('01')}ff`)
})

test.each([
  [{ 1: { max: 9 } }],
  [{ 65: { max: 9 } }],
  [{ 129: { max: 9 } }],
  [{ 2: { max: 100 } }],
  [{ 48: { max: 1000 } }],
  [{ 48: { max: 0 } }],
  [{ 28: { length: 'LLVAR' } }],
] as [DialectSettings['fields']][])('settings that cannot be meant are refused, %#', (fields) => {
  expect(() => dialectOf({ ...asciiDialect, fields })).toThrow(RangeError)
})

test('a secondary bitmap without fields is read', () => {
  expect(decode(Buffer.from(`0800${'80'}${'0'.repeat(30)}`), ascii)).toEqual({ mti: '0800', fields: {} })
})

test('a bitmap may come with small letters, and is written with capital ones', () => {
  const message = decode(Buffer.from('08000a000000000000000000000001000818160244'), ascii)
  expect(message).toEqual({ mti: '0800', fields: { 5: '000000000100', 7: '0818160244' } })
  expect(encode(message, ascii).toString()).toBe('08000A000000000000000000000001000818160244')
})

const bits = (...numbers: number[]): string => {
  const bitmap = Buffer.alloc(numbers.some((number) => number > 64) ? 16 : 8)
  for (const number of bitmap.length > 8 ? [1, ...numbers] : numbers)
    bitmap[(number - 1) >> 3] = (bitmap[(number - 1) >> 3] ?? 0) | (0x80 >> ((number - 1) & 7))
  return bitmap.toString('hex')
}

test.each([
  ['', 'MTI: cut short'],
  ['010', 'MTI: cut short'],
  ['01A0', 'MTI: characters that are not allowed'],
  ['0100', 'bitmap: cut short'],
  ['0100400000000000000', 'bitmap: cut short'],
  ['0100400000000000000G', 'bitmap: characters that are not allowed'],
  [`0100${bits(70).slice(0, 20)}`, 'bitmap: cut short'],
  [`0100${bits(65)}00000000`, 'DE 65: not a field of this dialect'],
  [`0100${bits(3)}12345`, 'DE 3: cut short'],
  [`0100${bits(3)}12345A`, 'DE 3: characters that are not allowed'],
  [`0100${bits(3)}1234567`, 'message: more after the last field'],
  [`0100${bits()}0`, 'message: more after the last field'],
  [`0100${bits(2)}1`, 'DE 2: cut short'],
  [`0100${bits(2)}1x`, 'DE 2: length is no number'],
  [`0100${bits(2)}-1`, 'DE 2: length is no number'],
  [`0100${bits(2)}2060804000000000000000`, 'DE 2: too long'],
  [`0100${bits(2)}16608040`, 'DE 2: cut short'],
  [`0100${bits(28)}E00000500`, 'DE 28: characters that are not allowed'],
  [`0100${bits(28)}D0000050x`, 'DE 28: characters that are not allowed'],
  [`0100${bits(41)}1148\n40A`, 'DE 41: characters that are not allowed'],
  [`0100${bits(41)}1148\x8540A`, 'DE 41: characters that are not allowed'],
  [`0100${bits(37)}40731712345-`, 'DE 37: characters that are not allowed'],
  [`0100${bits(35)}0512^45`, 'DE 35: characters that are not allowed'],
  [`0100${bits(55)}256`, 'DE 55: too long'],
])('ASCII: %j is refused: %s', (text, refusal) => {
  expect(() => decode(Buffer.from(text, 'latin1'), ascii)).toThrow(new MalformedMessage(...parts(refusal)))
})

test.each([
  ['01', 'MTI: cut short'],
  ['0a00', 'MTI: characters that are not allowed'],
  [`0100${bits(2)}1a`, 'DE 2: length is no number'],
  [`0100${bits(2)}a1`, 'DE 2: length is no number'],
  [`0100${bits(2)}04123a`, 'DE 2: characters that are not allowed'],
  [`0100${bits(2)}031123`, 'DE 2: padding is wrong'],
  [`0100${bits(19)}1356`, 'DE 19: padding is wrong'],
  [`0100${bits(48)}1000`, 'DE 48: too long'],
  [`0100${bits(35)}04123e`, 'DE 35: characters that are not allowed'],
  [`0100${bits(28)}4500000500`, 'DE 28: characters that are not allowed'],
  [`0100${bits(28)}440000050a`, 'DE 28: characters that are not allowed'],
])('packed: %s is refused: %s', (bytes, refusal) => {
  expect(() => decode(Buffer.from(bytes, 'hex'), packed)).toThrow(new MalformedMessage(...parts(refusal)))
})

test.each([
  ['100', {}, 'MTI: characters that are not allowed'],
  ['01x0', {}, 'MTI: characters that are not allowed'],
  ['0100', { 1: '0000000000000000' }, 'DE 1: not a field of this dialect'],
  ['0100', { 65: '00' }, 'DE 65: not a field of this dialect'],
  ['0100', { 129: '00' }, 'DE 129: not a field of this dialect'],
  ['0100', { 3: '28000' }, 'DE 3: wrong length'],
  ['0100', { 3: '2800000' }, 'DE 3: too long'],
  ['0100', { 41: 'SHORT' }, 'DE 41: wrong length'],
  ['0100', { 2: '60804000000000000000' }, 'DE 2: too long'],
  ['0100', { 2: '6080 4' }, 'DE 2: characters that are not allowed'],
  ['0100', { 28: '000000500' }, 'DE 28: characters that are not allowed'],
  ['0100', { 41: '1148340€' }, 'DE 41: characters that are not allowed'],
  ['0100', { 52: '0123456789ABCDE' }, 'DE 52: wrong length'],
  ['0100', { 55: '9F2' }, 'DE 55: wrong length'],
  ['0100', { 55: '9G' }, 'DE 55: characters that are not allowed'],
] as [string, Fields, string][])('%s with %j is not written: %s', (mti, fields, refusal) => {
  expect(() => encode({ mti, fields }, ascii)).toThrow(new MalformedMessage(...parts(refusal)))
  expect(() => encode({ mti, fields }, packed)).toThrow(MalformedMessage)
})

/** `DE 3: cut short` as the error is made of. */
function parts(refusal: string): ConstructorParameters<typeof MalformedMessage> {
  const [part = '', reason = ''] = refusal.split(': ')
  const number = /^DE (\d+)$/.exec(part)?.[1]
  return [number === undefined ? part : Number(number), reason] as ConstructorParameters<typeof MalformedMessage>
}

test('of a message that is refused one still sees what stands before the fault', () => {
  const bytes = Buffer.from(`0100${bits(3, 11, 41)}280000123456\n148340A`)
  expect(beginningOf(bytes, ascii)).toEqual({ mti: '0100', fields: { 3: '280000', 11: '123456' } })
  expect(beginningOf(Buffer.from('01'), ascii)).toEqual({ mti: '', fields: {} })
})

test('what is undefined is not there', () => {
  const fields = { 3: '280000', 4: undefined } as unknown as Fields
  expect(decode(encode({ mti: '0100', fields }, ascii), ascii).fields).toEqual({ 3: '280000' })
})

test('an error has no part of the message', () => {
  const pan = '6080400000000006'
  for (const text of [`0100${bits(2)}17${pan}`, `0100${bits(2)}16${pan}x`, `0100${bits(2)}19${pan}A23`]) {
    let problem: unknown
    try {
      decode(Buffer.from(text), ascii)
    } catch (caught) {
      problem = caught
    }
    expect(problem).toBeInstanceOf(MalformedMessage)
    expect(`${String(problem)} ${JSON.stringify(problem)} ${(problem as Error).stack}`).not.toContain('608040')
  }
})
