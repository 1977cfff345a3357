// j8583, another codec, reads what ours writes and the other way round.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { j8583, j8583Lacks } from '@dcms/local'
import { expect, test } from '@jest/globals'
import { asciiDialect, type Dialect, type DialectSettings, decode, dialectOf, encode, type Message, packedDialect } from '../src/index.ts'
import { sampleMessages } from './sample-messages.ts'

const JVM = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
const progress = (line: string): void => console.info(line)

/** j8583 writes binary fields of text messages in hexadecimal. */
const dialects: Readonly<Record<string, DialectSettings>> = {
  ascii: { ...asciiDialect, binaryFields: 'hex' },
  'ascii-binary-bitmap': { ...asciiDialect, bitmap: 'binary', binaryFields: 'hex' },
  // Of fields of variable length it packs those that it is told to, and no tracks.
  packed: { ...packedDialect, fields: { 35: { kind: 'ans' } } },
}

/** The type of a field as j8583 names it, with the length that it wants to be told. */
function typeOf(number: number, { fields, isPacked }: Dialect): string {
  const field = fields[number]
  if (field === undefined) throw new Error(`no field ${number}`)
  const { kind, length, max } = field
  if (length === 'fixed') return `${kind === 'b' ? 'BINARY' : kind === 'n' ? 'NUMERIC' : 'ALPHA'}:${max}`
  if (kind === 'b') return `${length === 'LLVAR' ? 'LLBIN' : 'LLLBIN'}:0`
  return isPacked && kind === 'n' ? 'LLBCDBIN:0' : `${length}:0`
}

const hexOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

const fieldsOf = (message: Message, dialect: Dialect): string =>
  Object.entries(message.fields)
    .map(
      ([number, value]) =>
        `${number}:${typeOf(Number(number), dialect)}:${dialect.fields[Number(number)]?.kind === 'b' ? value : hexOf(value)}`,
    )
    .join(' ')

const lacks = await j8583Lacks()
const classPath = lacks.length > 0 ? new Error(lacks.join(', ')) : await j8583(progress).catch((problem: Error) => problem)
if (classPath instanceof Error) progress(`j8583 is skipped, it cannot be had here: ${classPath.message}`)
const inTurn = classPath instanceof Error ? test.skip : test

inTurn('j8583 writes the same bytes, and reads the same values out of ours', () => {
  const asked = Object.entries(dialects).flatMap(([name, settings]) =>
    sampleMessages.map((message) => ({ name, message, dialect: dialectOf(settings), bytes: encode(message, dialectOf(settings)) })),
  )
  const lines = asked.flatMap(({ name, message, dialect, bytes }) => [
    [name, 'encode', message.mti, fieldsOf(message, dialect)].join('\t'),
    [name, 'decode', message.mti, fieldsOf(message, dialect), bytes.toString('hex')].join('\t'),
  ])
  const source = join(import.meta.dirname, 'peers', 'J8583Peer.java')
  const output = execFileSync('java', [...JVM, '-cp', String(classPath), source], {
    input: lines.join('\n'),
    encoding: 'utf8',
    stdio: 'pipe',
  })
  const answers = output.trimEnd().split('\n')
  expect(answers).toHaveLength(lines.length)
  for (const [index, { name, message, dialect, bytes }] of asked.entries()) {
    const what = `${message.mti} in ${name}`
    expect({ what, bytes: answers[2 * index] }).toEqual({ what, bytes: bytes.toString('hex') })
    expect(decode(Buffer.from(answers[2 * index] ?? '', 'hex'), dialect)).toEqual(message)
    const values = Object.entries(message.fields).map(([number, value]) => `${number}:${hexOf(value)}`)
    expect({ what, values: answers[2 * index + 1]?.split(' ') }).toEqual({ what, values })
  }
})
