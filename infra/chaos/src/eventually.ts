// Waiting for an effect that comes by events: polls until it holds, and shows the last fault when
// it never does.
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 50
const WITHIN_MS = 20_000

/**
 * Runs `check` until it does not throw and gives its result; after `withinMs` its last error is
 * thrown.
 */
export async function eventually<Result>(check: () => Promise<Result>, withinMs = WITHIN_MS): Promise<Result> {
  const until = performance.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > until) throw error
      await sleep(POLL_MS)
    }
  }
}
