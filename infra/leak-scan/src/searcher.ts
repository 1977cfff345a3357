// Searches bytes for every secret of a run: those that tests noted, and those that are known by
// their form.
import { Needles } from './needles.ts'
import { type Content, cardNumberPattern, notedNearby, type PatternHit, secretsInContext } from './patterns.ts'
import type { UsedSecret } from './secret.ts'

/**
 * The longest form of a noted secret that is compared; what is longer is just as unmistakable by
 * its beginning.
 */
const NEEDLE_BYTES_MAX = 64
/** What a hit may reach over, its context included: chunks of a file overlap by this much. */
export const REACH_BYTES = 256

export interface Hit {
  /** Where it begins, in bytes. */
  start: number
  secret: UsedSecret
}

export class Searcher {
  readonly #needles: Needles<UsedSecret>
  readonly #cardNumbers: (latin1: string) => PatternHit[]
  readonly #noted: { pins: ReadonlySet<string>; cvvs: ReadonlySet<string> }

  /**
   * @param bins of the banks in the tests: card numbers under them are found without having been
   * noted
   */
  constructor(secrets: readonly UsedSecret[], bins: readonly string[]) {
    this.#needles = new Needles(secrets.flatMap((secret) => formsOf(secret).map((bytes) => ({ bytes, meaning: secret }))))
    this.#cardNumbers = cardNumberPattern(bins)
    const valuesOf = (kind: UsedSecret['kind']) => new Set(secrets.filter((secret) => secret.kind === kind).map(({ value }) => value))
    this.#noted = { pins: valuesOf('pin'), cvvs: valuesOf('cvv') }
  }

  /** Each secret once per place, in order. */
  search(bytes: Buffer, content: Content): Hit[] {
    const latin1 = bytes.toString('latin1')
    const hits: Hit[] = this.#needles.find(bytes).map(({ start, meaning }) => ({ start, secret: meaning }))
    hits.push(...this.#cardNumbers(latin1), ...secretsInContext(latin1, content))
    if (content === 'text') hits.push(...notedNearby(latin1, this.#noted))
    const unique = new Map(hits.map((hit) => [`${hit.start} ${hit.secret.kind} ${hit.secret.value}`, hit]))
    return [...unique.values()].sort((one, other) => one.start - other.start)
  }
}

/** How a noted secret may be written; none for PINs and CVVs, which stand in any text by chance. */
function formsOf({ kind, value }: UsedSecret): Buffer[] {
  switch (kind) {
    case 'pan':
      return [Buffer.from(value), ...(value.length >= 16 && value.length % 2 === 0 ? [Buffer.from(value, 'hex')] : [])] // digits, packed
    case 'pinBlock': {
      const raw = Buffer.from(value, 'hex')
      return [Buffer.from(value.toUpperCase()), Buffer.from(value.toLowerCase()), raw, Buffer.from(raw.toString('base64'))]
    }
    case 'encryptedPin':
      return [Buffer.from(value), Buffer.from(value, 'base64')].map((form) => form.subarray(0, NEEDLE_BYTES_MAX))
    case 'pin':
    case 'cvv':
      return []
  }
}
