// HalfSipHash-2-4 with 64 bits of output (Aumasson, Bernstein): a keyed hash of short texts that
// needs no allocation.

const state = new Int32Array(4)

function rounds(count: number): void {
  let [v0, v1, v2, v3] = [state[0] ?? 0, state[1] ?? 0, state[2] ?? 0, state[3] ?? 0]
  for (let round = 0; round < count; round++) {
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
  }
  state[0] = v0
  state[1] = v1
  state[2] = v2
  state[3] = v3
}

function absorb(word: number): void {
  state[3] = (state[3] ?? 0) ^ word
  rounds(2)
  state[0] = (state[0] ?? 0) ^ word
}

/**
 * Hashes the UTF-16LE bytes of a text.
 * @param key two 32-bit words, secret
 * @param out gets the two 32-bit words of the hash
 */
export function halfSipHash(text: string, key: Uint32Array, out: Uint32Array): void {
  const k0 = key[0] ?? 0
  const k1 = key[1] ?? 0
  state[0] = k0
  state[1] = k1 ^ 0xee
  state[2] = 0x6c796765 ^ k0
  state[3] = 0x74656462 ^ k1
  const { length } = text
  const pairs = length & ~1
  for (let position = 0; position < pairs; position += 2) absorb(text.charCodeAt(position) | (text.charCodeAt(position + 1) << 16))
  absorb(((length * 2) << 24) | (length === pairs ? 0 : text.charCodeAt(pairs)))
  state[2] = (state[2] ?? 0) ^ 0xee
  rounds(4)
  out[0] = (state[1] ?? 0) ^ (state[3] ?? 0)
  state[1] = (state[1] ?? 0) ^ 0xdd
  rounds(4)
  out[1] = (state[1] ?? 0) ^ (state[3] ?? 0)
}
