// Messages that something happened to on their way.

/** How many tests try: `DCMS_ISO_MUTATIONS=1000000 npm test -- packages/iso8583`. */
export const MUTATIONS = Number(process.env.DCMS_ISO_MUTATIONS ?? 100_000)

/** Mulberry32: the same mutations every time. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** The message as it might arrive: changed in one to three places. */
export function mutated(original: Buffer, other: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(original)
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(bytes.length + 1)
    switch (random(6)) {
      case 0: // one bit
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
        break
      case 1: // one byte
        if (at < bytes.length) bytes[at] = random(256)
        break
      case 2: // near the front, where MTI, bitmaps and the first lengths are
        if (bytes.length > 0) bytes[random(Math.min(bytes.length, 48))] = random(256)
        break
      case 3: // cut short
        bytes = bytes.subarray(0, at)
        break
      case 4: // some bytes too few or too many
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(random(9), random(256)), bytes.subarray(at + random(9))])
        break
      case 5: // goes on as another message
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(random(other.length))])
        break
    }
  }
  return bytes
}
