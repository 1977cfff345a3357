// pyiso8583, another codec, reads what ours writes and the other way round.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { missingTools, pythonPackages } from '@dcms/local'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  asciiBinaryDialect,
  asciiDialect,
  type DialectSettings,
  decode,
  dialectOf,
  encode,
  type Message,
  packedDialect,
} from '../src/index.ts'
import { anyMessage } from './any-message.ts'
import { sampleMessages } from './sample-messages.ts'

const REQUIREMENTS = ['pyiso8583==4.0.1']
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024
const RANDOM_MESSAGES = 100
const progress = (line: string): void => console.info(line)

const dialects: Readonly<Record<string, DialectSettings>> = {
  ascii: asciiDialect,
  'ascii, binary fields in hex': { ...asciiDialect, binaryFields: 'hex' },
  'ascii, binary bitmap': asciiBinaryDialect,
  packed: packedDialect,
  'packed, F behind': { ...packedDialect, oddDigits: 'F-behind' },
}

/** pyiso8583 has no packed digits behind a sign. */
const isAmongTheirs = (number: number, settings: DialectSettings): boolean =>
  settings.digits === 'ascii' || ![28, 29, 30, 31, 97].includes(number)

type PythonField = Record<string, string | number>

/** A dialect as pyiso8583 is told of it. */
function specOf(settings: DialectSettings): Record<string, PythonField> {
  const dialect = dialectOf(settings)
  const own = (name: string, form: 'b' | 'ascii', max: number): PythonField => ({
    data_enc: form,
    len_enc: 'ascii',
    len_type: 0,
    max_len: max,
    desc: name,
  })
  const spec: Record<string, PythonField> = {
    h: own('header', 'ascii', 0),
    t: dialect.isPacked ? own('MTI', 'b', 2) : own('MTI', 'ascii', 4),
    p: dialect.hasHexBitmap ? own('bitmap', 'ascii', 16) : own('bitmap', 'b', 8),
    1: dialect.hasHexBitmap ? own('bitmap', 'ascii', 16) : own('bitmap', 'b', 8),
  }
  for (const field of dialect.fields) {
    if (field === undefined) continue
    const { number, form, lengthDigits, lengthMax, padding, isPackedLength, description } = field
    spec[number] = {
      data_enc: form === 'packed' || form === 'raw' ? 'b' : 'latin-1',
      len_enc: isPackedLength ? 'bcd' : 'ascii',
      len_type: isPackedLength ? (lengthDigits + 1) >> 1 : lengthDigits,
      max_len: lengthMax,
      desc: description,
      ...(form === 'packed' && { len_count: 'nibbles', ...(padding === 'F-behind' ? { right_pad: 'F' } : { left_pad: '0' }) }),
    }
  }
  return spec
}

/** Values as pyiso8583 has them: on a track in packed digits `=` is a D. */
function asTheirs({ mti, fields }: Message, settings: DialectSettings): Record<string, string> {
  const theirs: Record<string, string> = { t: mti }
  for (const [number, value] of Object.entries(fields)) {
    const isPackedTrack = settings.digits === 'packed' && ['35', '36'].includes(number)
    if (isAmongTheirs(Number(number), settings)) theirs[number] = isPackedTrack ? value.replaceAll('=', 'D') : value
  }
  return theirs
}

const without = (settings: DialectSettings, { mti, fields }: Message): Message => ({
  mti,
  fields: Object.fromEntries(Object.entries(fields).filter(([number]) => isAmongTheirs(Number(number), settings))),
})

const lacks = await missingTools(['python3'])
const packages =
  lacks.length > 0 ? new Error('no Python 3') : await pythonPackages(REQUIREMENTS, progress).catch((problem: Error) => problem)
if (packages instanceof Error) progress(`pyiso8583 is skipped, it cannot be had here: ${packages.message}`)
const inTurn = packages instanceof Error ? test.skip : test

inTurn('pyiso8583 writes the same bytes, and reads the same values out of ours', () => {
  const asked = Object.values(dialects).map((settings) => {
    const random = fc.sample(anyMessage(settings), { numRuns: RANDOM_MESSAGES, seed: 8583 })
    return { settings, dialect: dialectOf(settings), messages: [...sampleMessages, ...random].map((each) => without(settings, each)) }
  })
  const input = asked.map(({ settings, dialect, messages }) => ({
    spec: specOf(settings),
    messages: messages.map((message) => asTheirs(message, settings)),
    bytes: messages.map((message) => encode(message, dialect).toString('hex')),
  }))
  const output = execFileSync('python3', [join(import.meta.dirname, 'peers', 'pyiso8583_peer.py')], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
    env: { ...process.env, PYTHONPATH: String(packages), PYTHONDONTWRITEBYTECODE: '1' },
  })
  const answers: { encoded: string[]; decoded: Record<string, string>[] }[] = JSON.parse(output)
  expect(answers).toHaveLength(asked.length)
  for (const [index, { settings, dialect, messages }] of asked.entries()) {
    const { encoded, decoded } = answers[index] ?? { encoded: [], decoded: [] }
    expect(encoded).toEqual(input[index]?.bytes)
    expect(encoded.map((bytes) => decode(Buffer.from(bytes, 'hex'), dialect))).toEqual(messages)
    // Bitmaps are theirs to tell, ours to have no word for.
    expect(decoded.map(({ p: _primary, 1: _secondary, ...message }) => message)).toEqual(messages.map((each) => asTheirs(each, settings)))
  }
})
