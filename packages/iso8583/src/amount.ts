// Amounts of DE 4, 5 and 6: twelve digits, in minor units of their currency.

const AMOUNT_DIGITS = 12
const AMOUNT_MAX = 10 ** AMOUNT_DIGITS - 1 // far below 2^53: every one is an exact number

/** @throws RangeError for what is no such amount */
export function readAmount(text: string): number {
  if (!/^\d{12}$/.test(text)) throw new RangeError('an amount has twelve digits')
  return Number(text)
}

/** @throws RangeError for what twelve digits cannot say */
export function writeAmount(minorUnits: number): string {
  if (!Number.isInteger(minorUnits) || minorUnits < 0 || minorUnits > AMOUNT_MAX)
    throw new RangeError('an amount is a whole number of minor units, of twelve digits at most')
  return String(minorUnits).padStart(AMOUNT_DIGITS, '0')
}
