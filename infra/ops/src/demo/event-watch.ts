// Remembers the events of a tenant as they come, and hands out the one that somebody waits for.
import type { ReceivedEvent } from '@dcms/events'
import { tailEvents } from '../dcms/events-tail.ts'
import { Arrivals } from './arrivals.ts'

export interface WatchOptions {
  kafkaBrokers: string
  installation: string
  tenant: string
}

export class EventWatch {
  readonly #options: WatchOptions
  readonly #events = new Arrivals<ReceivedEvent>()
  #tail: { stop(): Promise<void> } | undefined

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** Returns when the watch is live: events from now on are seen. */
  async start(): Promise<void> {
    this.#tail = await tailEvents({ ...this.#options, topics: [], fromBeginning: false }, (event) => this.#events.add(event))
  }

  /**
   * The first event of that type and aggregate, seen already or to come; with `isWanted` the first
   * such one.
   */
  next(type: string, subject: string, timeoutMs: number, isWanted: (event: ReceivedEvent) => boolean = () => true): Promise<ReceivedEvent> {
    const isIt = (event: ReceivedEvent): boolean => event.type === type && event.subject === subject && isWanted(event)
    return this.#events.next(`${type} of ${subject}`, isIt, timeoutMs)
  }

  async stop(): Promise<void> {
    await this.#tail?.stop()
  }
}
