// A card number that prints masked wherever it is printed by mistake.
import { inspect } from 'node:util'
import { hasLuhn } from './luhn.ts'

/**
 * ISO/IEC 7812-1 allows 8 to 19 digits; no payment card has fewer than 12, and a shorter one would
 * be bare behind its mask.
 */
export const panLengthMin = 12
export const panLengthMax = 19

const panPattern = new RegExp(`^[0-9]{${panLengthMin},${panLengthMax}}$`)
const shownInFront = 6
const shownAtEnd = 4

/**
 * A PAN of 12 to 19 digits with a right Luhn digit. String(), templates, JSON, util.inspect and
 * console.log show `608040XXXXXX6954` (PCI DSS 3.4.1: at most BIN and last four).
 */
export class Pan {
  readonly #digits: string

  private constructor(digits: string) {
    this.#digits = digits
  }

  /** The PAN, or null when these are not 12 to 19 decimal digits with a right Luhn digit. */
  static parse(digits: string): Pan | null {
    return typeof digits === 'string' && panPattern.test(digits) && hasLuhn(digits) ? new Pan(digits) : null
  }

  /** All digits: call it only where they are used, never where they are kept or logged. */
  reveal(): string {
    return this.#digits
  }

  /** First six, an X for each hidden digit, last four: `608040XXXXXX6954`. */
  get masked(): string {
    return this.bin + 'X'.repeat(this.#digits.length - shownInFront - shownAtEnd) + this.last4
  }

  /**
   * The first six digits. A PAN does not tell whether its issuer's BIN has eight: the product
   * knows.
   */
  get bin(): string {
    return this.#digits.slice(0, shownInFront)
  }

  get last4(): string {
    return this.#digits.slice(-shownAtEnd)
  }

  toString(): string {
    return this.masked
  }

  toJSON(): string {
    return this.masked
  }

  [inspect.custom](): string {
    return this.masked
  }
}
