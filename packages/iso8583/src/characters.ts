// Which characters a value may have, by the kind of its field.
import type { FieldKind } from './field-table.ts'

const DIGIT = 1
const LETTER = 2
const SPACE = 4
const SPECIAL = 8
const TRACK_SIGN = 16
const HEX_LETTER = 32

/** Bits of the groups that a character belongs to, by its code in Latin-1. */
const groups = new Uint8Array(256)
const join = (characters: string, group: number): void => {
  for (const character of characters) groups[character.charCodeAt(0)] = (groups[character.charCodeAt(0)] ?? 0) | group
}
for (let code = 0x21; code < 0x7f; code++) join(String.fromCharCode(code), SPECIAL)
// Letters of Latin-1: names of shops have them. Control characters never pass, so that no value can
// break a line of a log.
for (let code = 0xa0; code <= 0xff; code++) join(String.fromCharCode(code), SPECIAL)
join('0123456789', DIGIT)
join('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', LETTER)
join(' ', SPACE)
join('=D', TRACK_SIGN)
join('ABCDEFabcdef', HEX_LETTER)

/** A set of characters. */
export type CharacterSet = number
export const digits: CharacterSet = DIGIT
export const hexDigits: CharacterSet = DIGIT | HEX_LETTER

export const charactersOf: Record<FieldKind, CharacterSet> = {
  n: DIGIT,
  'x+n': DIGIT, // behind its sign
  a: LETTER | SPACE,
  an: LETTER | DIGIT | SPACE,
  ns: DIGIT | SPACE | SPECIAL,
  ans: LETTER | DIGIT | SPACE | SPECIAL,
  b: hexDigits,
  z: DIGIT | TRACK_SIGN,
}

/** Whether all bytes from `begin` to before `end` are in the set. */
export function bytesAreIn(set: CharacterSet, bytes: Uint8Array, begin: number, end: number): boolean {
  for (let at = begin; at < end; at++) if (((groups[bytes[at] ?? 0] ?? 0) & set) === 0) return false
  return true
}

/** Whether all characters from `begin` on are in the set. */
export function textIsIn(set: CharacterSet, text: string, begin = 0): boolean {
  for (let at = begin; at < text.length; at++) if (((groups[text.charCodeAt(at)] ?? 0) & set) === 0) return false
  return true
}

/** C or D, credit or debit: what an amount of the kind `x+n` begins with. */
export const isSign = (code: number | undefined): boolean => code === 0x43 || code === 0x44
