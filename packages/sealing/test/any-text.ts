// Any text, for properties.
import fc from 'fast-check'

const SURROGATES_FIRST = 0xd800
const SURROGATES = 0x800
const LAST = 0x10ffff

/**
 * Every character there is, surrogates apart: what `unit: 'binary'` draws from, without the table
 * of a million characters that fast-check first makes of it.
 */
const anyCharacter = fc.integer({ min: 0, max: LAST - SURROGATES }).map(
  (position) => String.fromCodePoint(position < SURROGATES_FIRST ? position : position + SURROGATES),
  (text) => {
    const point = typeof text === 'string' && [...text].length === 1 ? text.codePointAt(0) : undefined
    if (point === undefined || (point >= SURROGATES_FIRST && point < SURROGATES_FIRST + SURROGATES)) throw new Error('not one character')
    return point < SURROGATES_FIRST ? point : point - SURROGATES
  },
)

/** Text of any characters, at most that many where it is said. */
export const anyText = (constraints: { maxLength?: number } = {}): fc.Arbitrary<string> => fc.string({ ...constraints, unit: anyCharacter })
