// CVV, CVV2 and iCVV: three digits that bind a PAN to its expiry and service code.
import type { KeyObject } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import { decimalScan } from './decimal-scan.ts'
import { desBytes, tdesEncrypt, tdesKey } from './tdes.ts'

const inputDigits = 32
const cvvDigits = 3

/**
 * The CVV of a PAN, expiry (YYMM; some issuers take MMYY for CVV2) and service code (000 gives
 * CVV2, 999 iCVV) under a two-key CVK: DES under the left half, XOR with the second half of the
 * input, TDES, first three decimal digits, with the second scan.
 */
export function cardVerificationValue(key: KeyObject | Uint8Array, pan: string, expiry: string, serviceCode: string): string {
  if (!/^[0-9]{8,19}$/.test(pan)) throw new CardCryptoError('pan.too.short', 'A CVV takes a PAN of 8 to 19 digits')
  if (!/^[0-9]{4}$/.test(expiry) || !/^[0-9]{3}$/.test(serviceCode))
    throw new CardCryptoError('expiry.invalid', 'A CVV takes an expiry of four and a service code of three digits')
  const input = Buffer.from((pan + expiry + serviceCode).padEnd(inputDigits, '0'), 'hex')
  const wholeKey = tdesKey(key)
  const block = tdesEncrypt(wholeKey.export().subarray(0, desBytes), input.subarray(0, desBytes))
  for (let i = 0; i < desBytes; i++) block[i] = (block[i] ?? 0) ^ (input[desBytes + i] ?? 0)
  return decimalScan(tdesEncrypt(wholeKey, block).toString('hex').toUpperCase(), cvvDigits)
}
