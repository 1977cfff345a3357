// The Concat KDF of RFC 7518 section 4.6.2 (NIST SP 800-56A, single step, SHA-256).
import { hash } from 'node:crypto'

const HASH_BYTES = 32
const EMPTY = Buffer.alloc(0)

/**
 * OtherInfo of RFC 7518 section 4.6.2: AlgorithmID, PartyUInfo and PartyVInfo, each with its length
 * before it, then SuppPubInfo, the length of the derived key in bits.
 * @param algorithmId the value of `enc` for ECDH-ES used directly
 * @param apu bytes of the header member of this name, empty when absent; the same for `apv`
 */
export function otherInfo(algorithmId: string, keyBits: number, apu: Uint8Array = EMPTY, apv: Uint8Array = EMPTY): Buffer {
  const algorithm = Buffer.from(algorithmId, 'ascii')
  return Buffer.concat([uint32(algorithm.length), algorithm, uint32(apu.length), apu, uint32(apv.length), apv, uint32(keyBits)])
}

/**
 * The derived key: `keyBits` bits from the shared secret `z` and `info` (see `otherInfo`, made with
 * the same number of bits).
 */
export function concatKdf(z: Uint8Array, info: Uint8Array, keyBits: number): Buffer {
  const rounds = Math.ceil(keyBits / 8 / HASH_BYTES)
  const blocks: Buffer[] = []
  for (let round = 1; round <= rounds; round++) blocks.push(hash('sha256', Buffer.concat([uint32(round), z, info]), 'buffer'))
  const [first] = blocks
  const derived = first !== undefined && rounds === 1 ? first : Buffer.concat(blocks)
  return derived.subarray(0, keyBits / 8)
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}
