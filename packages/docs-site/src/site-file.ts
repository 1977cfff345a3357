// One file of the site as it is served: read once, compressed once, at the first request that wants
// it so.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export type Encoding = 'br' | 'gzip' | 'identity'

const BROTLI_QUALITY = 9
const GZIP_LEVEL = 9
const COMPRESS_FROM_BYTES = 1024
const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)

interface SiteFileOptions {
  readonly type: string
  /** The bytes, or where they are read from when first asked for. */
  readonly content: Buffer | URL
  /**
   * Strong validator; the hash of the content when absent. Needed for content that is not read yet.
   */
  readonly etag?: string
  /** The file's path names its version: it may be kept for ever. */
  readonly immutable?: true
  /** Content-Security-Policy, for pages. */
  readonly policy?: string
}

/** A file on its way between threads: what structured cloning takes. */
export interface SiteFileMessage {
  readonly type: string
  /** The bytes, or the URL of where they are read from. */
  readonly content: Uint8Array<ArrayBuffer> | string
  readonly etag: string
  readonly immutable: boolean
  readonly policy: string | undefined
}

/** Bytes with what HTTP says of them. */
export class SiteFile {
  readonly type: string
  readonly etag: string
  readonly immutable: boolean
  readonly policy: string | undefined
  readonly #content: Buffer | URL
  readonly #encoded = new Map<Encoding, Promise<Buffer>>()

  constructor({ type, content, etag, immutable, policy }: SiteFileOptions) {
    if (etag === undefined && content instanceof URL) throw new TypeError('a file that is not read yet needs an etag')
    this.type = type
    this.etag =
      etag ??
      `"${createHash('sha256')
        .update(content instanceof URL ? '' : content)
        .digest('base64url')
        .slice(0, 22)}"`
    this.immutable = immutable ?? false
    this.policy = policy
    this.#content = content
  }

  /** The file as it was before `toMessage`. */
  static fromMessage({ type, content, etag, immutable, policy }: SiteFileMessage): SiteFile {
    return new SiteFile({
      type,
      content: typeof content === 'string' ? new URL(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength),
      etag,
      ...(immutable && { immutable }),
      ...(policy !== undefined && { policy }),
    })
  }

  /**
   * For another thread; bytes are copied, so that they can be handed over without a further copy.
   */
  toMessage(): SiteFileMessage {
    const { type, etag, immutable, policy } = this
    const content = this.#content instanceof URL ? this.#content.href : Uint8Array.from(this.#content)
    return { type, content, etag, immutable, policy }
  }

  /**
   * The content as it goes out under this encoding; small content is the same under all, so ask
   * `encodingFor` first.
   */
  bytes(encoding: Encoding): Promise<Buffer> {
    // What was read from a file is not kept clear: nearly every browser takes Brotli.
    if (encoding === 'identity') return this.#clear()
    let encoded = this.#encoded.get(encoding)
    if (encoded === undefined) {
      encoded = this.#encode(encoding)
      this.#encoded.set(encoding, encoded)
      encoded.catch(() => this.#encoded.delete(encoding)) // the next request reads again; this one gets the error
    }
    return encoded
  }

  /** The encoding to use for a caller that accepts these. */
  encodingFor(acceptEncoding: string | undefined): Encoding {
    if (this.#content instanceof Buffer && this.#content.length < COMPRESS_FROM_BYTES) return 'identity'
    const accepted = (acceptEncoding ?? '').split(',').map((each) => each.trim().toLowerCase())
    const takes = (name: string): boolean =>
      accepted.some((each) => each === name || (each.startsWith(`${name};`) && !/;\s*q=0(\.0*)?$/.test(each)))
    return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity'
  }

  async #clear(): Promise<Buffer> {
    return this.#content instanceof URL ? await readFile(this.#content) : this.#content
  }

  async #encode(encoding: 'br' | 'gzip'): Promise<Buffer> {
    const clear = await this.#clear()
    if (encoding === 'gzip') return await compressGzip(clear, { level: GZIP_LEVEL })
    return await compressBrotli(clear, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: clear.length },
    })
  }
}
