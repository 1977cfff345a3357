// Working off a batch: what can be applied is applied, the rest set aside; nothing but a store that
// is away holds it up.
import { setTimeout as sleep } from 'node:timers/promises'
import { BatchQueues, type Queue, tenantOf } from './batch-queues.ts'
import type { BrokerLink } from './broker-link.ts'
import { type PlacedMessage, writeDeadLetter } from './dead-letters.ts'
import type { EventTrial } from './event-trial.ts'
import { countSetAside, type Followed } from './follower-gauges.ts'
import type { KeptAlive } from './keep-alive.ts'
import { placeOf, type SetAsideEvent, type SetAsideReason, type SetAsideStore } from './set-aside-store.ts'
import type { TenantGates } from './tenant-gates.ts'
import type { WaitingEvents } from './waiting-events.ts'

/**
 * Tries before an event is set aside: most faults are over by then, and nothing else waits
 * noticeably.
 */
const TRIES_AT_ONCE = 4
const FIRST_PAUSE_MS = 50
const PAUSE_MAX_MS = 2_000
const AGGREGATES_AT_ONCE = 16
const STORED_AT_ONCE = 200
/** An event that has just been tried a few times is left alone for so long. */
const FIRST_REST_MS = 500

export interface BatchParts {
  broker: BrokerLink
  followed: Followed
  store: SetAsideStore
  trial: EventTrial
  gates: TenantGates
}

/** One batch under way. */
interface Run {
  readonly waiting: WaitingEvents
  readonly alive: KeptAlive
  readonly goesOn: () => boolean
}

type Tried = 'done' | 'stopped' | { reason: SetAsideReason; failures: number }

class NoRoom extends Error {}

export class BatchWork {
  readonly #parts: BatchParts

  constructor(parts: BatchParts) {
    this.#parts = parts
  }

  /**
   * Returns when every message is applied, set aside or given up, or when `goesOn` no longer holds.
   */
  async run(all: readonly Queue[], waiting: WaitingEvents, alive: KeptAlive, goesOn: () => boolean): Promise<void> {
    const run = { waiting, alive, goesOn }
    const queues = await this.#setAsideUntried(all, run)
    const worker = async (): Promise<void> => {
      for (let queue = queues.take(); queue && goesOn(); queue = queues.take()) {
        await this.#workOff(queue, run)
        queues.done(queue)
      }
    }
    await Promise.all(Array.from({ length: Math.min(AGGREGATES_AT_ONCE, queues.count) }, worker))
  }

  /** What is known to have to wait is set aside in a few statements; gives the others. */
  async #setAsideUntried(all: readonly Queue[], run: Run): Promise<BatchQueues> {
    const untried: Record<'behind' | 'not-served' | 'unavailable', Queue[]> = { behind: [], 'not-served': [], unavailable: [] }
    const others: Queue[] = []
    for (const queue of all) {
      if (run.waiting.has(queue.key)) untried.behind.push(queue)
      else if (queue.tenant !== '' && !this.#parts.trial.serves(queue.tenant)) untried['not-served'].push(queue)
      else if (this.#parts.gates.isClosed(queue.tenant)) untried.unavailable.push(queue)
      else others.push(queue)
    }
    for (const reason of ['behind', 'not-served', 'unavailable'] as const)
      if (untried[reason].length > 0) await this.#setAside(untried[reason], { reason, failures: 0 }, run)
    return new BatchQueues(others)
  }

  async #workOff(queue: Queue, run: Run): Promise<void> {
    for (const [position, message] of queue.messages.entries()) {
      if (!run.goesOn()) return
      const tried = await this.#tryAFewTimes(message, run)
      if (tried === 'stopped') return
      if (tried !== 'done') return await this.#setAside([{ ...queue, messages: queue.messages.slice(position) }], tried, run)
    }
  }

  async #tryAFewTimes(message: PlacedMessage, { goesOn, alive, waiting }: Run): Promise<Tried> {
    const { trial, gates } = this.#parts
    // Where a bank has events set aside already, its next fault costs the others no pauses.
    const triesMax = waiting.countOf(tenantOf(message)) > 0 ? 1 : TRIES_AT_ONCE
    let tries = 0
    let failures = 0
    for (let pauseMs = FIRST_PAUSE_MS; goesOn(); pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
      if (gates.isClosed(tenantOf(message))) return { reason: 'unavailable', failures }
      const verdict = await trial.attempt(message)
      alive.moved()
      switch (verdict.kind) {
        case 'applied':
          return 'done'
        case 'malformed':
          return (await this.#giveUp(message, verdict.error, goesOn)) ? 'done' : 'stopped'
        case 'not-served':
          return { reason: 'not-served', failures: 0 }
        case 'store-away': // says nothing about the event, and setting it aside would take the store: wait as long as it takes
          break
        case 'unavailable':
          if (++tries >= triesMax || verdict.tooSlow) return { reason: 'unavailable', failures }
          break
        case 'failed':
          failures++
          if (++tries >= triesMax) return { reason: 'failed', failures }
      }
      this.#warn(verdict.error, message, 'event not applied; trying again')
      await sleep(pauseMs)
    }
    return 'stopped'
  }

  /**
   * Stores messages with their first try noted at the first one of each queue; where a bank has no
   * more room they are given up.
   */
  async #setAside(queues: readonly Queue[], { reason, failures }: Exclude<Tried, string>, run: Run): Promise<void> {
    const { topic, group } = this.#parts.followed
    const at = new Date()
    const stored: SetAsideEvent[] = []
    for (const { key, messages } of queues) {
      const tenant = messages.map(tenantOf).find((each) => each !== '') ?? ''
      if (!run.waiting.hasRoom(tenant, messages.length)) {
        for (const message of messages) await this.#giveUp(message, new NoRoom(`no more room to set aside (${reason})`), run.goesOn)
        continue
      }
      const events = messages.map(({ partition, offset, value, headers }, position) => ({
        _id: placeOf(group, topic, partition, offset),
        tenant,
        key,
        value,
        headers,
        reason: position === 0 ? reason : ('behind' as const),
        at,
        failures: position === 0 ? failures : 0,
        ...(position === 0 && failures > 0 && { failedAt: at }),
      }))
      const places = events.map(({ _id }) => _id)
      run.waiting.add({ tenant, key, at }, places, reason === 'failed' || reason === 'unavailable' ? FIRST_REST_MS : 0)
      stored.push(...events)
    }
    await run.waiting.storing(
      stored.map(({ _id }) => _id),
      async () => {
        for (let from = 0; from < stored.length && run.goesOn(); from += STORED_AT_ONCE)
          await this.#untilDone(() => this.#parts.store.add(stored.slice(from, from + STORED_AT_ONCE)), run)
      },
    )
    countSetAside(this.#parts.followed, reason, stored.length)
    this.#parts.broker.logger.info({ topic, group, reason, events: stored.length }, 'events set aside')
  }

  async #giveUp(message: PlacedMessage, error: unknown, goesOn: () => boolean): Promise<boolean> {
    return await this.#untilDone(() => writeDeadLetter(this.#parts.broker, this.#parts.followed, message, error), { goesOn })
  }

  /** @returns false when the batch no longer goes on */
  async #untilDone(attempt: () => Promise<void>, { goesOn, alive }: Pick<Run, 'goesOn'> & Partial<Pick<Run, 'alive'>>): Promise<boolean> {
    while (goesOn()) {
      try {
        await attempt()
        return true
      } catch (error) {
        alive?.moved()
        this.#parts.broker.logger.warn(
          { err: error, ...this.#parts.followed },
          'event could not be set aside or written as a dead letter; trying again',
        )
        await sleep(PAUSE_MAX_MS)
      }
    }
    return false
  }

  #warn(error: unknown, { partition, offset }: PlacedMessage, what: string): void {
    this.#parts.broker.logger.warn({ err: error, ...this.#parts.followed, partition, offset }, what)
  }
}
