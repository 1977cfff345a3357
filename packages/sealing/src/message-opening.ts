// Opens a long message piece by piece as it arrives, so that nothing but its plaintext is held
// whole.
import { createDecipheriv, type DecipherGCM, type KeyObject } from 'node:crypto'
import { decodeCanonical } from './base64url.ts'
import { SealingError } from './error.ts'
import { HEADER_LENGTH_MAX, headerOf, IV_LENGTH, type SealedHeader, TAG_LENGTH } from './read-header.ts'

const TAG_BYTES = 16
/** What follows the protected header up to the ciphertext: `..`, the IV, `.`. */
const BEFORE_CIPHERTEXT = IV_LENGTH + 3
/** What follows the ciphertext: `.` and the tag. */
const AFTER_CIPHERTEXT = TAG_LENGTH + 1
const DOT = 46
/** Base64url characters that make whole bytes. */
const GROUP = 4

/**
 * A compact JWE on its way in. The plaintext is given out only by `finish`, once the tag is right.
 * Any method throws SealingError (`decrypt-failed`) for a message that `readHeader` and the opening
 * functions would not take; it is of no use afterwards.
 */
export class MessageOpening {
  readonly #keyOf: (header: SealedHeader) => KeyObject
  /** What came and was not yet taken in: the beginning, and later what may be the end. */
  #waiting: Buffer = Buffer.alloc(0)
  #decipher: DecipherGCM | undefined
  /** Characters of the ciphertext that do not make whole bytes yet. */
  #odd = ''
  #pieces: Buffer[] = []
  #bytes = 0

  /**
   * @param keyOf the content key (`oneShotContentKey`, or that of the session), asked for once, as
   * soon as the header is there; what it throws goes through
   */
  constructor(keyOf: (header: SealedHeader) => KeyObject) {
    this.#keyOf = keyOf
  }

  /** Bytes of plaintext so far. */
  get bytes(): number {
    return this.#bytes
  }

  push(piece: Buffer): void {
    this.#waiting = this.#waiting.length === 0 ? piece : Buffer.concat([this.#waiting, piece])
    if (this.#decipher === undefined && !this.#begin()) return
    const ready = this.#waiting.length - AFTER_CIPHERTEXT
    if (ready <= 0) return
    this.#decode(this.#odd + this.#waiting.toString('latin1', 0, ready), false)
    this.#waiting = this.#waiting.subarray(ready)
  }

  /** The plaintext, in pieces, after the last `push`. */
  finish(): readonly Buffer[] {
    const decipher = this.#decipher
    if (decipher === undefined || this.#waiting.length !== AFTER_CIPHERTEXT || this.#waiting[0] !== DOT) throw refused()
    this.#decode(this.#odd, true)
    try {
      decipher.setAuthTag(decodeCanonical(this.#waiting.toString('latin1', 1), 'base64url'))
      decipher.final()
    } catch {
      throw refused()
    }
    return this.#pieces
  }

  /** Reads everything before the ciphertext; false while it is not all there. */
  #begin(): boolean {
    const headerEnd = this.#waiting.indexOf(DOT)
    if (headerEnd < 0 ? this.#waiting.length > HEADER_LENGTH_MAX : headerEnd < 1 || headerEnd > HEADER_LENGTH_MAX) throw refused()
    const begin = headerEnd + BEFORE_CIPHERTEXT
    if (headerEnd < 0 || this.#waiting.length < begin) return false
    if (this.#waiting[headerEnd + 1] !== DOT || this.#waiting[begin - 1] !== DOT) throw refused()
    const protectedHeader = this.#waiting.toString('latin1', 0, headerEnd)
    const iv = decodeCanonical(this.#waiting.toString('latin1', headerEnd + 2, begin - 1), 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', this.#keyOf(headerOf(protectedHeader)), iv, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(protectedHeader, 'latin1'))
    this.#decipher = decipher
    this.#waiting = this.#waiting.subarray(begin)
    return true
  }

  #decode(text: string, isLast: boolean): void {
    const end = isLast ? text.length : text.length - (text.length % GROUP)
    this.#odd = text.slice(end)
    if (end === 0 || this.#decipher === undefined) return
    const piece = this.#decipher.update(decodeCanonical(text.slice(0, end), 'base64url'))
    this.#bytes += piece.length
    this.#pieces.push(piece)
  }
}

const refused = (): SealingError => new SealingError('decrypt-failed')
