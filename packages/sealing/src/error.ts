// The one error of this package.
export type SealingErrorCode = 'decrypt-failed' | 'key-not-found'

const MESSAGES: Record<SealingErrorCode, string> = {
  'decrypt-failed': 'the sealed message cannot be opened',
  'key-not-found': 'the message is sealed to another key',
}

/**
 * Whatever goes wrong with a sealed message or a key. The code and the message are constants: they
 * never say which check failed and never carry a part of the input, so that nobody can use the
 * answers as an oracle. `key-not-found` only tells what the sender wrote in clear anyway: the `kid`
 * names another key.
 */
export class SealingError extends Error {
  override readonly name = 'SealingError'
  readonly code: SealingErrorCode

  constructor(code: SealingErrorCode, message: string = MESSAGES[code]) {
    super(message)
    this.code = code
  }
}
