// Finds any of many byte strings in one pass (Wu and Manber 1994): what it takes does not grow with
// the number of secrets.

/**
 * Of each needle its last eight bytes are looked for, three at a time; most places are passed over
 * six bytes at once.
 */
const WINDOW = 8
const BLOCK = 3
const TABLE_BITS = 20

/**
 * Three bytes, spread over the table by Knuth's multiplier, so that digits and text do not crowd in
 * one corner.
 */
const blockOf = (bytes: Uint8Array, last: number): number =>
  Math.imul(((bytes[last - 2] ?? 0) << 16) | ((bytes[last - 1] ?? 0) << 8) | (bytes[last] ?? 0), 0x9e3779b1) >>> (32 - TABLE_BITS)

export interface NeedleHit<Meaning> {
  start: number
  meaning: Meaning
}

export class Needles<Meaning> {
  readonly #shifts = new Uint8Array(1 << TABLE_BITS).fill(WINDOW - BLOCK + 1)
  readonly #ending = new Map<number, { bytes: Uint8Array; meaning: Meaning }[]>()

  /** @param needles at least eight bytes each */
  constructor(needles: Iterable<{ bytes: Uint8Array; meaning: Meaning }>) {
    for (const needle of needles) {
      const { bytes } = needle
      if (bytes.length < WINDOW) throw new RangeError(`a needle of ${bytes.length} bytes is too short to search for`)
      for (let distance = 0; distance <= WINDOW - BLOCK; distance++) {
        const block = blockOf(bytes, bytes.length - 1 - distance)
        if ((this.#shifts[block] ?? 0) > distance) this.#shifts[block] = distance
      }
      const last = blockOf(bytes, bytes.length - 1)
      const sameEnd = this.#ending.get(last)
      if (sameEnd) sameEnd.push(needle)
      else this.#ending.set(last, [needle])
    }
  }

  /** Every place where a needle stands, overlapping ones too. */
  find(bytes: Buffer): NeedleHit<Meaning>[] {
    const hits: NeedleHit<Meaning>[] = []
    if (this.#ending.size === 0) return hits
    const shifts = this.#shifts
    for (let last = WINDOW - 1; last < bytes.length; ) {
      const block = blockOf(bytes, last)
      const shift = shifts[block] ?? 0
      if (shift > 0) {
        last += shift
        continue
      }
      for (const needle of this.#ending.get(block) ?? []) {
        if (endsAt(bytes, last, needle.bytes)) hits.push({ start: last + 1 - needle.bytes.length, meaning: needle.meaning })
      }
      last++
    }
    return hits
  }
}

function endsAt(bytes: Uint8Array, last: number, needle: Uint8Array): boolean {
  const start = last + 1 - needle.length
  if (start < 0) return false
  for (let position = needle.length - 1; position >= 0; position--) if (bytes[start + position] !== needle[position]) return false
  return true
}
