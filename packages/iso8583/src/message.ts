// A message of ISO 8583, as programs see it.

/**
 * The values by number of their data element, 2 to 128 without 65. All are text: digits, letters,
 * and for binary ones upper-case hexadecimal digits. What was decoded encodes to the same values:
 * nothing is padded, trimmed or filled in.
 */
export type Fields = Record<number, string>

export interface Message {
  /** Message type indicator: four digits. */
  mti: string
  fields: Fields
}
