// From a message to bytes: a loop that checks the values and adds up their lengths, and one that
// writes them.
import { digits, isSign, textIsIn } from './characters.ts'
import { type Dialect, type DialectField, widthOf } from './dialect.ts'
import { MalformedMessage } from './malformed-message.ts'
import type { Message } from './message.ts'

const BITMAP_BYTES = 8

/**
 * @throws MalformedMessage for a message that this dialect cannot write: values are never cut or
 * filled up
 */
export function encode({ mti, fields }: Message, dialect: Dialect): Buffer {
  if (mti.length !== 4 || !textIsIn(digits, mti)) throw new MalformedMessage('MTI', 'characters that are not allowed')
  const bitmap = Buffer.alloc(2 * BITMAP_BYTES)
  const present: { field: DialectField; value: string }[] = []
  let bytesOfFields = 0
  for (const key of Object.keys(fields)) {
    const number = Number(key) // in ascending order, as those of whole numbers are
    const value = fields[number]
    if (value === undefined) continue
    const field = dialect.fields[number]
    if (field === undefined) throw new MalformedMessage(number, 'not a field of this dialect')
    bytesOfFields += checkedWidth(value, field)
    present.push({ field, value })
    const index = number - 1
    bitmap[index >> 3] = (bitmap[index >> 3] ?? 0) | (0x80 >> (index & 7))
    if (number > 64) bitmap[0] = (bitmap[0] ?? 0) | 0x80
  }
  const bitmapBytes = ((bitmap[0] ?? 0) & 0x80) === 0 ? BITMAP_BYTES : 2 * BITMAP_BYTES
  const beginning = (dialect.isPacked ? 2 : 4) + (dialect.hasHexBitmap ? 2 * bitmapBytes : bitmapBytes)
  const bytes = Buffer.allocUnsafe(beginning + bytesOfFields)
  let at = bytes.write(mti, 0, dialect.isPacked ? 'hex' : 'latin1')
  if (dialect.hasHexBitmap) at += bytes.write(bitmap.toString('hex', 0, bitmapBytes).toUpperCase(), at, 'latin1')
  else at += bitmap.copy(bytes, at, 0, bitmapBytes)
  for (const { field, value } of present) {
    at = writeLength(bytes, at, lengthOf(value, field), field)
    at += writeValue(bytes, at, value, field)
  }
  return bytes
}

/** As lengths of this dialect count. */
const lengthOf = (value: string, { form }: DialectField): number => (form === 'raw' ? value.length >> 1 : value.length)

/** How many bytes the field takes, with its length. */
function checkedWidth(value: string, field: DialectField): number {
  const { number, kind, form, lengthDigits, lengthMax, characters, isPackedLength } = field
  const length = lengthOf(value, field)
  const isOdd = kind === 'b' && value.length % 2 !== 0
  if (length > lengthMax) throw new MalformedMessage(number, 'too long')
  if (isOdd || (lengthDigits === 0 && length !== lengthMax)) throw new MalformedMessage(number, 'wrong length')
  const isAllowed = kind === 'x+n' ? isSign(value.charCodeAt(0)) && textIsIn(characters, value, 1) : textIsIn(characters, value)
  if (!isAllowed) throw new MalformedMessage(number, 'characters that are not allowed')
  return (isPackedLength ? (lengthDigits + 1) >> 1 : lengthDigits) + widthOf(form, length)
}

function writeLength(bytes: Buffer, at: number, length: number, { lengthDigits, isPackedLength }: DialectField): number {
  if (lengthDigits === 0) return at
  if (!isPackedLength) return at + bytes.write(String(length).padStart(lengthDigits, '0'), at, 'latin1')
  return at + bytes.write(String(length).padStart(lengthDigits === 2 ? 2 : 4, '0'), at, 'hex')
}

function writeValue(bytes: Buffer, at: number, value: string, field: DialectField): number {
  switch (field.form) {
    case 'text':
    case 'signed':
    case 'hex':
      return bytes.write(value, at, 'latin1')
    case 'raw':
      return bytes.write(value, at, 'hex')
    case 'packed':
      return writePacked(bytes, at, value, 0, field)
    case 'packed-signed':
      bytes[at] = value.charCodeAt(0)
      return 1 + writePacked(bytes, at + 1, value, 1, field)
  }
}

/** Two digits in a byte, those of `value` from `begin` on. */
function writePacked(bytes: Buffer, at: number, value: string, begin: number, { padding }: DialectField): number {
  const isOdd = (value.length - begin) % 2 !== 0
  let from = begin - (isOdd && padding === 'zero-in-front' ? 1 : 0)
  let to = at
  for (; from < value.length; from += 2) {
    const high = from < begin ? 0 : nibbleOf(value.charCodeAt(from))
    const low = from + 1 < value.length ? nibbleOf(value.charCodeAt(from + 1)) : padding === 'F-behind' ? 15 : 0
    bytes[to++] = (high << 4) | low
  }
  return to - at
}

/** Digits stand for themselves, and so does D, which `=` on a track is written as too. */
const nibbleOf = (code: number): number => (code === 0x44 ? 13 : code & 15)
