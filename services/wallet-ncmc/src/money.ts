// Rupees as callers write and read them, paise as they are kept.

const PAISE_PER_RUPEE = 100

/** Paise of `200`, `200.5` or `200.05`, as the contract lets amounts be written. */
export function paiseOf(rupees: string): number {
  const [whole = '', fraction = ''] = rupees.split('.')
  return Number(whole) * PAISE_PER_RUPEE + Number(fraction.padEnd(2, '0'))
}

/** `200.05`; below zero `-0.05`. */
export const rupeesOf = (paise: number): string => (paise / PAISE_PER_RUPEE).toFixed(2)

/**
 * Paise of an amount that came as a JSON number; null for one with more than two decimals, as far
 * as a binary fraction can tell.
 */
export function paiseOfNumber(rupees: number): number | null {
  const paise = Math.round(rupees * PAISE_PER_RUPEE)
  return paise / PAISE_PER_RUPEE === rupees ? paise : null
}

/** The JSON number of an amount. */
export const numberOfRupees = (paise: number): number => paise / PAISE_PER_RUPEE
