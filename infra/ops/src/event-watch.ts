// Remembers the events of a tenant as they come, and hands out the one that somebody waits for.
import { EventEmitter, on } from 'node:events'
import type { ReceivedEvent } from '@dcms/events'
import { tailEvents } from './events-tail.ts'

export interface WatchOptions {
  kafkaBrokers: string
  installation: string
  tenant: string
}

export class EventWatch {
  readonly #options: WatchOptions
  readonly #seen: ReceivedEvent[] = []
  readonly #arrivals = new EventEmitter()
  #tail: { stop(): Promise<void> } | undefined

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** Returns when the watch is live: events from now on are seen. */
  async start(): Promise<void> {
    this.#tail = await tailEvents({ ...this.#options, topics: [], fromBeginning: false }, (event) => {
      this.#seen.push(event)
      this.#arrivals.emit('event')
    })
  }

  /** The first event of that type and aggregate, seen already or to come. */
  async next(type: string, subject: string, timeoutMs: number): Promise<ReceivedEvent> {
    const find = (): ReceivedEvent | undefined => this.#seen.find((event) => event.type === type && event.subject === subject)
    const arrivals = on(this.#arrivals, 'event', { signal: AbortSignal.timeout(timeoutMs) })
    try {
      for (let found = find(); ; found = find()) {
        if (found) return found
        await arrivals.next()
      }
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError')
        throw new Error(`no ${type} of ${subject} came within ${timeoutMs / 1000} s`)
      throw error
    } finally {
      await arrivals.return?.()
    }
  }

  async stop(): Promise<void> {
    await this.#tail?.stop()
  }
}
