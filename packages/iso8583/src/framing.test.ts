import { expect, test } from '@jest/globals'
import { type FrameHeader, FrameReader, frame } from './framing.ts'

const message = Buffer.from('0800822000000000000004000000000000000401234512123456001')

test.each([
  ['binary-2', '0037'],
  ['binary-4', '00000037'],
  ['ascii-4', '30303535'],
] as const)('%s: the length stands in front and does not count itself', (header, length) => {
  const framed = frame(message, header)
  expect(framed.toString('hex')).toBe(length + message.toString('hex'))
  expect(new FrameReader(header, 1000).read(framed)).toEqual({ messages: [message] })
})

test('byte by byte it comes in too, and one sees that it has begun', () => {
  const reader = new FrameReader('binary-2', 1000)
  const framed = frame(message, 'binary-2')
  expect(reader.isInMessage).toBe(false)
  for (const byte of framed.subarray(0, -1)) {
    expect(reader.read(Buffer.of(byte))).toEqual({ messages: [] })
    expect(reader.isInMessage).toBe(true)
  }
  expect(reader.read(framed.subarray(-1))).toEqual({ messages: [message] })
  expect(reader.isInMessage).toBe(false)
})

test('several come in one chunk, and the next may have begun', () => {
  const reader = new FrameReader('ascii-4', 1000)
  const framed = frame(message, 'ascii-4')
  expect(reader.read(Buffer.concat([framed, framed, framed.subarray(0, 3)]))).toEqual({ messages: [message, message] })
  expect(reader.read(framed.subarray(3))).toEqual({ messages: [message] })
})

test('a message is the reader’s own: the chunk may be written over', () => {
  const chunk = frame(message, 'binary-2')
  const { messages } = new FrameReader('binary-2', 1000).read(chunk)
  chunk.fill(0)
  expect(messages).toEqual([message])
})

test.each([
  ['binary-2', Buffer.from('0000', 'hex'), 'frame: empty'],
  ['binary-2', Buffer.from('0065', 'hex'), 'frame: too long'],
  ['binary-4', Buffer.from('00000000', 'hex'), 'frame: empty'],
  ['binary-4', Buffer.from('ffffffff', 'hex'), 'frame: too long'],
  ['ascii-4', Buffer.from('0000'), 'frame: empty'],
  ['ascii-4', Buffer.from('0101'), 'frame: too long'],
  ['ascii-4', Buffer.from('00a1'), 'frame: length is no number'],
  ['ascii-4', Buffer.from('+100'), 'frame: length is no number'],
  ['ascii-4', Buffer.from(' 100'), 'frame: length is no number'],
] as [FrameHeader, Buffer, string][])('%s: the length %p is refused: %s, whatever follows', (header, length, fault) => {
  const reader = new FrameReader(header, 100)
  const good = frame(Buffer.from('good'), header)
  const first = reader.read(Buffer.concat([good, length, good]))
  expect(first.messages).toEqual([Buffer.from('good')])
  expect(first.fault?.message).toBe(fault)
  expect(reader.read(good)).toEqual({ messages: [], fault: first.fault })
})

test('the longest message allowed is read', () => {
  const longest = Buffer.alloc(100, 1)
  expect(new FrameReader('binary-2', 100).read(frame(longest, 'binary-2')).messages).toEqual([longest])
})

test('what a header cannot say is not framed', () => {
  expect(() => frame(Buffer.alloc(0), 'binary-2')).toThrow('frame: empty')
  expect(() => frame(Buffer.alloc(0x10000), 'binary-2')).toThrow('frame: too long')
  expect(() => frame(Buffer.alloc(10_000), 'ascii-4')).toThrow('frame: too long')
})
