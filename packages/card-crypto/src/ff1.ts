// Format-preserving encryption FF1: NIST SP 800-38G, algorithms 7 (FF1.Encrypt) and 8
// (FF1.Decrypt), on whole numbers.
import type { KeyObject } from 'node:crypto'
import { aesBlock, blockBytes } from './aes-block.ts'

const rounds = 10
/** A remainder below this times 2^16 is exact in a number. */
const halfModulusMax = 2 ** 37
const limb = 2 ** 16
const radixMax = 2 ** 16 // clause 5.1
/** Revision 1 of SP 800-38G raises radix^minlen from 100 to this. */
export const ff1DomainMin = 1_000_000

export interface Ff1Options {
  key: KeyObject // AES, any size
  radix: number // 2 to 65,536
  length: number // numerals in a text, at least 2
  tweak: Uint8Array
}

/**
 * A permutation of the whole numbers from 0 up to radix^length, which stand for the numeral strings
 * of that length, most significant first.
 */
export interface Ff1 {
  encrypt(text: bigint): bigint
  decrypt(text: bigint): bigint
  /**
   * The same as `encrypt` for many texts, a tenth of the work each: every round enciphers the
   * blocks of all texts in one call, and the arithmetic stays within exact numbers.
   * @throws RangeError for a domain beyond 2^53, or halves beyond 2^37
   */
  encryptMany(texts: readonly number[]): number[]
}

/**
 * Prepares FF1 for one key, radix, length and tweak: what does not change from text to text is
 * computed here.
 */
export function createFf1({ key, radix, length, tweak }: Ff1Options): Ff1 {
  const { fixed, last, byteCount } = ff1Blocks(radix, length, tweak)
  const encryptBlock = aesBlock(key)
  // PRF (algorithm 6) is a CBC-MAC: the blocks in front of the last one are the same for every
  // round of every text.
  let chained: Buffer = Buffer.alloc(blockBytes)
  for (let at = 0; at < fixed.length; at += blockBytes) chained = encryptBlock(xor(chained, fixed.subarray(at, at + blockBytes)))
  const leftModulus = BigInt(radix) ** BigInt(Math.floor(length / 2))
  const rightModulus = BigInt(radix) ** BigInt(Math.ceil(length / 2))
  const outputBytes = 4 * Math.ceil(byteCount / 4) + 4 // step 4: d

  /** Steps 6.i to 6.iv: the number y for a round and a half. */
  const roundNumber = (round: number, half: bigint): bigint => {
    const block = Buffer.from(last)
    block[blockBytes - byteCount - 1] = round
    writeNumber(block, half, byteCount)
    let stream: Buffer = encryptBlock(xor(block, chained))
    const first = stream
    for (let counter = 1; stream.length < outputBytes; counter++) {
      const mask = Buffer.alloc(blockBytes)
      mask.writeUInt32BE(counter, blockBytes - 4)
      stream = Buffer.concat([stream, encryptBlock(xor(mask, first))])
    }
    return readNumber(stream, outputBytes)
  }

  /**
   * The numbers y of one round for the halves of many texts, each modulo `modulus`. One block of
   * output is enough: d is 12 at most for halves that small.
   */
  const roundNumbers = (round: number, halves: Float64Array, modulus: number): Float64Array => {
    const inputs = Buffer.alloc(halves.length * blockBytes)
    for (let i = 0; i < halves.length; i++) {
      const end = (i + 1) * blockBytes
      last.copy(inputs, end - blockBytes)
      inputs[end - byteCount - 1] = round
      let rest = halves[i] ?? 0
      for (let at = end - 1; at >= end - byteCount; at--) {
        inputs[at] = rest % 256
        rest = Math.floor(rest / 256)
      }
      for (let at = 0; at < blockBytes; at++) inputs[end - blockBytes + at] = (inputs[end - blockBytes + at] ?? 0) ^ (chained[at] ?? 0)
    }
    const outputs = encryptBlock(inputs)
    return halves.map((_, i) => {
      let rest = 0
      for (let at = 0; at < outputBytes; at += 2) rest = (rest * limb + outputs.readUInt16BE(i * blockBytes + at)) % modulus
      return rest
    })
  }

  return {
    encryptMany: (texts) => {
      const [leftSize, rightSize] = [Number(leftModulus), Number(rightModulus)]
      if (leftSize * rightSize > Number.MAX_SAFE_INTEGER || rightSize > halfModulusMax)
        throw new RangeError('FF1 enciphers many texts of a domain up to 2^53 only')
      let left = Float64Array.from(texts, (text) => Math.floor(text / rightSize))
      let right = Float64Array.from(texts, (text) => text % rightSize)
      for (let round = 0; round < rounds; round++) {
        const modulus = round % 2 === 0 ? leftSize : rightSize
        const mixed = roundNumbers(round, right, modulus).map((y, i) => (y + (left[i] ?? 0)) % modulus)
        left = right
        right = mixed
      }
      return Array.from(left, (half, i) => half * rightSize + (right[i] ?? 0))
    },
    encrypt: (text) => {
      let left = text / rightModulus
      let right = text % rightModulus
      for (let round = 0; round < rounds; round++) {
        const modulus = round % 2 === 0 ? leftModulus : rightModulus
        const mixed = (left + roundNumber(round, right)) % modulus
        left = right
        right = mixed
      }
      return left * rightModulus + right
    },
    decrypt: (text) => {
      let left = text / rightModulus
      let right = text % rightModulus
      for (let round = rounds - 1; round >= 0; round--) {
        const modulus = round % 2 === 0 ? leftModulus : rightModulus
        const mixed = (((right - roundNumber(round, left)) % modulus) + modulus) % modulus
        right = left
        left = mixed
      }
      return left * rightModulus + right
    },
  }
}

/**
 * P and Q of steps 5 and 6.i: the blocks that never change, and the last one, in which round and
 * half are still zero.
 */
function ff1Blocks(radix: number, length: number, tweak: Uint8Array): { fixed: Buffer; last: Buffer; byteCount: number } {
  if (!Number.isInteger(radix) || radix < 2 || radix > radixMax) throw new RangeError('FF1 takes a radix from 2 to 65,536')
  if (!Number.isInteger(length) || length < 2) throw new RangeError('FF1 takes texts of two or more numerals')
  if (BigInt(radix) ** BigInt(length) < BigInt(ff1DomainMin)) throw new RangeError('FF1 needs a domain of one million or more')
  const right = Math.ceil(length / 2)
  // Step 3: b, the bytes of a right half. ceil(v · log2(radix)) is the bit length of radix^v − 1,
  // which whole numbers give exactly.
  const byteCount = Math.ceil((BigInt(radix) ** BigInt(right) - 1n).toString(2).length / 8)
  const p = Buffer.from([1, 2, 1, 0, 0, 0, rounds, Math.floor(length / 2) % 256, 0, 0, 0, 0, 0, 0, 0, 0])
  p.writeUIntBE(radix, 3, 3)
  p.writeUInt32BE(length, 8)
  p.writeUInt32BE(tweak.length, 12)
  const padding = (blockBytes - ((tweak.length + byteCount + 1) % blockBytes)) % blockBytes
  const q = Buffer.concat([tweak, Buffer.alloc(padding + 1 + byteCount)])
  if (byteCount + 1 > blockBytes) throw new RangeError('FF1 is built here for halves of up to 15 bytes')
  return { fixed: Buffer.concat([p, q.subarray(0, q.length - blockBytes)]), last: q.subarray(q.length - blockBytes), byteCount }
}

function xor(a: Buffer, b: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(a.length)
  for (let i = 0; i < a.length; i++) out[i] = (a[i] ?? 0) ^ (b[i] ?? 0)
  return out
}

function writeNumber(block: Buffer, value: bigint, byteCount: number): void {
  let rest = value
  for (let at = blockBytes - 1; at >= blockBytes - byteCount; at--) {
    block[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
}

function readNumber(bytes: Buffer, byteCount: number): bigint {
  let value = 0n
  for (let at = 0; at < byteCount; at += 4) value = (value << 32n) | BigInt(bytes.readUInt32BE(at))
  return value
}
