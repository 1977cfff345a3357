// Any message of a dialect, for properties and mutations.
import fc from 'fast-check'
import {
  asciiBinaryDialect,
  asciiDialect,
  type DialectSettings,
  dialectOf,
  type Fields,
  type Message,
  packedDialect,
} from '../src/index.ts'

/** Every form that a setting can give, by name. */
export const someDialects: Readonly<Record<string, DialectSettings>> = {
  ascii: asciiDialect,
  'ascii, binary fields in hex': { ...asciiDialect, binaryFields: 'hex' },
  'ascii, binary bitmap': asciiBinaryDialect,
  packed: packedDialect,
  'packed, zero behind': { ...packedDialect, oddDigits: 'zero-behind' },
  'packed, F behind, hex bitmap': { ...packedDialect, oddDigits: 'F-behind', bitmap: 'hex' },
  'with fields of its own': {
    ...packedDialect,
    fields: { 28: { max: 10 }, 48: { kind: 'b' }, 63: { kind: 'n', length: 'LLVAR', max: 99 } },
  },
}

const FIELDS_MAX = 30
/** Most values are short; some are as long as they may be. */
const SHORT = 40

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const decimal = '0123456789'
const signs = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~éÿ\u00a0'
const alphabets = { n: decimal, a: `${letters} `, an: `${letters}${decimal} `, ns: `${decimal}${signs} `, z: `${decimal}=` } as const
const textOf = (alphabet: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength, size: 'max' })

function valuesOf(field: NonNullable<ReturnType<typeof dialectOf>['fields'][number]>): fc.Arbitrary<string> {
  const { kind, lengthMax, form, lengthDigits } = field
  const min = lengthDigits === 0 ? lengthMax : 0
  if (kind === 'b') {
    const bytesMax = form === 'hex' ? lengthMax >> 1 : lengthMax
    const bytes = fc.uint8Array({ minLength: min === 0 ? 0 : bytesMax, maxLength: bytesMax, size: 'max' })
    return bytes.map((each) => Buffer.from(each).toString('hex').toUpperCase())
  }
  if (kind === 'x+n') return fc.tuple(fc.constantFrom('C', 'D'), textOf(decimal, min - 1, lengthMax - 1)).map((parts) => parts.join(''))
  const alphabet = kind === 'ans' ? `${letters}${decimal}${signs} ` : alphabets[kind]
  const short = textOf(alphabet, min, Math.max(min, Math.min(lengthMax, SHORT)))
  return fc.oneof({ weight: 4, arbitrary: short }, { weight: 1, arbitrary: textOf(alphabet, min, lengthMax) })
}

/** A message with some of the fields that the dialect has. */
export function anyMessage(settings: DialectSettings): fc.Arbitrary<Message> {
  const values = dialectOf(settings).fields.flatMap((field) => (field === undefined ? [] : [[field.number, valuesOf(field)] as const]))
  const some = fc.subarray(values, { maxLength: FIELDS_MAX })
  const fields = some.chain((each): fc.Arbitrary<Fields> => fc.record(Object.fromEntries(each)))
  return fc.record({ mti: textOf(decimal, 4, 4), fields })
}
