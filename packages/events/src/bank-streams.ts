// The banks' own topics: whether one exists, whether it takes messages, and when one that does not
// is tried again.
import type { Logger } from 'pino'
import { Gauge } from 'prom-client'
import { bankTopicOf } from './bank-stream.ts'
import type { Broker } from './broker.ts'

const PAUSE_MIN_MS = 1_000
const PAUSE_MAX_MS = 60_000
/**
 * A bank one of whose messages was refused for good may have more of them: each would fail a common
 * batch.
 */
const APART_MS = 60_000

const failing = new Gauge({
  name: 'dcms_bank_streams_failing',
  help: 'Banks whose own topic cannot be made or written; their messages wait',
})

interface Closed {
  dueMs: number
  /** 0 as long as nothing of its own failed. */
  pauseMs: number
}

/**
 * A bank's topic is used in the common batches while it is open. Where a batch failed, each of its
 * banks is closed until it was written by itself, so the fault of one topic stops no other, and no
 * event.
 */
export class BankStreams {
  readonly #broker: Pick<Broker, 'makeTopics'>
  readonly #logger: Logger
  /** Tenants whose topic exists. */
  readonly #existing = new Set<string>()
  readonly #closed = new Map<string, Closed>()
  /** Until when a bank is kept out of the common batches although its topic takes messages. */
  readonly #apartUntilMs = new Map<string, number>()

  constructor(broker: Pick<Broker, 'makeTopics' | 'logger'>) {
    this.#broker = broker
    this.#logger = broker.logger
  }

  isOpen(tenant: string): boolean {
    return this.#existing.has(tenant) && !this.#closed.has(tenant) && (this.#apartUntilMs.get(tenant) ?? 0) <= Date.now()
  }

  keepApart(tenant: string): void {
    this.#apartUntilMs.set(tenant, Date.now() + APART_MS)
  }

  isClosed(tenant: string): boolean {
    return this.#closed.has(tenant)
  }

  /** Whether it failed the last time it was tried by itself. */
  isFailing(tenant: string): boolean {
    return (this.#closed.get(tenant)?.pauseMs ?? 0) > 0
  }

  /** When it may be tried by itself; 0 for an open one. */
  dueMs(tenant: string): number {
    return this.#closed.get(tenant)?.dueMs ?? 0
  }

  /**
   * Makes the topics of these banks where they are missing; one that cannot be made says nothing
   * about the others.
   */
  async make(tenants: readonly string[]): Promise<void> {
    const missing = tenants.filter((tenant) => !this.#existing.has(tenant))
    if (missing.length === 0) return
    const failures = await this.#broker.makeTopics(missing.map(bankTopicOf))
    for (const tenant of missing) {
      const failure = failures.get(bankTopicOf(tenant).topic)
      if (failure) this.failed(tenant, failure)
      else this.#existing.add(tenant)
    }
  }

  /** A batch with its messages failed, maybe for another's fault. */
  suspect(tenant: string): void {
    if (!this.#closed.has(tenant)) this.#closed.set(tenant, { dueMs: Date.now(), pauseMs: 0 })
  }

  failed(tenant: string, error: unknown): void {
    const pauseMs = Math.min(Math.max((this.#closed.get(tenant)?.pauseMs ?? 0) * 2, PAUSE_MIN_MS), PAUSE_MAX_MS)
    if (!this.isFailing(tenant))
      this.#logger.error({ err: error, tenant }, 'the bank’s topic accepts no messages; they wait, and events are published as usual')
    else this.#logger.debug({ err: error, tenant, pauseMs }, 'the bank’s topic still accepts no messages')
    this.#closed.set(tenant, { dueMs: Date.now() + pauseMs, pauseMs })
    this.#existing.delete(tenant) // it may have been deleted meanwhile
    this.#tell()
  }

  opened(tenant: string): void {
    if (this.isFailing(tenant)) this.#logger.info({ tenant }, 'the bank’s topic accepts messages again')
    this.#closed.delete(tenant)
    this.#tell()
  }

  #tell(): void {
    let count = 0
    for (const { pauseMs } of this.#closed.values()) if (pauseMs > 0) count++
    failing.set(count)
  }
}
