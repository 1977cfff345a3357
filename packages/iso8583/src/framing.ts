// Messages on a connection: each has its length in front, which does not count itself.
import { MalformedMessage } from './malformed-message.ts'

/** Bytes of the length, big-endian, or digits of it. */
export type FrameHeader = 'binary-2' | 'binary-4' | 'ascii-4'

const headerBytes: Record<FrameHeader, number> = { 'binary-2': 2, 'binary-4': 4, 'ascii-4': 4 }
const lengthMax: Record<FrameHeader, number> = { 'binary-2': 0xffff, 'binary-4': 0xffffffff, 'ascii-4': 9999 }

/** The message with its length in front. @throws MalformedMessage when the header cannot say it */
export function frame(message: Buffer, header: FrameHeader): Buffer {
  if (message.length === 0) throw new MalformedMessage('frame', 'empty')
  if (message.length > lengthMax[header]) throw new MalformedMessage('frame', 'too long')
  const bytes = Buffer.allocUnsafe(headerBytes[header] + message.length)
  if (header === 'ascii-4') bytes.write(String(message.length).padStart(4, '0'), 'latin1')
  else bytes.writeUIntBE(message.length, 0, headerBytes[header])
  message.copy(bytes, headerBytes[header])
  return bytes
}

export interface Frames {
  readonly messages: readonly Buffer[]
  /**
   * Why nothing after these messages can be read: whoever sends such a length has lost its place,
   * and the connection has to be closed.
   */
  readonly fault?: MalformedMessage
}

/**
 * Takes a stream apart, in whatever chunks it comes. It keeps one message at most, of which it
 * never has more room than its length says, and copies each byte once.
 */
export class FrameReader {
  readonly #header: FrameHeader
  readonly #bytesMax: number
  #fault: MalformedMessage | undefined
  readonly #length: Buffer
  /** The message that is coming in; none while its length is. */
  #message: Buffer | undefined
  /** How much there is of the one or the other. */
  #filled = 0

  /** @param bytesMax of a message, without its length */
  constructor(header: FrameHeader, bytesMax: number) {
    this.#header = header
    this.#bytesMax = bytesMax
    this.#length = Buffer.alloc(headerBytes[header])
  }

  /** Whether a message has begun and not ended; a sender who stays here has to be cut off. */
  get isInMessage(): boolean {
    return this.#message !== undefined || this.#filled > 0
  }

  /** The messages that end in this chunk. After a fault there are no more. */
  read(chunk: Buffer): Frames {
    const messages: Buffer[] = []
    for (let at = 0; at < chunk.length && this.#fault === undefined; ) {
      const wanted: Buffer = this.#message ?? this.#length
      const copied = chunk.copy(wanted, this.#filled, at)
      at += copied
      this.#filled += copied
      if (this.#filled < wanted.length) break
      this.#filled = 0
      if (this.#message === undefined) this.#begin()
      else {
        messages.push(this.#message)
        this.#message = undefined
      }
    }
    return this.#fault === undefined ? { messages } : { messages, fault: this.#fault }
  }

  #begin(): void {
    const length = this.#header === 'ascii-4' ? digitsIn(this.#length) : this.#length.readUIntBE(0, this.#length.length)
    if (length === undefined) this.#fault = new MalformedMessage('frame', 'length is no number')
    else if (length === 0) this.#fault = new MalformedMessage('frame', 'empty')
    else if (length > this.#bytesMax) this.#fault = new MalformedMessage('frame', 'too long')
    else this.#message = Buffer.allocUnsafe(length)
  }
}

function digitsIn(bytes: Buffer): number | undefined {
  const text = bytes.toString('latin1')
  return /^\d+$/.test(text) ? Number(text) : undefined
}
