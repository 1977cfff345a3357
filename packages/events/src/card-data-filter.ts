// Takes digits that could be a card number out of text that leaves the process by a side door: logs
// and dead letters.

const DIGIT_RUN = /(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)/g
const TOKEN = /eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){2,4}/g

/**
 * The text with everything masked that is written like a card number (12 to 19 digits, Luhn-valid
 * or not) or like a JWT or JWE.
 */
export const withoutCardData = (text: string): string =>
  text.replace(TOKEN, '[token]').replace(DIGIT_RUN, (digits, at: number, whole: string) => {
    const masked = `${digits.slice(0, 6)}XXXXXX${digits.slice(-4)}`
    // A bare number in JSON becomes text, so that the line can still be read.
    const isNumber = /[:,[]/.test(whole[at - 1] ?? '') && /[,}\]]/.test(whole[at + digits.length] ?? '')
    return isNumber ? `"${masked}"` : masked
  })
