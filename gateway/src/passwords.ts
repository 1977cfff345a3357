// Password hashing: argon2id, off the event loop.
import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** How many hashings may wait or run at once: each takes 19 MiB and some 20 ms of a core. */
const HASHINGS_MAX = 32

export const hashPassword = (password: string): Promise<string> => hash(password, options)

/** Checks passwords; one for an unknown user takes as long as for a known one. */
export class PasswordCheck {
  readonly #dummyHash: Promise<string> = hash(randomBytes(32), options)
  #running = 0

  /** `null` for the hash of an unknown or disabled user: never right. `busy` when too many run already. */
  async verify(passwordHash: string | null, password: string): Promise<'right' | 'wrong' | 'busy'> {
    if (this.#running >= HASHINGS_MAX) return 'busy'
    this.#running++
    try {
      const matches = await verify(passwordHash ?? (await this.#dummyHash), password)
      return matches && passwordHash !== null ? 'right' : 'wrong'
    } finally {
      this.#running--
    }
  }
}
