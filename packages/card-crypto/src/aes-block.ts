// The bare AES block function (FIPS 197), out of which FF1, CMAC and the prefix cipher are built;
// never used on messages.
import { createCipheriv, type KeyObject } from 'node:crypto'

export const blockBytes = 16

/**
 * Enciphers whole blocks, each by itself. One cipher object serves all calls: making one costs more
 * than a block does.
 */
export function aesBlock(key: KeyObject): (blocks: Buffer) => Buffer {
  const cipher = createCipheriv(`aes-${(key.symmetricKeySize ?? 0) * 8}-ecb`, key, null).setAutoPadding(false)
  return (blocks) => cipher.update(blocks)
}
