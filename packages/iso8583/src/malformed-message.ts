// The one error of this package.

/** Where the fault is; a number is that of a data element. */
export type FaultyPart = 'frame' | 'MTI' | 'bitmap' | 'message' | 'tags' | number

export type FaultReason =
  | 'characters that are not allowed'
  | 'cut short'
  | 'empty'
  | 'length is no number'
  | 'more after the last field'
  | 'nested too deep'
  | 'not a field of this dialect'
  | 'occurs twice'
  | 'padding is wrong'
  | 'too long'
  | 'wrong form of a length'
  | 'wrong form of a tag'
  | 'wrong length'

/**
 * What is wrong with a message, and where. Both are from closed lists, so that no part of a message
 * gets into a log or an answer with it.
 */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
  readonly part: FaultyPart
  readonly reason: FaultReason

  constructor(part: FaultyPart, reason: FaultReason) {
    super(`${typeof part === 'number' ? `DE ${part}` : part}: ${reason}`)
    this.part = part
    this.reason = reason
  }
}
