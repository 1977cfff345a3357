import { expect, test } from '@jest/globals'
import { halfSipHash } from './half-sip-hash.ts'

// HalfSipHash-2-4, 64 bits: vectors_hsip64 of the reference implementation, key 00 01 … 07, input
// 00 01 02 …, those of even length.
const vectors: readonly (readonly [bytes: number, hash: bigint])[] = [
  [0, 0xc83cb8b9591f8d21n],
  [2, 0x57eb507cef394f06n],
  [4, 0xa12ee55b178ae7d5n],
  [6, 0x25bca28a35913ecen],
  [8, 0x8c85e4bc20e8feedn],
  [10, 0xeef2a6069f46b095n],
  [12, 0x99c7f5ae9f1fc77bn],
]

test.each(vectors)('reference vector vectors_hsip64[%d]', (length, expected) => {
  const text = Buffer.from(Array.from({ length }, (_, position) => position)).toString('utf16le')
  const out = new Uint32Array(2)
  halfSipHash(text, Uint32Array.of(0x03020100, 0x07060504), out)
  const [low = 0, high = 0] = out
  expect((BigInt(high) << 32n) | BigInt(low)).toBe(expected)
})
