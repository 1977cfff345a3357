// What is recognised without having been noted: card numbers by BIN and check digit, PINs and CVVs
// by the word before them.
import type { UsedSecret } from './secret.ts'

/**
 * `text`: logs, messages and documents; `raw`: files of engines, in which words and digits meet by
 * chance.
 */
export type Content = 'text' | 'raw'

export interface PatternHit {
  start: number
  secret: UsedSecret
}

const PAN_DIGITS_MIN = 16
const PAN_DIGITS_MAX = 19
/**
 * Of PINs that nobody noted: products take 4 to 6 digits; a kit number of ten behind `setPin:` is
 * none.
 */
const PIN_DIGITS_MIN = 4
const CVV_DIGITS_MAX = 4

/**
 * In lower case only as a word of its own (not `mapping`), with a capital also behind others
 * (`newPin`).
 */
const WORD = '(?:(?<![A-Za-z])(?:pin|cvv2?|cvc2?|icvv)|(?<![A-Z])(?:Pin|PIN|Cvv2?|CVV2?|Cvc2?|CVC2?))'
/** Alone: a request id behind `/kit-manager/setPin` is no PIN. */
const WORD_ALONE = '(?<![\\w/-])(?:[Pp]in|PIN|[Cc]vv2?|CVV2?|[Cc]vc2?|CVC2?)'
/** `"pin":"1234"`, `\"pin\":1234`, `pin=1234`, `pin%3D1234`, `<pin>1234`. */
const SIGN = `["'\\\\ \\t]*(?:[:=>]|%3[AaDd])["'\\\\ \\t]*`
/** The digits end there: no identifier, date, time, fraction or Base64 goes on behind them. */
const END = '(?![\\w+/=-]|[.:]\\d)'
const BEHIND_SIGN = new RegExp(`(${WORD})${SIGN}(\\d{3,6})${END}`, 'g')
/** `PIN 1234`, `PIN is 1234`. */
const BEHIND_SPACE = new RegExp(`(${WORD_ALONE})[ \\t]+(?:(?:is|was)[ \\t]+)?(\\d{3,6})${END}`, 'g')
/**
 * Among raw bytes both ends have to be seen: PostgreSQL's compression puts a byte between every
 * eight characters, so that the beginning of an identifier may look like a number behind a word.
 */
const AMONG_BYTES = new RegExp(`(${WORD})(?<=["' ?&{,;<(]\\w{0,24})${SIGN}(\\d{3,6})(?=["'\\\\ &,}<;)\\n])`, 'g')
/**
 * A string element of BSON: type 2, name, zero, length with the closing zero (four bytes), text,
 * zero.
 */
const IN_BSON = new RegExp(`\\x02\\w{0,20}?(${WORD})\\x00([\\x04-\\x07])\\x00\\x00\\x00(\\d{3,6})\\x00`, 'g')
/**
 * A path that ends with the word, and the status of that call behind it: a CVV may happen to be
 * 200. In JSON, or in JSON inside a string.
 */
const STATUS_OF_CALL = `(?<=/[\\w/-]*)["\\\\]+\\s*,\\s*["\\\\]+status["\\\\]+\\s*:`
/**
 * A noted PIN or CVV may be longer and stand a little further from the word, within one value or
 * sentence; `"path":"/kit-manager/getCvv","status":200` shows none.
 */
const NEARBY = new RegExp(`(${WORD})(?![A-Za-z-])(?!${STATUS_OF_CALL})[^\\d{}[\\]\\x00-\\x1f]{1,16}(\\d{3,12})${END}`, 'g')

/** PINs and CVVs next to such a word; `latin1` has one character per byte. */
export function secretsInContext(latin1: string, content: Content): PatternHit[] {
  const hits: PatternHit[] = []
  for (const pattern of content === 'text' ? [BEHIND_SIGN, BEHIND_SPACE] : [AMONG_BYTES])
    for (const { index, 0: whole, 1: word = '', 2: digits = '' } of latin1.matchAll(pattern)) add(hits, index + whole.length, word, digits)
  for (const { index, 0: whole, 1: word = '', 2: length = '', 3: digits = '' } of latin1.matchAll(IN_BSON))
    if (length.charCodeAt(0) === digits.length + 1) add(hits, index + whole.length - 1, word, digits)
  return hits
}

/**
 * Noted PINs and CVVs near such a word. Of text only: among raw bytes a word and a number would
 * meet by chance.
 */
export function notedNearby(text: string, noted: { pins: ReadonlySet<string>; cvvs: ReadonlySet<string> }): PatternHit[] {
  const hits: PatternHit[] = []
  if (noted.pins.size + noted.cvvs.size === 0) return hits
  for (const { index, 0: whole, 1: word = '', 2: digits = '' } of text.matchAll(NEARBY))
    if ((isPin(word) ? noted.pins : noted.cvvs).has(digits)) add(hits, index + whole.length, word, digits)
  return hits
}

const isPin = (word: string): boolean => word.toLowerCase() === 'pin'

function add(hits: PatternHit[], end: number, word: string, digits: string): void {
  if (isPin(word) ? digits.length < PIN_DIGITS_MIN : digits.length > CVV_DIGITS_MAX) return
  hits.push({ start: end - digits.length, secret: { kind: isPin(word) ? 'pin' : 'cvv', value: digits } })
}

/**
 * Runs of 16 to 19 digits, also in groups, that begin with one of the BINs and whose check digit is
 * right.
 */
export function cardNumberPattern(bins: readonly string[]): (latin1: string) => PatternHit[] {
  if (bins.length === 0) return () => []
  const grouped = bins.map((bin) => [...bin].join('[ -]?')).join('|')
  const pattern = new RegExp(`(?<!\\d)(?:${grouped})(?:[ -]?\\d){8,}`, 'g')
  return (latin1) => {
    const hits: PatternHit[] = []
    for (const { index, 0: run } of latin1.matchAll(pattern)) {
      const value = run.replace(/\D/g, '')
      if (value.length >= PAN_DIGITS_MIN && value.length <= PAN_DIGITS_MAX && passesLuhn(value))
        hits.push({ start: index, secret: { kind: 'pan', value } })
    }
    return hits
  }
}

/** ISO/IEC 7812-1 annex B. */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let position = 0; position < digits.length; position++) {
    const digit = Number(digits[digits.length - 1 - position])
    const doubled = position % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
