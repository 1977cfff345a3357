// Reads lines out of the pieces of a file as they arrive: never more than one line is held, and of
// a line that is too long nothing.

const LF = 0x0a
const CR = 0x0d

export interface FileLine {
  /** From 1. */
  number: number
  /** As it stands in the file, its end included; empty when it is too long. */
  bytes: Buffer
  /** Without its end. */
  content: Buffer
  isTooLong: boolean
}

/**
 * A line ends with LF, or with CR and LF; what comes after the last one is a line too, unless it is
 * empty. However the file is cut into pieces, the lines are the same.
 */
export class LineReader {
  readonly #bytesMax: number
  #held: Buffer[] = []
  /** Bytes of the line so far, also of one that is too long to be held. */
  #length = 0
  #lines = 0

  /** @param bytesMax of a line with its end */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The lines that end in this piece. They are to be used before the next piece is pushed. */
  *push(piece: Uint8Array): Generator<FileLine> {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    let from = 0
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      yield this.#line(bytes.subarray(from, end + 1))
      from = end + 1
    }
    if (from === bytes.length) return
    this.#length += bytes.length - from
    if (this.#length > this.#bytesMax) this.#held = []
    else this.#held.push(Buffer.from(bytes.subarray(from))) // a copy: the piece may be used again
  }

  /** What follows the last end of a line. */
  *end(): Generator<FileLine> {
    if (this.#length > 0) yield this.#line(Buffer.alloc(0))
  }

  #line(last: Buffer): FileLine {
    const isTooLong = this.#length + last.length > this.#bytesMax
    const bytes = isTooLong ? Buffer.alloc(0) : this.#length === 0 ? last : Buffer.concat([...this.#held, last])
    this.#held = []
    this.#length = 0
    this.#lines++
    return { number: this.#lines, bytes, content: withoutEnd(bytes), isTooLong }
  }
}

function withoutEnd(bytes: Buffer): Buffer {
  const { length } = bytes
  if (bytes[length - 1] !== LF) return bytes
  return bytes.subarray(0, length - (bytes[length - 2] === CR ? 2 : 1))
}
