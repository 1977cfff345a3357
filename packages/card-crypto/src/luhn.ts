// The check digit of a card number: ISO/IEC 7812-1:2017 annex B, "Luhn formula for computing
// modulus-10 double-add-double check digit".

const onlyDigits = /^[0-9]+$/
const digitZero = 48

/**
 * Sum of the digits from the right, every second one doubled and reduced by nine; `doubleFirst`
 * says whether the rightmost is doubled.
 */
function luhnSum(digits: string, doubleFirst: boolean): number {
  let sum = 0
  let double = doubleFirst
  for (let i = digits.length - 1; i >= 0; i--) {
    const digit = digits.charCodeAt(i) - digitZero
    const doubled = digit * 2
    sum += double ? (doubled > 9 ? doubled - 9 : doubled) : digit
    double = !double
  }
  return sum
}

/**
 * The digit that completes `body`, a number without its check digit. Throws a RangeError when
 * `body` is not one or more digits.
 */
export function luhnDigit(body: string): string {
  if (!onlyDigits.test(body)) throw new RangeError('A Luhn digit is computed over one or more decimal digits')
  return String((10 - (luhnSum(body, true) % 10)) % 10)
}

/**
 * True when the last digit is the Luhn digit of those before it; false for anything but two or more
 * decimal digits.
 */
export function hasLuhn(pan: string): boolean {
  return pan.length > 1 && onlyDigits.test(pan) && luhnSum(pan, false) % 10 === 0
}
