// Remembers what has come, and hands out what somebody waits for.
import { EventEmitter, on } from 'node:events'

export class Arrivals<Arrival> {
  readonly #seen: Arrival[] = []
  readonly #arrivals = new EventEmitter()

  add(arrival: Arrival): void {
    this.#seen.push(arrival)
    this.#arrivals.emit('arrival')
  }

  /**
   * The first one that matches, seen already or to come. @throws Error that says `what` did not
   * come
   */
  async next(what: string, matches: (arrival: Arrival) => boolean, timeoutMs: number): Promise<Arrival> {
    const arrivals = on(this.#arrivals, 'arrival', { signal: AbortSignal.timeout(timeoutMs) })
    try {
      for (let found = this.#seen.find(matches); ; found = this.#seen.find(matches)) {
        if (found !== undefined) return found
        await arrivals.next()
      }
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') throw new Error(`no ${what} came within ${timeoutMs / 1000} s`)
      throw error
    } finally {
      await arrivals.return?.()
    }
  }
}
