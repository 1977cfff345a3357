// The one error of this package. Its text names things and limits, never a card number, a PIN, a
// key or a plaintext.
export type CardCryptoErrorCode =
  | 'range.invalid' // the range does not fit the card number, or the counter is not a whole number from 0
  | 'range.exhausted' // the counter has reached the end of the range: no card number is left
  | 'tenant.invalid'
  | 'key.invalid' // wrong length, a weak key or a component that would give the key away
  | 'key.not.found'
  | 'key.exists' // the first key of this purpose is there already
  | 'key.version.exhausted' // 255 versions: what is encrypted names its version in one byte
  | 'key.purpose.refused' // this purpose does not do that
  | 'key.unwrap.failed' // another master key, another name, or damaged
  | 'key.block.invalid' // altered, under another transport key, or for another usage: never said which
  | 'dual.control' // one officer brought both components
  | 'ciphertext.invalid' // altered, cut, under another key, or bound to another context: never said which
  | 'master.key.invalid'
  | 'expiry.invalid' // not YYMM, or a service code that is not three digits
  | 'pin.length' // fewer than 4 or more than 12 digits
  | 'pin.not.numeric'
  | 'pin.block.length'
  | 'pin.block.format' // another control digit
  | 'pin.block.fill'
  | 'pan.too.short'
  | 'pin.block.invalid' // all an Hsm tells of the six above, of a wrong key and of bad Base64

/** Thrown by everything in this package; `code` is stable, the message is for people. */
export class CardCryptoError extends Error {
  readonly code: CardCryptoErrorCode

  constructor(code: CardCryptoErrorCode, message: string) {
    super(message)
    this.name = 'CardCryptoError'
    this.code = code
  }
}
