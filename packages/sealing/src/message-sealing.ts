// Seals a long message piece by piece: the counterpart of MessageOpening, so that neither plaintext
// nor message is ever whole in memory.
import { type CipherGCM, createCipheriv, type KeyObject } from 'node:crypto'
import { randomIv } from './random-iv.ts'
import { type HeaderFields, protectedHeaderOf, type SealingMode } from './seal-compact.ts'

const TAG_BYTES = 16
/** Bytes that make whole characters of Base64url. */
const GROUP = 3

/** A compact JWE on its way out: `head`, what `push` gives for each piece, `finish`. */
export class MessageSealing {
  readonly head: string
  readonly #cipher: CipherGCM
  /** Bytes of the ciphertext that do not make whole characters yet. */
  #odd: Buffer = Buffer.alloc(0)

  constructor(mode: SealingMode, fields: HeaderFields, key: KeyObject) {
    const protectedHeader = protectedHeaderOf(mode, fields)
    const iv = randomIv(12)
    this.#cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
    this.#cipher.setAAD(Buffer.from(protectedHeader, 'latin1'))
    this.head = `${protectedHeader}..${iv.toString('base64url')}.`
  }

  push(piece: Uint8Array): string {
    const ciphertext = Buffer.concat([this.#odd, this.#cipher.update(piece)])
    const end = ciphertext.length - (ciphertext.length % GROUP)
    this.#odd = ciphertext.subarray(end)
    return ciphertext.toString('base64url', 0, end)
  }

  finish(): string {
    this.#cipher.final() // empty in GCM, but it computes the tag
    return `${this.#odd.toString('base64url')}.${this.#cipher.getAuthTag().toString('base64url')}`
  }
}
