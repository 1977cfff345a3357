// Visa PIN verification value: four digits that tell whether a PIN is right, and nothing of it
// without the key.
import type { KeyObject } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import { decimalScan } from './decimal-scan.ts'
import { tdesEncrypt } from './tdes.ts'

const panDigits = 11
const pinDigits = 4
const pvvDigits = 4

/**
 * PVV of the leftmost four PIN digits: the transformed security parameter (11 rightmost PAN digits
 * without check digit, key index 0 to 6, PIN) enciphered under the PVK, first four decimal digits,
 * with the second scan. A PAN shorter than 12 digits is `pan.too.short`.
 */
export function visaPvv(key: KeyObject | Uint8Array, pvki: number, pan: string, pin: string): string {
  if (pin.length < pinDigits) throw new CardCryptoError('pin.length', 'A PVV takes at least four PIN digits')
  if (!/^[0-9]+$/.test(pin)) throw new CardCryptoError('pin.not.numeric', 'A PIN has decimal digits')
  if (!/^[0-9]{12,19}$/.test(pan)) throw new CardCryptoError('pan.too.short', 'A PVV takes a PAN of 12 to 19 digits')
  const parameter = pan.slice(-panDigits - 1, -1) + String(pvki) + pin.slice(0, pinDigits)
  return decimalScan(tdesEncrypt(key, Buffer.from(parameter, 'hex')).toString('hex').toUpperCase(), pvvDigits)
}
