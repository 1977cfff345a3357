// A lock in memory that threads share: one of them at a time looks at it and changes it. What is
// done under it takes about a microsecond.
import type { Lock } from '../exchange/limit-rate.ts'

const FREE = 0
/** Tries before a thread sleeps; the holder is as a rule done within them. */
const SPINS = 200
/** A thread that sleeps is woken by whoever leaves; this is for the case that nobody does. */
const SLEEP_MS = 10

/**
 * Held by one thread, under its number. Never taken by the lead, which frees the locks of threads
 * that died, and so must not wait for one.
 */
export class SharedLock implements Lock {
  readonly #words: Int32Array
  readonly #own: number

  /**
   * @param words the first one is the lock
   * @param own the number of this thread, above 0, no other thread's before or after it
   */
  constructor(words: Int32Array, own: number) {
    this.#words = words
    this.#own = own
  }

  acquire(): void {
    const words = this.#words
    for (let tries = 0; Atomics.compareExchange(words, 0, FREE, this.#own) !== FREE; tries++) {
      if (tries < SPINS) continue
      const holder = Atomics.load(words, 0)
      if (holder !== FREE) Atomics.wait(words, 0, holder, SLEEP_MS)
    }
  }

  release(): void {
    Atomics.store(this.#words, 0, FREE)
    Atomics.notify(this.#words, 0, 1)
  }
}

/** Frees the lock if this thread holds it, which has died. */
export function freeLockOf(words: Int32Array, thread: number): void {
  if (Atomics.compareExchange(words, 0, thread, FREE) === thread) Atomics.notify(words, 0)
}
