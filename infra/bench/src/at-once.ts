// Work on many things side by side, and work that is tried until the other side knows enough for
// it.
import { setTimeout as sleep } from 'node:timers/promises'

const KNOWN_WAIT_MS = 30_000
const KNOWN_POLL_MS = 50

/** So many lanes, each taking the next of all; `goOn` throws when the bench is to end. */
export async function atOnce<Each>(
  lanes: number,
  all: readonly Each[],
  work: (each: Each) => Promise<unknown>,
  goOn: () => void = () => undefined,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < all.length) {
      goOn()
      await work(all[next++] as Each)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** Repeats a call that is refused until events have come to whoever answers it. */
export async function untilAnswered(call: () => Promise<unknown>): Promise<void> {
  for (const until = performance.now() + KNOWN_WAIT_MS; ; await sleep(KNOWN_POLL_MS)) {
    try {
      await call()
      return
    } catch (error) {
      if (performance.now() > until) throw error
    }
  }
}
