// What is encoded decodes to the same message, in every dialect and in whatever chunks it comes.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  asciiDialect,
  type BerTlv,
  decode,
  dialectOf,
  encode,
  type FrameHeader,
  FrameReader,
  frame,
  readBerTlv,
  readTaggedValues,
  writeBerTlv,
  writeTaggedValues,
} from '../src/index.ts'
import { anyMessage, someDialects } from './any-message.ts'

test.each(Object.entries(someDialects))('any message comes back: %s', (_name, settings) => {
  const dialect = dialectOf(settings)
  fc.assert(
    fc.property(anyMessage(settings), (message) => {
      const bytes = encode(message, dialect)
      expect(decode(bytes, dialect)).toEqual(message)
      expect(encode(decode(bytes, dialect), dialect).equals(bytes)).toBe(true)
    }),
    { numRuns: 200 },
  )
})

const headers: readonly FrameHeader[] = ['binary-2', 'binary-4', 'ascii-4']
const BYTES_MAX = 9_999

test.each(headers)('messages come out of a stream as they went in, however it is cut: %s', (header) => {
  const someBytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((each) => Buffer.from(each))
  fc.assert(
    fc.property(fc.array(someBytes, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (messages, sizes) => {
      const stream = Buffer.concat(messages.map((message) => frame(message, header)))
      const reader = new FrameReader(header, BYTES_MAX)
      const read: Buffer[] = []
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        const frames = reader.read(stream.subarray(at, at + size))
        expect(frames.fault).toBeUndefined()
        read.push(...frames.messages)
        at += size
      }
      expect(read).toEqual(messages)
      expect(reader.isInMessage).toBe(false)
    }),
  )
})

test('a framed message of the ISO kind comes back too', () => {
  const dialect = dialectOf(asciiDialect)
  fc.assert(
    fc.property(anyMessage(asciiDialect), (message) => {
      const bytes = encode(message, dialect)
      const { messages } = new FrameReader('binary-2', 0xffff).read(frame(bytes, 'binary-2'))
      expect(messages.map((each) => decode(each, dialect))).toEqual([message])
    }),
  )
})

const anyHex = fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each).toString('hex').toUpperCase())
const { objects: anyObjects } = fc.letrec<{ object: BerTlv; objects: BerTlv[] }>((tie) => ({
  object: fc.oneof(
    { depthSize: 'small', maxDepth: 6 },
    fc.record({ tag: fc.constantFrom('9F26', '95', '5F2A', 'DF8101', '9F10'), value: anyHex }),
    fc.record({ tag: fc.constantFrom('72', 'E1', 'BF0C', '3F8101'), children: tie('objects') }),
  ),
  objects: fc.array(tie('object'), { maxLength: 4, depthIdentifier: 'objects' }),
}))

test('any chip data comes back', () => {
  fc.assert(fc.property(anyObjects, (objects) => expect(readBerTlv(writeBerTlv(objects))).toEqual(objects)))
})

test.each([
  [3, 3],
  [2, 2],
  [1, 4],
])('any tagged values come back: tags of %i characters, lengths of %i digits', (tagCharacters, lengthDigits) => {
  const layout = { tagCharacters, lengthDigits }
  const tag = fc.string({ minLength: tagCharacters, maxLength: tagCharacters })
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(tag, fc.string({ maxLength: 99 })), { selector: ([each]) => each }), (values) => {
      expect([...readTaggedValues(writeTaggedValues(values, layout), layout)]).toEqual(values)
    }),
  )
})
