// What free text is, and the texts with a smaller set of signs: one rule for every name, address,
// reason and document number.
import { domainToASCII } from 'node:url'

/**
 * Control characters, line and paragraph separators, overrides and isolates of the writing
 * direction. Joiners stay: Indian scripts need them.
 */
const NOT_PRINTED = '\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069'
/** What leaves no mark: blanks of all kinds, joiners, direction marks. */
const INVISIBLE = '\\s\\u200b-\\u200f\\u2060'

/**
 * Text that may be blank. The pattern is spelled out, so that validators of every language take it.
 */
export const freeText = {
  pattern: `^[^${NOT_PRINTED}]*$`,
  formatText: 'no control characters, line breaks and direction overrides',
} as const

/** Text with something to see in it. */
export const filledText = {
  pattern: `^[^${NOT_PRINTED}]*[^${INVISIBLE}${NOT_PRINTED}][^${NOT_PRINTED}]*$`,
  formatText: 'not blank; no control characters, line breaks and direction overrides',
} as const

/** What can be embossed; twelve digits read as a card number, however they are set apart. */
export const embossedText = {
  pattern: "^(?!.*[0-9](?:[ .'/-]*[0-9]){11})[A-Z0-9 .'/-]*[A-Z][A-Z0-9 .'/-]*$",
  formatText: "A–Z, digits, blanks and . ' - / with at least one letter and no card number in it",
} as const

const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const LOCAL_PART_MAX = 64 // RFC 5321 section 4.5.3.1.1
const DOMAIN_MAX = 253
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
const ASCII = /^[\x21-\x7e]*$/
const NAMED_IN_ANY_SCRIPT = /^(?:[\p{L}\p{M}\p{N}.-]|\u200c|\u200d)+$/u

/**
 * `name@domain`; the domain may be written in any script (IDN), the part before the sign is ASCII.
 */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at)
  if (at < 1 || local.length > LOCAL_PART_MAX || !LOCAL_PART.test(local)) return false
  const domain = text.slice(at + 1)
  if (!ASCII.test(domain) && !NAMED_IN_ANY_SCRIPT.test(domain)) return false
  const labels = (ASCII.test(domain) ? domain : domainToASCII(domain)).split('.')
  return labels.length > 1 && labels.join('.').length <= DOMAIN_MAX && labels.every((label) => LABEL.test(label))
}

/**
 * India as callers write it: the name in a few spellings, in any case of letters, or its codes of
 * ISO 3166-1.
 */
const india = {
  type: 'string',
  pattern:
    '^\\s*([Ii][Nn]([Dd]([Ii][Aa])?)?|[Bb][Hh][Aa][Rr][Aa][Tt]|[Rr][Ee][Pp][Uu][Bb][Ll][Ii][Cc]\\s+[Oo][Ff]\\s+[Ii][Nn][Dd][Ii][Aa]|356|भारत)\\s*$',
} as const
const isIndia = {
  anyOf: [
    { type: 'object', required: ['country'], properties: { country: india } },
    { type: 'object', required: ['isoCountryCode'], properties: { isoCountryCode: india } },
  ],
} as const
const sixDigits = { type: 'string', pattern: '^[1-9][0-9]{5}$', formatText: 'six digits in India, the first not 0' } as const

/**
 * The rule of an address, to be spread into its schema: a postal code of India has six digits, the
 * first not 0.
 */
export const indianPostalCodes = {
  if: isIndia,
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { type: 'object', properties: { pincode: sixDigits } },
} as const
/** The same where the member is called `zipCode`. */
export const indianZipCodes = {
  if: isIndia,
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { type: 'object', properties: { zipCode: sixDigits } },
} as const
