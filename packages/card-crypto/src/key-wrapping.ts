// Keys at rest: key blocks (X9.143, version D) under a key below the master key, each bound to its
// name.
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import { type KeyBlockHeader, unwrapKeyBlock, wrapKeyBlock } from './key-block.ts'
import type { KeyRecord } from './key-store.ts'
import { parseMasterKey, unwrapSecret } from './wrap.ts'

const derivedBytes = 32
const keyBlock = /^D[0-9]{4}/ // earlier releases wrote the form of wrapSecret, Base64 that begins with A

export interface KeyWrapping {
  /** A key block whose label is the name. */
  wrap(name: string, header: KeyBlockHeader, bytes: Uint8Array): string

  /**
   * The key, and its usage where the form tells it. `key.unwrap.failed` for another master key,
   * another name or a damaged text.
   */
  unwrap(name: string, wrapped: string): { usage?: string; bytes: Buffer }

  /** A key of the installation's own for something else (HKDF, RFC 5869). */
  derive(what: string): KeyObject
}

export function keyWrapping(masterKey: Uint8Array): KeyWrapping {
  const root = createSecretKey(parseMasterKey(Buffer.from(masterKey).toString('base64')))
  const derive = (what: string): KeyObject => createSecretKey(Buffer.from(hkdfSync('sha256', root, '', what, derivedBytes)))
  const kbpk = derive('dcms key block protection 1')
  return {
    derive,
    wrap: (name, header, bytes) => wrapKeyBlock(kbpk, { ...header, label: name }, bytes),
    unwrap(name, wrapped) {
      if (!keyBlock.test(wrapped)) return { bytes: unwrapSecret(root, name, wrapped) }
      try {
        const { header, key } = unwrapKeyBlock(kbpk, wrapped)
        if (header.label === name) return { usage: header.usage, bytes: key }
      } catch (error) {
        if (!(error instanceof CardCryptoError)) throw error
      }
      throw new CardCryptoError(
        'key.unwrap.failed',
        `${name} does not unwrap: wrapped under another master key or another name, or damaged`,
      )
    },
  }
}

/** Whether a stored key was wrapped under this master key. */
export function unwrapsUnder(masterKey: Uint8Array, { _id, wrapped }: KeyRecord): boolean {
  try {
    keyWrapping(masterKey).unwrap(_id, wrapped)
    return true
  } catch (error) {
    if (error instanceof CardCryptoError) return false
    throw error
  }
}
