// The partitions a member of a group has just now, each with what is known of its set-aside events;
// read anew at each assignment.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { SetAsideStore } from './set-aside-store.ts'
import { WaitingEvents } from './waiting-events.ts'

const PAUSE_MS = 500
/**
 * How often the store is asked for events that a member which had lost its partition stored late.
 */
const LOOK_EVERY_MS = 60_000

export interface MemberPartitionsOptions {
  topic: string
  group: string
  store: SetAsideStore
  logger: Logger
  /** False once the process stops. */
  goesOn: () => boolean
}

interface Assignment {
  readonly partitions: readonly number[]
  readonly waiting: Map<number, WaitingEvents>
  lookedAtMs: number
}

const assignmentOf = (partitions: readonly number[]): Assignment => ({
  partitions,
  waiting: new Map(),
  lookedAtMs: performance.now(),
})

export class MemberPartitions {
  readonly #options: MemberPartitionsOptions
  #assignment = assignmentOf([])
  #read: Promise<void> = Promise.resolve()

  constructor(options: MemberPartitionsOptions) {
    this.#options = options
  }

  /** The group has given this member these partitions; what was known before counts no more. */
  assign(partitions: readonly number[]): void {
    this.#assignment = assignmentOf(partitions)
    this.#read = this.#readAll(this.#assignment)
  }

  /** All that is known now, and whether it is still this member's. */
  present(): { all: readonly WaitingEvents[]; holds: () => boolean } {
    const assignment = this.#assignment
    return { all: [...assignment.waiting.values()], holds: () => this.#holds(assignment) }
  }

  /**
   * What is known of a partition, once it is read; undefined when the partition has gone, or
   * `mayWait` ends.
   */
  async of(partition: number, mayWait: () => boolean): Promise<{ events: WaitingEvents; holds: () => boolean } | undefined> {
    const assignment = this.#assignment
    while (this.#holds(assignment) && mayWait()) {
      const events = assignment.waiting.get(partition)
      if (events) return { events, holds: () => this.#holds(assignment) }
      await Promise.race([this.#read, sleep(PAUSE_MS)])
    }
    return undefined
  }

  /** Now and then, in the background: without anything set aside it is one statement a minute. */
  lookForLeftovers(): void {
    const assignment = this.#assignment
    if (assignment.waiting.size === 0 || performance.now() - assignment.lookedAtMs < LOOK_EVERY_MS) return
    assignment.lookedAtMs = performance.now()
    const before = [...assignment.waiting.values()].map((waiting) => ({ waiting, removals: waiting.removals }))
    const look = async (): Promise<void> => {
      const places = await this.#options.store.list(this.#options.group, this.#options.topic, assignment.partitions)
      // A list that was read while something was removed may name it still: then the next look will
      // do.
      const unchanged = new Set(before.filter(({ waiting, removals }) => waiting.removals === removals).map(({ waiting }) => waiting))
      for (const place of places) {
        const waiting = assignment.waiting.get(partitionOf(place._id))
        if (waiting && unchanged.has(waiting)) waiting.add(place, [place._id])
      }
    }
    look().catch((error: unknown) => this.#options.logger.debug({ err: error }, 'could not look for set-aside events'))
  }

  #holds(assignment: Assignment): boolean {
    return this.#assignment === assignment && this.#options.goesOn()
  }

  async #readAll(assignment: Assignment): Promise<void> {
    const { group, topic, store, logger } = this.#options
    while (this.#holds(assignment) && assignment.partitions.length > 0) {
      try {
        const read = new Map(assignment.partitions.map((partition) => [partition, new WaitingEvents(partition)]))
        for (const place of await store.list(group, topic, assignment.partitions)) read.get(partitionOf(place._id))?.add(place, [place._id])
        for (const [partition, waiting] of read) assignment.waiting.set(partition, waiting)
        return
      } catch (error) {
        logger.warn({ err: error, group, topic }, 'set-aside events could not be read yet; trying again')
        await sleep(PAUSE_MS)
      }
    }
  }
}

const partitionOf = (place: string): number => Number(place.split('/').at(-2))
