// From where users logged in lately: such callers are let through where strangers have to wait.
import type { mongo } from 'mongoose'
import type { Logger } from 'pino'
import { KNOWN_FOR_MS, type LoginSourceDocument } from '../database.ts'
import { type Bucket, fullBucket, limitRate } from '../exchange/limit-rate.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const IN_MEMORY_MAX = 100_000
/** Written again when it is older than this. */
const WRITE_EVERY_MS = DAY_MS
/** Look-ups in the store, which only those cause who are about to be refused. */
const LOOKUPS = { requestsPerSecond: 100, burst: 200 } as const

/**
 * Names are `user source` or `tenant source`. The store keeps them for all gateway processes and
 * over a restart; memory is asked first, and the store only before somebody would be refused.
 */
export class KnownSources {
  readonly #collection: Pick<mongo.Collection<LoginSourceDocument>, 'findOne' | 'bulkWrite'>
  readonly #logger: Logger
  readonly #writtenAtMs = new Map<string, number>()
  readonly #lookups: Bucket

  constructor(collection: Pick<mongo.Collection<LoginSourceDocument>, 'findOne' | 'bulkWrite'>, logger: Logger) {
    this.#collection = collection
    this.#logger = logger
    this.#lookups = fullBucket(LOOKUPS, Date.now())
  }

  /** Whether this process knows it. */
  has(name: string, nowMs: number): boolean {
    const writtenAtMs = this.#writtenAtMs.get(name)
    return writtenAtMs !== undefined && nowMs - writtenAtMs < KNOWN_FOR_MS
  }

  /** Whether any process knows it. False when it cannot be found out now. */
  async lookUp(name: string, nowMs: number): Promise<boolean> {
    if (this.has(name, nowMs)) return true
    if (limitRate(this.#lookups, LOOKUPS, nowMs) !== null) return false
    try {
      const found = await this.#collection.findOne({ _id: name })
      if (found === null || nowMs - found.at.getTime() >= KNOWN_FOR_MS) return false
      this.#remember(name, found.at.getTime())
      return true
    } catch (error) {
      this.#logger.warn({ err: error }, 'known log-in sources cannot be read; all count as unknown')
      return false
    }
  }

  /** Notes a log-in; the store follows in the background. */
  note(names: readonly string[], nowMs: number): void {
    const due = names.filter((name) => nowMs - (this.#writtenAtMs.get(name) ?? Number.NEGATIVE_INFINITY) >= WRITE_EVERY_MS)
    if (due.length === 0) return
    for (const name of due) this.#remember(name, nowMs)
    const at = new Date(nowMs)
    this.#collection
      .bulkWrite(
        due.map((name) => ({ updateOne: { filter: { _id: name }, update: { $max: { at } }, upsert: true } })),
        { ordered: false },
      )
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'log-in sources could not be stored; only this process knows them'))
  }

  #remember(name: string, atMs: number): void {
    this.#writtenAtMs.delete(name)
    this.#writtenAtMs.set(name, atMs)
    for (const oldest of this.#writtenAtMs.keys()) {
      if (this.#writtenAtMs.size <= IN_MEMORY_MAX) return
      this.#writtenAtMs.delete(oldest)
    }
  }
}
