// A PIN that is drawn, for PIN mailers.
import { randomInt } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import { pinLengthMax, pinLengthMin } from './pin-block.ts'

/**
 * A PIN of 4 to 12 digits, each equally likely, except those that are easily guessed: 1111, 1234,
 * 9876, 7890.
 */
export function randomPin(length: number): string {
  if (!Number.isInteger(length) || length < pinLengthMin || length > pinLengthMax)
    throw new CardCryptoError('pin.length', 'A PIN has 4 to 12 digits')
  for (;;) {
    const pin = Array.from({ length }, () => randomInt(10)).join('')
    if (!isWeakPin(pin)) return pin // drawing again leaves all others equally likely
  }
}

/** One digit repeated, or a run upwards or downwards, which may go on from 9 to 0. */
export function isWeakPin(pin: string): boolean {
  const steps = new Set(Array.from({ length: pin.length - 1 }, (_, i) => (Number(pin[i + 1]) - Number(pin[i]) + 10) % 10))
  return steps.size === 1 && [0, 1, 9].some((step) => steps.has(step))
}
