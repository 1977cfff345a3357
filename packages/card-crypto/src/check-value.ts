// AES-CMAC and the check value by which two sides compare a key without showing it.
import { createCipheriv, createSecretKey, KeyObject } from 'node:crypto'
import { aesBlock, blockBytes } from './aes-block.ts'
import { CardCryptoError } from './card-crypto-error.ts'

const checkValueBytes = 3
const reduction = 0x87 // NIST SP 800-38B clause 5.3: R for a block of 128 bits

/**
 * AES-CMAC (NIST SP 800-38B clause 6.2, RFC 4493), 16 bytes; AES keys of 16, 24 or 32 bytes, else
 * `key.invalid`.
 */
export function aesCmac(key: KeyObject | Uint8Array, message: Uint8Array): Buffer {
  const aesKey = key instanceof KeyObject ? key : createSecretKey(key)
  const sizeBytes = aesKey.symmetricKeySize ?? 0
  if (![16, 24, 32].includes(sizeBytes)) throw new CardCryptoError('key.invalid', 'An AES key has 16, 24 or 32 bytes')
  const subkey1 = doubled(aesBlock(aesKey)(Buffer.alloc(blockBytes)))
  const complete = message.length > 0 && message.length % blockBytes === 0
  const padded = Buffer.alloc(complete ? message.length : (Math.floor(message.length / blockBytes) + 1) * blockBytes)
  padded.set(message)
  if (!complete) padded[message.length] = 0x80
  const mask = complete ? subkey1 : doubled(subkey1)
  const lastBlock = padded.length - blockBytes
  for (let i = 0; i < blockBytes; i++) padded[lastBlock + i] = (padded[lastBlock + i] ?? 0) ^ (mask[i] ?? 0)
  const cipher = createCipheriv(`aes-${sizeBytes * 8}-cbc`, aesKey, Buffer.alloc(blockBytes)).setAutoPadding(false)
  return cipher.update(padded).subarray(lastBlock)
}

/**
 * KCV of an AES key: the leftmost three bytes of its CMAC over 16 zero bytes, in six upper-case hex
 * digits (PCI PIN 15-1).
 */
export function keyCheckValue(key: KeyObject | Uint8Array): string {
  return aesCmac(key, Buffer.alloc(blockBytes)).subarray(0, checkValueBytes).toString('hex').toUpperCase()
}

/** Clause 6.1: shift left by one bit, and reduce when a bit fell out. */
function doubled(block: Buffer): Buffer {
  const out = Buffer.alloc(blockBytes)
  for (let i = 0; i < blockBytes; i++) out[i] = ((block[i] ?? 0) << 1) | ((block[i + 1] ?? 0) >> 7)
  if ((block[0] ?? 0) & 0x80) out[blockBytes - 1] = (out[blockBytes - 1] ?? 0) ^ reduction
  return out
}
