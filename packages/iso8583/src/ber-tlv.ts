// Chip data in DE 55: tag, length and value by the basic encoding rules (ISO 8825-1), as EMV uses
// them (Book 3, annex B).
import { hexDigits, textIsIn } from './characters.ts'
import { MalformedMessage } from './malformed-message.ts'

export interface PrimitiveTlv {
  /** Upper-case hexadecimal digits: `9F26`. */
  readonly tag: string
  /** Upper-case hexadecimal digits. */
  readonly value: string
}

/** A template, which holds others. */
export interface ConstructedTlv {
  readonly tag: string
  readonly children: readonly BerTlv[]
}

export type BerTlv = PrimitiveTlv | ConstructedTlv

const TAG_BYTES_MAX = 4
const LENGTH_BYTES_MAX = 3
const DEPTH_MAX = 8
const CONSTRUCTED = 0x20

/**
 * @param hex a value of DE 55 as messages have it
 * @throws MalformedMessage
 */
export function readBerTlv(hex: string): BerTlv[] {
  return readRange(bytesOf(hex), 0, hex.length / 2, 1)
}

function bytesOf(hex: string): Buffer {
  if (hex.length % 2 !== 0 || !textIsIn(hexDigits, hex)) throw refused('characters that are not allowed')
  return Buffer.from(hex, 'hex')
}

function readRange(bytes: Buffer, begin: number, end: number, depth: number): BerTlv[] {
  if (depth > DEPTH_MAX) throw refused('nested too deep')
  const found: BerTlv[] = []
  let at = begin
  while (at < end) {
    if (bytes[at] === 0) {
      at++ // between the objects there may be zeros without a meaning
      continue
    }
    const tagEnd = endOfTag(bytes, at, end)
    const tag = hexOf(bytes, at, tagEnd)
    const { length, valueBegin } = lengthAt(bytes, tagEnd, end)
    const valueEnd = valueBegin + length
    if (valueEnd > end) throw refused('cut short')
    const isConstructed = ((bytes[at] ?? 0) & CONSTRUCTED) !== 0
    if (isConstructed) found.push({ tag, children: readRange(bytes, valueBegin, valueEnd, depth + 1) })
    else found.push({ tag, value: hexOf(bytes, valueBegin, valueEnd) })
    at = valueEnd
  }
  return found
}

/** A first byte that ends in five ones goes on, each further one that begins with a one too. */
function endOfTag(bytes: Buffer, begin: number, end: number): number {
  let at = begin + 1
  if (((bytes[begin] ?? 0) & 0x1f) !== 0x1f) return at
  for (;;) {
    if (at >= end) throw refused('cut short')
    if (at - begin >= TAG_BYTES_MAX) throw refused('wrong form of a tag')
    if (((bytes[at++] ?? 0) & 0x80) === 0) return at
  }
}

function lengthAt(bytes: Buffer, begin: number, end: number): { length: number; valueBegin: number } {
  if (begin >= end) throw refused('cut short')
  const first = bytes[begin] ?? 0
  if (first < 0x80) return { length: first, valueBegin: begin + 1 }
  const count = first & 0x7f
  // 80, a length that only an end mark tells, is not for chip data.
  if (count === 0 || count > LENGTH_BYTES_MAX) throw refused('wrong form of a length')
  const valueBegin = begin + 1 + count
  if (valueBegin > end) throw refused('cut short')
  return { length: bytes.readUIntBE(begin + 1, count), valueBegin }
}

/** The bytes of these, in their order, as hexadecimal digits. @throws MalformedMessage */
export function writeBerTlv(objects: readonly BerTlv[], depth = 1): string {
  if (depth > DEPTH_MAX) throw refused('nested too deep')
  return objects
    .map((object) => {
      const isConstructed = 'children' in object
      const value = isConstructed ? writeBerTlv(object.children, depth + 1) : object.value.toUpperCase()
      bytesOf(value)
      return checkedTag(object.tag, isConstructed) + lengthHex(value.length / 2) + value
    })
    .join('')
}

function checkedTag(tag: string, isConstructed: boolean): string {
  const bytes = bytesOf(tag)
  const isWhole = bytes.length > 0 && bytes[0] !== 0 && endOfTag(bytes, 0, bytes.length) === bytes.length
  const isOfKind = (((bytes[0] ?? 0) & CONSTRUCTED) !== 0) === isConstructed
  if (!isWhole || !isOfKind) throw refused('wrong form of a tag')
  return tag.toUpperCase()
}

function lengthHex(length: number): string {
  if (length < 0x80) return hexNumber(length, 2)
  for (let count = 1; count <= LENGTH_BYTES_MAX; count++)
    if (length < 256 ** count) return hexNumber(0x80 | count, 2) + hexNumber(length, 2 * count)
  throw refused('too long')
}

/** The value of the first object with this tag, those in templates included. */
export function valueOfTag(objects: readonly BerTlv[], tag: string): string | undefined {
  for (const object of objects) {
    const value = 'children' in object ? valueOfTag(object.children, tag) : object.tag === tag ? object.value : undefined
    if (value !== undefined) return value
  }
  return undefined
}

const hexOf = (bytes: Buffer, begin: number, end: number): string => bytes.toString('hex', begin, end).toUpperCase()
const hexNumber = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0')
const refused = (reason: MalformedMessage['reason']): MalformedMessage => new MalformedMessage(55, reason)
