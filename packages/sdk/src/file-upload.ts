// A file on its way to the gateway: a multipart form with one part, sealed piece by piece, so that
// of a stream no more than a piece is in memory.
import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { MessageSealing } from '@dcms/sealing'
import { DcmsInputError } from './errors.ts'

const PIECE_BYTES = 64 * 1024

/** Text, bytes, or a stream of either: a file that is being read, a web stream, a generator. */
export type FileContent = string | Uint8Array | AsyncIterable<Uint8Array | string>

/** A file that is to be sent; a stream can be sent once. */
export interface FileToSend {
  readonly fileName: string
  /** False once a stream has been begun. */
  mayBeSent(): boolean
  pieces(): AsyncIterable<Uint8Array>
}

/** @throws DcmsInputError when it has no name, or its content is nothing that can be read */
export function fileToSend(body: unknown): FileToSend {
  const { fileName, content } = (body ?? {}) as { fileName?: unknown; content?: unknown }
  if (typeof fileName !== 'string' || fileName === '') throw new DcmsInputError('fileName', 'must be a text')
  if (typeof content === 'string' || content instanceof Uint8Array) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : Uint8Array.from(content) // as it was when the call was made
    return { fileName, mayBeSent: () => true, pieces: () => cut(bytes) }
  }
  if (!isStream(content)) throw new DcmsInputError('content', 'must be a text, bytes, or a stream of either')
  let isBegun = false
  return {
    fileName,
    mayBeSent: () => !isBegun,
    pieces() {
      isBegun = true
      return bytesOf(content)
    },
  }
}

const isStream = (content: unknown): content is AsyncIterable<unknown> =>
  typeof content === 'object' && content !== null && Symbol.asyncIterator in content

async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) yield bytes.subarray(from, from + PIECE_BYTES)
}

async function* bytesOf(content: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    if (typeof piece === 'string') yield Buffer.from(piece)
    else if (piece instanceof Uint8Array) yield piece
    else throw new DcmsInputError('content', 'must be a stream of texts or bytes')
  }
}

/** The form with the file, sealed or, without a sealing, clear. */
export function formOf(file: FileToSend, sealing: MessageSealing | undefined): { type: string; body: Readable } {
  const boundary = `dcms-${randomUUID()}`
  return { type: `multipart/form-data; boundary=${boundary}`, body: Readable.from(formParts(file, sealing, boundary)) }
}

async function* formParts({ fileName, pieces }: FileToSend, sealing: MessageSealing | undefined, boundary: string): AsyncGenerator<Buffer> {
  const name = fileName.replace(/[\r\n"]/g, encodeURIComponent)
  const type = sealing ? 'application/jose' : 'text/plain'
  yield Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${type}\r\n\r\n${sealing?.head ?? ''}`,
  )
  for await (const piece of pieces()) yield sealing ? Buffer.from(sealing.push(piece), 'latin1') : Buffer.from(piece)
  yield Buffer.from(`${sealing?.finish() ?? ''}\r\n--${boundary}--\r\n`)
}
