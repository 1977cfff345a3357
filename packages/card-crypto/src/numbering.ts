// Numbering cards: a keyed permutation turns a counter into a serial, so that card numbers are
// unguessable and none comes twice.
import { createSecretKey, hkdfSync, KeyObject } from 'node:crypto'
import { aesBlock, blockBytes } from './aes-block.ts'
import { CardCryptoError } from './card-crypto-error.ts'
import { createFf1, ff1DomainMin } from './ff1.ts'
import { luhnDigit } from './luhn.ts'
import { Pan, panLengthMax, panLengthMin } from './pan.ts'

/**
 * Up to here a table of all serials is cheaper than walking FF1's domain of a million; it takes two
 * bytes a serial.
 */
const tableSizeMax = 65_536
const keyBytes = 32
const binPattern = /^(?:[0-9]{6}|[0-9]{8})$/

/**
 * Card numbers `bin` + serial + Luhn digit, with the serials from `rangeStart` up to, not
 * including, `rangeStart + rangeSize`. Bin, length, start and size choose the permutation: a range
 * in use is never resized, a bank that needs more adds another one.
 */
export interface PanRange {
  bin: string // 6 or 8 digits
  panLength?: number // 12 to 19, 16 unless told
  rangeStart: bigint | number
  rangeSize: bigint | number
}

export interface PanFromCounterOptions extends PanRange {
  counter: bigint | number // from 0; each value is used once
  key: KeyObject | Uint8Array // the tenant's numbering key, AES-256
}

/**
 * The card number of one counter value. Prepares the permutation each time; `Hsm.numberPan` keeps
 * it. Throws `range.exhausted` when the counter has reached the size, `range.invalid` and
 * `key.invalid` for wrong settings.
 */
export function panFromCounter(options: PanFromCounterOptions): Pan {
  return panNumbering(options, options.key).one(options.counter)
}

/** The numbering of one range, prepared once. */
export interface PanNumbering {
  /** The card number of one counter value. */
  one(counter: bigint | number): Pan
  /** Those of `count` values from one onwards, in their order; far less work each. */
  many(from: bigint | number, count: number): Pan[]
}

/** The numbering of one range for many counters; errors as `panFromCounter`. */
export function panNumbering(range: PanRange, key: KeyObject | Uint8Array): PanNumbering {
  const { bin, start, size, serialDigits, name } = checkedRange(range)
  const permute = permutation(rangeKey(key, name), size)
  const checked = (counter: bigint | number): number => {
    const position = wholeNumber(counter, 'counter')
    if (position >= size) throw new CardCryptoError('range.exhausted', `The range ${name} has no card number left`)
    return position
  }
  const panOf = (serial: number): Pan => {
    const body = bin + String(start + serial).padStart(serialDigits, '0')
    const pan = Pan.parse(body + luhnDigit(body))
    if (!pan) throw new CardCryptoError('range.invalid', `The range ${name} does not give card numbers`)
    return pan
  }
  return {
    one: (counter) => panOf(permute.one(checked(counter))),
    many(from, count) {
      const first = checked(from)
      if (count > 0) checked(first + count - 1)
      return permute.many(Array.from({ length: count }, (_, i) => first + i)).map(panOf)
    },
  }
}

/** One name for the same range however its numbers were written; it holds no serial. */
export function rangeName(range: PanRange): string {
  return checkedRange(range).name
}

function checkedRange(range: PanRange): { bin: string; start: number; size: number; serialDigits: number; name: string } {
  const { bin, panLength = 16 } = range
  if (!binPattern.test(bin)) throw new CardCryptoError('range.invalid', 'A BIN has 6 or 8 digits')
  if (!Number.isInteger(panLength) || panLength < panLengthMin || panLength > panLengthMax)
    throw new CardCryptoError('range.invalid', `A card number has ${panLengthMin} to ${panLengthMax} digits`)
  const start = wholeNumber(range.rangeStart, 'start of a range')
  const size = wholeNumber(range.rangeSize, 'size of a range')
  const serialDigits = panLength - bin.length - 1
  const name = `${bin}/${panLength}/${start}/${size}`
  if (size < 1 || start + size > 10 ** serialDigits)
    throw new CardCryptoError('range.invalid', `The range ${name} does not fit ${serialDigits} digits`)
  return { bin, start, size, serialDigits, name }
}

function wholeNumber(value: bigint | number, what: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 0) throw new CardCryptoError('range.invalid', `The ${what} is a whole number from 0`)
  return number
}

/**
 * Each range has a key of its own (HKDF, RFC 5869), so that two ranges of one bank never show the
 * same order.
 */
function rangeKey(key: KeyObject | Uint8Array, name: string): KeyObject {
  const material = key instanceof KeyObject ? key : createSecretKey(key)
  if (material.symmetricKeySize !== keyBytes) throw new CardCryptoError('key.invalid', 'A numbering key has 32 bytes')
  return createSecretKey(Buffer.from(hkdfSync('sha256', material, '', `dcms pan numbering 1 ${name}`, keyBytes)))
}

/**
 * A permutation of 0 … size − 1. FF1 over decimal digits where the size is a power of ten from a
 * million; else FF1 in the radix that fits closest, walking until the text is inside (Black and
 * Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002, method 2); small ranges by the
 * prefix cipher (same paper, method 1), because FF1 takes no domain under a million.
 */
function permutation(key: KeyObject, size: number): Permutation {
  if (size <= tableSizeMax) {
    const serialOf = prefixCipher(key, size)
    return { one: serialOf, many: (positions) => positions.map(serialOf) }
  }
  const ff1 = createFf1({ key, ...closestDomain(size), tweak: new Uint8Array(0) })
  const end = BigInt(size)
  return {
    one(position) {
      let text = ff1.encrypt(BigInt(position))
      while (text >= end) text = ff1.encrypt(text)
      return Number(text)
    },
    many(positions) {
      const texts = ff1.encryptMany(positions)
      for (;;) {
        const outside = texts.flatMap((text, i) => (text >= size ? [i] : []))
        if (outside.length === 0) return texts
        const walked = ff1.encryptMany(outside.map((i) => texts[i] ?? 0))
        for (const [at, i] of outside.entries()) texts[i] = walked[at] ?? 0
      }
    },
  }
}

interface Permutation {
  one(position: number): number
  many(positions: readonly number[]): number[]
}

/**
 * Radix and length with radix^length at or just above the size; rounding is settled in whole
 * numbers, never in fractions.
 */
function closestDomain(size: number): { radix: number; length: number } {
  const digits = String(size - 1).length
  if (size >= ff1DomainMin && 10 ** digits === size) return { radix: 10, length: digits }
  const wanted = BigInt(Math.max(size, ff1DomainMin))
  const length = wanted <= 2n ** 32n ? 2 : 4 // a radix goes up to 2^16
  let radix = Math.floor(Number(wanted) ** (1 / length)) - 1
  while (BigInt(radix) ** BigInt(length) < wanted) radix++
  return { radix, length }
}

/**
 * Every position is enciphered as one AES block; a position's serial is the rank of its block among
 * all.
 */
function prefixCipher(key: KeyObject, size: number): (position: number) => number {
  const positions = Buffer.alloc(size * blockBytes)
  for (let i = 0; i < size; i++) positions.writeUInt32BE(i, (i + 1) * blockBytes - 4)
  const blocks = aesBlock(key)(positions)
  const heads = Float64Array.from({ length: size }, (_, i) => blocks.readUIntBE(i * blockBytes, 6)) // 48 bits order nearly all pairs
  const order = Array.from({ length: size }, (_, i) => i).sort(
    (a, b) => (heads[a] ?? 0) - (heads[b] ?? 0) || blockAt(blocks, a).compare(blockAt(blocks, b)),
  )
  const serials = new Uint16Array(size)
  for (const [rank, position] of order.entries()) serials[position] = rank
  return (position) => serials[position] ?? 0
}

function blockAt(blocks: Buffer, position: number): Buffer {
  return blocks.subarray(position * blockBytes, (position + 1) * blockBytes)
}
