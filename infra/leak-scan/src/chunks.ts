// Reads a file in chunks that overlap, so that a secret across a border is found, once.
import { open } from 'node:fs/promises'
import type { Content } from './patterns.ts'
import { type Hit, REACH_BYTES, type Searcher } from './searcher.ts'

const CHUNK_BYTES = 4 * 1024 * 1024
const SMALL_BYTES = 16 * 1024

/** Takes bytes piece by piece and tells hits at their place in the whole. */
export class ChunkedSearch {
  readonly #searcher: Searcher
  readonly #content: Content
  #kept: Buffer = Buffer.alloc(0)
  /** Place of the first kept byte in the whole. */
  #offset = 0
  /** Hits that begin before it were told. */
  #toldBefore = 0

  constructor(searcher: Searcher, content: Content) {
    this.#searcher = searcher
    this.#content = content
  }

  /**
   * What begins close to the end waits for the next piece, which may belong to it; `isLast`: there
   * is none.
   */
  take(piece: Buffer, isLast: boolean): Hit[] {
    const bytes = this.#kept.length > 0 ? Buffer.concat([this.#kept, piece]) : piece
    const settled = this.#offset + (isLast ? bytes.length : Math.max(0, bytes.length - REACH_BYTES))
    const hits = this.#searcher
      .search(bytes, this.#content)
      .map((hit) => ({ ...hit, start: hit.start + this.#offset }))
      .filter(({ start }) => start >= this.#toldBefore && start < settled)
    this.#toldBefore = Math.max(this.#toldBefore, settled)
    // Twice the reach: what begins behind the border is seen with what stands before it.
    const keep = Math.min(bytes.length, 2 * REACH_BYTES)
    this.#kept = Buffer.from(bytes.subarray(bytes.length - keep))
    this.#offset += bytes.length - keep
    return hits
  }
}

/** Searches a file of any size. */
export async function searchFile(path: string, searcher: Searcher, content: Content): Promise<{ hits: Hit[]; bytes: number }> {
  const file = await open(path)
  try {
    const search = new ChunkedSearch(searcher, content)
    const hits: Hit[] = []
    const { size } = await file.stat() // most files are small, and there are thousands
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(SMALL_BYTES, size)))
    for (let bytes = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length)
      hits.push(...search.take(buffer.subarray(0, bytesRead), bytesRead === 0))
      if (bytesRead === 0) return { hits, bytes }
      bytes += bytesRead
    }
  } finally {
    await file.close()
  }
}
