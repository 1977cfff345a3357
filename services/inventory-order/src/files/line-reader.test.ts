// Lines out of pieces: the same however a file is cut, whatever is in it.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type FileLine, LineReader } from './line-reader.ts'

const MAX = 40

/** The lines of the bytes, cut into pieces of these lengths again and again. */
function linesOf(bytes: Uint8Array, lengths: readonly number[] = [bytes.length || 1]): FileLine[] {
  const reader = new LineReader(MAX)
  const lines: FileLine[] = []
  const keep = (line: FileLine) => lines.push({ ...line, bytes: Buffer.from(line.bytes), content: Buffer.from(line.content) }) // pieces are used again below
  for (let from = 0, at = 0; from < bytes.length; at++) {
    const end = from + (lengths[at % lengths.length] ?? 1)
    const piece = Buffer.from(bytes.subarray(from, end))
    for (const line of reader.push(piece)) keep(line)
    piece.fill(0xff)
    from = end
  }
  for (const line of reader.end()) keep(line)
  return lines
}
const textsOf = (text: string) => linesOf(Buffer.from(text)).map(({ content }) => content.toString())

const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 })
/** Many ends of lines, and of every other byte something. */
const fileBytes = fc
  .array(fc.oneof(fc.constantFrom(0x0a, 0x0d, 0x7c, 0x00, 0x44), fc.integer({ min: 0, max: 255 })), { maxLength: 400 })
  .map((bytes) => Uint8Array.from(bytes))

test('the lines are the same, however the file is cut', () => {
  fc.assert(fc.property(fileBytes, lengths, (bytes, cuts) => expect(linesOf(bytes, cuts)).toEqual(linesOf(bytes))))
})

test('no byte is lost or moved, apart from lines that are too long', () => {
  fc.assert(
    fc.property(fileBytes, lengths, (bytes, cuts) => {
      const lines = linesOf(bytes, cuts)
      expect(lines.map(({ number }) => number)).toEqual(lines.map((_, at) => at + 1))
      if (lines.some(({ isTooLong }) => isTooLong)) return
      expect(Buffer.concat(lines.map((line) => line.bytes))).toEqual(Buffer.from(bytes))
    }),
  )
})

test('a line ends with LF or CRLF; a CR elsewhere is part of it', () => {
  expect(textsOf('a\r\nb\nc\rd\r\r\n\n')).toEqual(['a', 'b', 'c\rd\r', ''])
})

test('what follows the last end is a line, unless it is empty', () => {
  expect(textsOf('a\nb')).toEqual(['a', 'b'])
  expect(textsOf('a\r')).toEqual(['a\r'])
  expect(textsOf('')).toEqual([])
})

test('a line that is too long is said to be, and nothing of it is kept; the next one is read', () => {
  const long = `${'x'.repeat(MAX)}\n`
  for (const cuts of [[1], [7], [200]]) {
    const [first, second] = linesOf(Buffer.from(`${long}next\n`), cuts)
    expect(first).toEqual({ number: 1, bytes: Buffer.alloc(0), content: Buffer.alloc(0), isTooLong: true })
    expect(second).toMatchObject({ number: 2, content: Buffer.from('next'), isTooLong: false })
  }
  expect(linesOf(Buffer.from(long.slice(1)))[0]).toMatchObject({ isTooLong: false })
})
