// From bytes to a message: a loop over the bitmap, each step led by the table.
import { bytesAreIn, digits, hexDigits, isSign, textIsIn } from './characters.ts'
import { type Dialect, type DialectField, widthOf } from './dialect.ts'
import { MalformedMessage } from './malformed-message.ts'
import type { Message } from './message.ts'

const BITMAP_BYTES = 8

/** @throws MalformedMessage for everything that is not a whole message of this dialect */
export function decode(bytes: Buffer, dialect: Dialect): Message {
  const message: Message = { mti: '', fields: {} }
  decodeInto(message, bytes, dialect)
  return message
}

/**
 * What stands before the first fault of a message that `decode` refuses: enough, it may be, to
 * answer it. The MTI is empty where even that cannot be read.
 */
export function beginningOf(bytes: Buffer, dialect: Dialect): Message {
  const message: Message = { mti: '', fields: {} }
  try {
    decodeInto(message, bytes, dialect)
  } catch (problem) {
    if (!(problem instanceof MalformedMessage)) throw problem // the refusal is what was asked about
  }
  return message
}

function decodeInto(message: Message, bytes: Buffer, dialect: Dialect): void {
  const cursor: Cursor = { bytes, at: 0 }
  message.mti = mtiAt(cursor, dialect)
  const primary = bitmapAt(cursor, dialect)
  const secondary = ((primary[0] ?? 0) & 0x80) === 0 ? undefined : bitmapAt(cursor, dialect)
  for (let number = 2; number <= (secondary === undefined ? 64 : 128); number++) {
    const bitmap = number <= 64 || secondary === undefined ? primary : secondary
    const index = (number - 1) & 63
    const octet = bitmap[index >> 3] ?? 0
    if (octet === 0)
      number += 7 - (index & 7) // none of the eight
    else if ((octet & (0x80 >> (index & 7))) !== 0) message.fields[number] = valueAt(cursor, fieldOf(number, dialect))
  }
  if (cursor.at !== bytes.length) throw new MalformedMessage('message', 'more after the last field')
}

interface Cursor {
  readonly bytes: Buffer
  at: number
}

/** Moves the cursor over so many bytes and says where they begin. */
function take(cursor: Cursor, count: number, part: 'MTI' | 'bitmap' | number): number {
  const begin = cursor.at
  if (begin + count > cursor.bytes.length) throw new MalformedMessage(part, 'cut short')
  cursor.at = begin + count
  return begin
}

function mtiAt(cursor: Cursor, { isPacked }: Dialect): string {
  const begin = take(cursor, isPacked ? 2 : 4, 'MTI')
  const mti = cursor.bytes.toString(isPacked ? 'hex' : 'latin1', begin, cursor.at)
  if (!textIsIn(digits, mti)) throw new MalformedMessage('MTI', 'characters that are not allowed')
  return mti
}

function bitmapAt(cursor: Cursor, { hasHexBitmap }: Dialect): Buffer {
  const begin = take(cursor, hasHexBitmap ? 2 * BITMAP_BYTES : BITMAP_BYTES, 'bitmap')
  const { bytes, at } = cursor
  if (!hasHexBitmap) return bytes.subarray(begin, at)
  if (!bytesAreIn(hexDigits, bytes, begin, at)) throw new MalformedMessage('bitmap', 'characters that are not allowed')
  return Buffer.from(bytes.toString('latin1', begin, at), 'hex')
}

function fieldOf(number: number, { fields }: Dialect): DialectField {
  const field = fields[number]
  if (field === undefined) throw new MalformedMessage(number, 'not a field of this dialect')
  return field
}

function valueAt(cursor: Cursor, field: DialectField): string {
  const length = field.lengthDigits === 0 ? field.lengthMax : lengthAt(cursor, field)
  if (length > field.lengthMax) throw new MalformedMessage(field.number, 'too long')
  const begin = take(cursor, widthOf(field.form, length), field.number)
  return readValue(cursor.bytes, begin, cursor.at, length, field)
}

/** Digits as the MTI has them: each a byte, or two in one. */
function lengthAt(cursor: Cursor, { number, lengthDigits, form, isPackedLength }: DialectField): number {
  const begin = take(cursor, isPackedLength ? (lengthDigits + 1) >> 1 : lengthDigits, number)
  let length = 0
  for (let at = begin; at < cursor.at; at++) {
    const octet = cursor.bytes[at] ?? 0
    const high = isPackedLength ? octet >> 4 : 0
    const low = isPackedLength ? octet & 15 : octet - 0x30
    if (high > 9 || low < 0 || low > 9) throw new MalformedMessage(number, 'length is no number')
    length = length * (isPackedLength ? 100 : 10) + high * 10 + low
  }
  if (form === 'hex' && length % 2 !== 0) throw new MalformedMessage(number, 'wrong length')
  return length
}

function readValue(bytes: Buffer, begin: number, end: number, length: number, field: DialectField): string {
  switch (field.form) {
    case 'text':
      if (!bytesAreIn(field.characters, bytes, begin, end)) throw notAllowed(field)
      return bytes.toString('latin1', begin, end)
    case 'signed':
      if (!isSign(bytes[begin]) || !bytesAreIn(digits, bytes, begin + 1, end)) throw notAllowed(field)
      return bytes.toString('latin1', begin, end)
    case 'raw':
      return bytes.toString('hex', begin, end).toUpperCase()
    case 'hex':
      if (!bytesAreIn(hexDigits, bytes, begin, end)) throw notAllowed(field)
      return bytes.toString('latin1', begin, end).toUpperCase()
    case 'packed':
      return unpacked(bytes.toString('hex', begin, end), length, field)
    case 'packed-signed':
      if (!isSign(bytes[begin])) throw notAllowed(field)
      return bytes.toString('latin1', begin, begin + 1) + unpacked(bytes.toString('hex', begin + 1, end), length - 1, field)
  }
}

/** The digits out of their bytes; on a track `=` is written as D. */
function unpacked(nibbles: string, length: number, field: DialectField): string {
  const { number, kind, characters, padding } = field
  let text = nibbles
  if (length < nibbles.length) {
    const isInFront = padding === 'zero-in-front'
    const pad = isInFront ? nibbles[0] : nibbles.at(-1)
    if (pad !== (padding === 'F-behind' ? 'f' : '0')) throw new MalformedMessage(number, 'padding is wrong')
    text = isInFront ? nibbles.slice(1) : nibbles.slice(0, -1)
  }
  if (kind === 'z') text = text.replaceAll('d', '=')
  if (!textIsIn(characters, text)) throw notAllowed(field)
  return text
}

const notAllowed = ({ number }: DialectField): MalformedMessage => new MalformedMessage(number, 'characters that are not allowed')
