// Sees when events took effect: looks at the follower's own documents, one query at a time for all
// that is awaited, as often as answers come.
import { setTimeout as sleep } from 'node:timers/promises'
import type { mongo } from 'mongoose'

const PAUSE_MS = 1
const WAIT_MAX_MS = 30_000

/**
 * The follower's document as far as it is read; `lastSequence` is the last event of the kit that
 * was applied.
 */
export interface FollowedKit {
  _id: string
  lastSequence: number
  kitInfo?: { changedDate?: string }
}

export interface Effect {
  /**
   * When the answer that showed the effect was there: the effect itself was earlier. Milliseconds
   * since 1970, with fractions.
   */
  seenAtMs: number
  /** The time in the event, as the follower stored it. */
  eventAtMs: number
  /** How long that look at the store took. */
  lookMs: number
}

interface Awaited {
  sequence: number
  resolve(effect: Effect): void
  reject(reason: Error): void
  until: number
}

/**
 * A reading late by a pause of this process says too little: the greatest of several is the truest.
 */
const CLOCK_READINGS = 10

let originMs: number | undefined

/** The clock of `Date.now()`, which dates the events, with fractions of a millisecond. */
export const preciseNowMs = (): number => {
  originMs ??= Math.max(...Array.from({ length: CLOCK_READINGS }, originAtTick))
  return originMs + performance.now()
}

/**
 * Where `performance.now()` began by the clock of `Date.now()`, read at the moment that one ticks.
 */
function originAtTick(): number {
  const before = Date.now()
  let now = before
  while (now === before) now = Date.now()
  return now - performance.now()
}

export class EffectWatch {
  readonly #kits: mongo.Collection<FollowedKit>
  readonly #awaited = new Map<string, Awaited>()
  #looking: Promise<void> | undefined
  #stopped = false

  constructor(kits: mongo.Collection<FollowedKit>) {
    this.#kits = kits
  }

  /** Resolves when the follower applied this event of the kit; at most one per kit at a time. */
  effectOf(kitNo: string, sequence: number): Promise<Effect> {
    return new Promise((resolve, reject) => {
      this.#awaited.set(kitNo, { sequence, resolve, reject, until: performance.now() + WAIT_MAX_MS })
      this.#looking ??= this.#lookUntilSeen().finally(() => {
        this.#looking = undefined
      })
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#looking
  }

  async #lookUntilSeen(): Promise<void> {
    while (this.#awaited.size > 0 && !this.#stopped) {
      try {
        await this.#look()
      } catch (error) {
        for (const { reject } of this.#awaited.values()) reject(error instanceof Error ? error : new Error(String(error)))
        this.#awaited.clear()
      }
      await sleep(PAUSE_MS)
    }
  }

  async #look(): Promise<void> {
    const begun = preciseNowMs()
    const found = await this.#kits
      .find({ _id: { $in: [...this.#awaited.keys()] } }, { projection: { lastSequence: 1, 'kitInfo.changedDate': 1 } })
      .toArray()
    const seenAtMs = preciseNowMs()
    for (const { _id, lastSequence, kitInfo } of found) {
      const awaited = this.#awaited.get(_id)
      if (!awaited || lastSequence < awaited.sequence) continue
      this.#awaited.delete(_id)
      awaited.resolve({ seenAtMs, eventAtMs: Date.parse(kitInfo?.changedDate ?? ''), lookMs: seenAtMs - begun })
    }
    for (const [kitNo, { until, reject }] of this.#awaited) {
      if (performance.now() < until) continue
      this.#awaited.delete(kitNo)
      reject(new Error(`the effect of an event was not seen within ${WAIT_MAX_MS / 1000} s`))
    }
  }
}
