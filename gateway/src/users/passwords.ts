// Password hashing: argon2id, off the event loop, a few at once, with a share for each bank.
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { FairQueue } from './fair-queue.ts'

// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/**
 * Each takes 19 MiB and some 20 ms of a core: half of the cores at most, and of Node's four threads
 * one is left for others.
 */
const HASHINGS_AT_ONCE = Math.max(1, Math.min(3, Math.floor(availableParallelism() / 2)))
/** How many log-ins of one bank wait, of callers that succeeded lately and of others each. */
const WAITING_PER_SHARE_MAX = 32
const WAIT_MAX_MS = 10_000
/** Callers that are known go first, but of so many turns one is for others while any wait. */
const TURNS_PER_STRANGER = 4

export const hashPassword = (password: string): Promise<string> => hash(password, options)

/** Who waits for a hashing. */
export interface Applicant {
  readonly tenant: string
  /** Logged in lately from where it comes. */
  readonly isKnown: boolean
}

export type Verdict = 'right' | 'wrong' | 'busy'

interface Waiting {
  readonly sinceMs: number
  /** True when its turn has come, false when it waited too long. */
  readonly proceed: (turn: boolean) => void
}

/** Checks passwords; one for an unknown user takes as long as for a known one. */
export class PasswordCheck {
  readonly #dummyHash: Promise<string> = hash(randomBytes(32), options)
  readonly #known = new FairQueue<Waiting>(WAITING_PER_SHARE_MAX)
  readonly #strangers = new FairQueue<Waiting>(WAITING_PER_SHARE_MAX)
  #running = 0
  #turn = 0

  /**
   * `null` for the hash of an unknown or disabled user: never right. `busy` when too many of the
   * same bank wait, or for too long.
   */
  async verify(passwordHash: string | null, password: string, applicant: Applicant): Promise<Verdict> {
    if (!(await this.#turnOf(applicant))) return 'busy'
    try {
      const matches = await verify(passwordHash ?? (await this.#dummyHash), password)
      return matches && passwordHash !== null ? 'right' : 'wrong'
    } finally {
      this.#running--
      this.#next()
    }
  }

  #turnOf({ tenant, isKnown }: Applicant): Promise<boolean> {
    const turn = new Promise<boolean>((resolve) => {
      const waiting = { sinceMs: performance.now(), proceed: resolve }
      if (!(isKnown ? this.#known : this.#strangers).add(tenant, waiting)) resolve(false)
    })
    this.#next()
    return turn
  }

  #next(): void {
    while (this.#running < HASHINGS_AT_ONCE) {
      const waiting = this.#take()
      if (waiting === undefined) return
      const isInTime = performance.now() - waiting.sinceMs <= WAIT_MAX_MS
      if (isInTime) this.#running++
      waiting.proceed(isInTime)
    }
  }

  #take(): Waiting | undefined {
    this.#turn = (this.#turn + 1) % TURNS_PER_STRANGER
    return this.#turn === 0 ? (this.#strangers.take() ?? this.#known.take()) : (this.#known.take() ?? this.#strangers.take())
  }
}
