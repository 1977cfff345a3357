// The relay: publishes what waits in outboxes and takes it out only after Kafka confirmed it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { AsideLane } from './aside-lane.ts'
import { BankStreams } from './bank-streams.ts'
import { BatchPublisher } from './batch-publisher.ts'
import type { Broker } from './broker.ts'
import type { OutboxSource } from './outbox.ts'
import { OutboxBacklog } from './outbox-backlog.ts'
import { type Handed, WaitingQueue } from './waiting-queue.ts'

const DOCUMENTS_PER_BATCH = 500
const SWEEP_EVERY_MS = 1_000
const SWEEP_FOUND_MAX = 1_000
/**
 * In every so many sweeps one bank at rest is looked at, in turn, and what another process set
 * aside and left. At the start all banks are, and who finds one at work in another process says so:
 * banks at rest cost next to nothing.
 */
const SWEEPS_PER_BANK_AT_REST = 10
const RECENT_MS = 60_000
// Younger entries are about to be published by the nudge that followed their commit.
const LEFT_OVER_AFTER_MS = 2_000
const PAUSE_MIN_MS = 100
const PAUSE_MAX_MS = 5_000

/**
 * Publishes outboxes whole and in order, one batch in flight. Nudged after each commit; a sweep
 * over the partial index of `outboxAt` finds what a dead process left. Two relays on one document
 * are safe: events are taken out by id, and followers drop repeats. When a batch fails its events
 * are published without the messages for banks, which go on bank by bank beside it.
 */
export class Relay {
  readonly #broker: Broker
  readonly #sources: readonly OutboxSource[]
  readonly #tenants: () => readonly string[]
  readonly #logger: Logger
  readonly #waiting = new WaitingQueue()
  readonly #recent = new Map<string, number>()
  readonly #streams: BankStreams
  readonly #lane: AsideLane
  readonly #publisher: BatchPublisher
  readonly #backlog = new OutboxBacklog()
  readonly #stopping = new AbortController()
  #turn = 0
  #asideTurn = 0
  #publishing: Promise<void> | undefined
  #sweeping: Promise<void> | undefined

  constructor(broker: Broker, sources: readonly OutboxSource[], tenants: () => readonly string[]) {
    this.#broker = broker
    this.#sources = sources
    this.#tenants = tenants
    this.#logger = broker.logger
    this.#streams = new BankStreams(broker)
    this.#lane = new AsideLane(broker, sources, this.#streams)
    this.#publisher = new BatchPublisher({ broker, sources, streams: this.#streams, lane: this.#lane })
  }

  /** Sweeps all tenants once, then goes on sweeping in the background. */
  start(): void {
    this.#sweeping = this.#sweep()
  }

  /**
   * Makes the topics of banks that are missing, with one try before it resolves; what fails is
   * tried again in the background and stops nobody.
   */
  async openBanks(tenants: readonly string[]): Promise<void> {
    await this.#streams.make(tenants).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'the banks’ topics could not be created yet; trying again')
      this.#broker.repeatUntilDone('topics of banks', () => this.#streams.make(tenants))
    })
    for (const tenant of tenants) if (this.#streams.isFailing(tenant)) this.#lane.visit(tenant, { dueMs: this.#streams.dueMs(tenant) })
  }

  /**
   * Tells the relay that a document has something to publish. Costs nothing; never waits.
   * @param handed what the commit wrote, which is published without reading it again
   */
  nudge(source: OutboxSource, tenant: string, id: string, handed?: Handed): void {
    this.#recent.set(tenant, Date.now())
    this.#enqueue(source, tenant, id, handed)
  }

  #enqueue(source: OutboxSource, tenant: string, id: string, handed?: Handed): void {
    this.#waiting.add(source, tenant, id, handed)
    this.#publishing ??= this.#publishUntilEmpty()
  }

  async #publishUntilEmpty(): Promise<void> {
    try {
      await this.#publishAll()
    } finally {
      // Before anything else can run: what comes from now on starts a new round.
      this.#publishing = undefined
    }
  }

  async #publishAll(): Promise<void> {
    let pauseMs = PAUSE_MIN_MS
    await new Promise((resolve) => setImmediate(resolve)) // commits of the same turn share a batch
    while (this.#waiting.size > 0 && !this.#stopping.signal.aborted) {
      const batch = this.#waiting.take(DOCUMENTS_PER_BATCH)
      try {
        await this.#publisher.publish(batch)
        pauseMs = PAUSE_MIN_MS
      } catch (error) {
        this.#logger.warn(
          { err: error, waiting: this.#waiting.size },
          'events could not be published and wait in their outboxes; trying again',
        )
        for (const { source, tenant, ids } of batch) for (const id of ids.keys()) this.#enqueue(source, tenant, id)
        await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(ignoreAbort)
        pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)
      }
    }
  }

  async #sweep(): Promise<void> {
    let tenants: readonly string[] = this.#tenants()
    for (const tenant of tenants) this.#lane.visit(tenant, { all: true })
    let olderThanMs = 0 // at the start whatever waits was left by a process that is gone
    for (let sweeps = 1; !this.#stopping.signal.aborted; sweeps++) {
      const looksAtRest = sweeps % SWEEPS_PER_BANK_AT_REST === 0
      if (looksAtRest) this.#lookAside()
      for (const tenant of tenants) {
        for (const source of this.#sources) {
          try {
            await this.#sweepTenant(source, tenant, olderThanMs)
          } catch (error) {
            this.#logger.warn({ err: error, tenant }, 'outbox sweep failed; the next one will try again')
          }
        }
      }
      await sleep(SWEEP_EVERY_MS, undefined, { signal: this.#stopping.signal }).catch(ignoreAbort)
      tenants = this.#nextToSweep(looksAtRest)
      olderThanMs = LEFT_OVER_AFTER_MS
    }
  }

  async #sweepTenant(source: OutboxSource, tenant: string, olderThanMs: number): Promise<void> {
    const leftOver = await source
      .collection(tenant)
      .find({ outboxAt: { $exists: true, $lte: new Date(Date.now() - olderThanMs) } }, { projection: { outboxAt: 1 } })
      .sort({ outboxAt: 1 })
      .limit(SWEEP_FOUND_MAX)
      .toArray()
    this.#backlog.note(source.name, tenant, leftOver)
    for (const { _id } of leftOver) this.#enqueue(source, tenant, _id)
  }

  /** For what another process set aside and left: the banks at work, and one at rest in turn. */
  #lookAside(): void {
    const all = this.#tenants()
    const atRest = all[this.#asideTurn++ % all.length]
    for (const tenant of new Set([...this.#recent.keys(), ...(atRest === undefined ? [] : [atRest])]))
      this.#lane.visit(tenant, { dueMs: this.#streams.dueMs(tenant) })
  }

  /**
   * A bank for which another process wrote lately: what that one may leave when it dies is looked
   * for here as well.
   */
  noteRecent(tenant: string): void {
    this.#recent.set(tenant, Date.now())
  }

  /** Tenants with recent writes each time, the others one at a time in turn. */
  #nextToSweep(looksAtRest: boolean): string[] {
    const all = this.#tenants()
    const now = Date.now()
    for (const [tenant, at] of this.#recent) if (now - at > RECENT_MS) this.#recent.delete(tenant)
    const atRest = looksAtRest ? all[this.#turn++ % all.length] : undefined
    return [...new Set([...this.#recent.keys(), ...(atRest === undefined ? [] : [atRest])])]
  }

  /** Finishes the batch in flight; what still waits stays in its outbox for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#publishing
    await this.#publisher.stop()
    await this.#lane.stop()
    await this.#sweeping
  }
}

function ignoreAbort(error: unknown): void {
  if (error instanceof Error && error.name === 'AbortError') return
  throw error
}
