// How mobile numbers are compared: the same number is written with and without its country code.

const INDIAN_PREFIX = /^(?:0091|091|91|0)(?=\d{10}$)/
const INTERNATIONAL_PREFIX = /^00/

/**
 * The form in which two mobile numbers are compared: digits only. `+91`, `0091`, `91` or `0` before
 * ten digits is dropped, so an Indian number is its ten digits; any other number is its digits
 * without `+` or `00` in front.
 */
export function comparableMobileNumber(mobileNo: string): string {
  const digits = mobileNo.replaceAll(/\D/g, '')
  return INDIAN_PREFIX.test(digits) ? digits.replace(INDIAN_PREFIX, '') : digits.replace(INTERNATIONAL_PREFIX, '')
}
