// Triple DES on single blocks (NIST SP 800-67), for what the card schemes still define on it: CVV,
// PVV, IBM 3624, PIN blocks 0 and 3.
import { createCipheriv, createDecipheriv, createSecretKey, KeyObject } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'

export const desBytes = 8
const tripleBytes = 24
const doubleBytes = 16
const checkValueBytes = 3

/**
 * K1 ‖ K2 ‖ K3 as the cipher takes it: a key of 8 bytes as K|K|K, one of 16 as K1|K2|K1;
 * `key.invalid` for any other length.
 */
export function tdesKey(key: KeyObject | Uint8Array): KeyObject {
  if (key instanceof KeyObject) {
    if (key.symmetricKeySize !== tripleBytes) return tdesKey(key.export())
    return key
  }
  if (key.length !== desBytes && key.length !== doubleBytes && key.length !== tripleBytes)
    throw new CardCryptoError('key.invalid', 'A TDES key has 8, 16 or 24 bytes')
  const first = key.subarray(0, desBytes)
  return createSecretKey(Buffer.concat([key, first, first].slice(0, 1 + (tripleBytes - key.length) / desBytes)))
}

/** Enciphers whole blocks of 8 bytes, each by itself. */
export function tdesEncrypt(key: KeyObject | Uint8Array, blocks: Uint8Array): Buffer {
  return createCipheriv('des-ede3-ecb', tdesKey(key), null).setAutoPadding(false).update(blocks)
}

export function tdesDecrypt(key: KeyObject | Uint8Array, blocks: Uint8Array): Buffer {
  return createDecipheriv('des-ede3-ecb', tdesKey(key), null).setAutoPadding(false).update(blocks)
}

/**
 * KCV of a DES or TDES key of 8, 16 or 24 bytes: the leftmost three bytes of eight enciphered zero
 * bytes, in upper-case hex.
 */
export function tdesKeyCheckValue(key: KeyObject | Uint8Array): string {
  return tdesEncrypt(key, Buffer.alloc(desBytes)).subarray(0, checkValueBytes).toString('hex').toUpperCase()
}

/** The key with odd parity in every byte (ANSI X3.92): hardware modules refuse others. */
export function withOddParity(key: Uint8Array): Buffer {
  const adjusted = Uint8Array.from(key, (byte) => {
    let ones = 0
    for (let bit = 1; bit < 8; bit++) ones += (byte >> bit) & 1
    return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0)
  })
  return Buffer.from(adjusted.buffer)
}

/** The four weak and twelve semi-weak DES keys (NIST SP 800-67 clause 3.3.2). */
const weakDesKeys = new Set(
  `0101010101010101 fefefefefefefefe e0e0e0e0f1f1f1f1 1f1f1f1f0e0e0e0e 011f011f010e010e 1f011f010e010e01 01e001e001f101f1 e001e001f101f101
  01fe01fe01fe01fe fe01fe01fe01fe01 1fe01fe00ef10ef1 e01fe01ff10ef10e 1ffe1ffe0efe0efe fe1ffe1ffe0efe0e e0fee0fef1fef1fe fee0fee0fef1fef1`.split(
    /\s+/,
  ),
)

/** True for a two-key TDES key with equal halves, which is single DES, or with a weak half. */
export function isWeakTdes(key: Uint8Array): boolean {
  const adjusted = withOddParity(key)
  const halves = [adjusted.subarray(0, desBytes).toString('hex'), adjusted.subarray(desBytes, doubleBytes).toString('hex')]
  return halves[0] === halves[1] || halves.some((half) => weakDesKeys.has(half))
}
