// The one error of this package. Its text names things and limits, never a card number, a key or a plaintext.
export type CardCryptoErrorCode =
  | 'range.invalid' // the range does not fit the card number, or the counter is not a whole number from 0
  | 'range.exhausted' // the counter has reached the end of the range: no card number is left
  | 'tenant.invalid'
  | 'key.invalid' // not 32 bytes
  | 'key.not.found'
  | 'key.purpose.refused' // this purpose does not do that
  | 'key.unwrap.failed' // another master key, another name, or damaged
  | 'ciphertext.invalid' // altered, cut, under another key, or bound to another context: never said which
  | 'master.key.invalid'

/** Thrown by everything in this package; `code` is stable, the message is for people. */
export class CardCryptoError extends Error {
  readonly code: CardCryptoErrorCode

  constructor(code: CardCryptoErrorCode, message: string) {
    super(message)
    this.name = 'CardCryptoError'
    this.code = code
  }
}
