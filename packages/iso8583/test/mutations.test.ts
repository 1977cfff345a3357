// Messages that were changed on their way: each is decoded, or refused by the one error of this
// package, which holds nothing of it.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  beginningOf,
  decode,
  dialectOf,
  encode,
  FrameReader,
  frame,
  MalformedMessage,
  readBerTlv,
  readTaggedValues,
  shownMessage,
  usualTagLayout,
} from '../src/index.ts'
import { anyMessage, someDialects } from './any-message.ts'
import { MUTATIONS, mutated, randomFrom } from './mutated.ts'

/** Many times what one takes, as other tests run beside this one. */
const CPU_MICROSECONDS_MAX = 1_000
const WORDS = /^(?:frame|MTI|bitmap|message|tags|DE \d{1,3}): [a-zA-Z ]+$/

/** Undefined where it is refused as it should be. */
function orRefused<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (problem) {
    if (problem instanceof MalformedMessage && WORDS.test(problem.message)) return undefined
    throw problem
  }
}

const dialects = Object.entries(someDialects)

test.each(dialects)(
  'mutated messages are decoded or refused: %s',
  (_name, settings) => {
    const dialect = dialectOf(settings)
    const originals = fc.sample(anyMessage(settings), { numRuns: 60, seed: 1987 }).map((message) => encode(message, dialect))
    const random = randomFrom(8583)
    const pick = (): Buffer => originals[random(originals.length)] ?? Buffer.alloc(0)
    const begun = process.cpuUsage()
    const count = Math.ceil(MUTATIONS / dialects.length)
    let decoded = 0
    for (let turn = 0; turn < count; turn++) {
      const bytes = mutated(pick(), pick(), random)
      const message = orRefused(() => decode(bytes, dialect))
      if (message === undefined) {
        beginningOf(bytes, dialect)
        continue
      }
      decoded++
      // Whatever was let in can be sent on, and its parts be read.
      const sent = encode(message, dialect)
      if (!encode(decode(sent, dialect), dialect).equals(sent)) throw new Error('it changes')
      orRefused(() => readBerTlv(message.fields[55] ?? ''))
      orRefused(() => readTaggedValues(message.fields[48] ?? '', usualTagLayout))
      if (shownMessage(message, dialect).fields[2]?.includes('0')) throw new Error('a card number is shown')
    }
    const { user, system } = process.cpuUsage(begun)
    expect(decoded).toBeGreaterThan(0)
    expect(decoded).toBeLessThan(count)
    expect((user + system) / count).toBeLessThan(CPU_MICROSECONDS_MAX)
  },
  1_200_000,
)

test.each(['binary-2', 'binary-4', 'ascii-4'] as const)(
  'a mutated stream gives messages up to its first fault, and keeps no more than one: %s',
  (header) => {
    const bytesMax = 600
    const random = randomFrom(4)
    const stream = Buffer.concat(Array.from({ length: 8 }, (_, index) => frame(Buffer.alloc(10 + index * 60, index), header)))
    for (let turn = 0; turn < MUTATIONS / 20; turn++) {
      const bytes = mutated(stream, stream, random)
      const reader = new FrameReader(header, bytesMax)
      const whole = new FrameReader(header, bytesMax).read(bytes)
      const read: Buffer[] = []
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + random(100)
        read.push(...reader.read(bytes.subarray(at, end)).messages)
        at = end
      }
      const { fault } = reader.read(Buffer.from('0'.repeat(9)))
      if (!Buffer.concat(read).equals(Buffer.concat(whole.messages))) throw new Error('it depends on the chunks')
      if (whole.fault !== undefined && (fault?.message !== whole.fault.message || !WORDS.test(fault.message)))
        throw new Error('another fault')
      if (read.some((message) => message.length > bytesMax || message.length === 0)) throw new Error('a message of a wrong length')
    }
  },
  600_000,
)

test('chip data of any bytes is read or refused', () => {
  const random = randomFrom(55)
  for (let turn = 0; turn < MUTATIONS / 5; turn++) {
    const bytes = Buffer.from(Array.from({ length: random(60) }, () => (random(2) === 0 ? random(256) : (random(8) << 5) | 0x1f)))
    orRefused(() => readBerTlv(bytes.toString('hex').toUpperCase()))
  }
})
