// Following a topic: per aggregate in order, aggregates and banks side by side; what cannot be
// applied now is set aside and holds nobody up.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { queuesOf } from './batch-queues.ts'
import { BatchWork } from './batch-work.ts'
import type { BrokerLink } from './broker-link.ts'
import { writeDeadLetter } from './dead-letters.ts'
import { EventTrial, type TrialOptions } from './event-trial.ts'
import { showLag, showWaiting } from './follower-gauges.ts'
import { keepAlive } from './keep-alive.ts'
import { MemberPartitions } from './member-partitions.ts'
import { SetAsideDrain } from './set-aside-drain.ts'
import type { SetAsideStore } from './set-aside-store.ts'
import { TenantGates } from './tenant-gates.ts'
import { PARTITIONS } from './topics.ts'

const RECONNECT_PAUSE_MAX_MS = 2_000
const DEAD_LETTER_AFTER_MS = 60_000
// The broker's lower bound: a process that was killed is out of its group after this time, and its
// followers go on elsewhere.
const SESSION_TIMEOUT_MS = 6_000
const HEARTBEAT_MS = 1_500
const IDLE_FETCH_MS = 500
const COMMIT_EVERY_MS = 500
const DRAIN_EVERY_MS = 250
const LAG_EVERY_MS = 15_000
/** Without shared statements; with them as many as a topic has. */
const PARTITIONS_AT_ONCE = 4
/**
 * The least time between two fetches where statements are shared: what comes within it is applied
 * together.
 */
const TOGETHER_WITHIN_MS = 10
/** A batch that comes so long after the one before has no company to expect. */
const ALONE_AFTER_MS = 30
/** So much is handed over at once where a follower lets Kafka gather: there is a backlog. */
const GATHERED_BYTES = 65_536

export interface FollowOptions extends TrialOptions {
  /** Who follows: the context's name. Dead letters go to `<topic>.dlq.<group>`. */
  group: string
  /**
   * Applies one event; must take the same event twice. What it throws is tried again, then set
   * aside, then, if it is the event's fault, a dead letter.
   */
  handle: TrialOptions['handle']
  /** Where events wait that cannot be applied now. */
  setAside: SetAsideStore
  /**
   * The time between an event's first failure and its giving up, at least; a minute when left out.
   */
  deadLetterAfterMs?: number
  /**
   * The handler shares its statements with those that run beside it (`applyInOrder` does): all
   * partitions are worked on at once.
   */
  sharesStatements?: boolean
  /**
   * How long Kafka may gather events before it hands them over, for what is in no hurry: its
   * statements are shared by more events, and what waits for others goes first.
   */
  gatherMs?: number
}

export class Follower {
  readonly #broker: BrokerLink
  readonly #options: FollowOptions
  readonly #kafka: Kafka
  readonly #gates = new TenantGates()
  readonly #work: BatchWork
  readonly #drain: SetAsideDrain
  readonly #partitions: MemberPartitions
  #consumer: Consumer | undefined
  /** Offset to go on from, per partition, not yet told to Kafka. */
  readonly #reached = new Map<number, string>()
  #timers: NodeJS.Timeout[] = []
  #lastBegunMs = Number.NEGATIVE_INFINITY

  constructor(broker: BrokerLink, kafka: Kafka, options: FollowOptions) {
    const { topic, group, setAside: store } = options
    this.#broker = broker
    this.#kafka = kafka
    this.#options = options
    const trial = new EventTrial(options, this.#gates)
    this.#partitions = new MemberPartitions({ topic, group, store, logger: broker.logger, goesOn: () => !broker.stopped })
    this.#work = new BatchWork({ broker, followed: { topic, group }, store, trial, gates: this.#gates })
    this.#drain = new SetAsideDrain({
      store,
      trial,
      gates: this.#gates,
      deadLetterAfterMs: options.deadLetterAfterMs ?? DEAD_LETTER_AFTER_MS,
      giveUp: (message, error) => writeDeadLetter(broker, options, message, error),
      onFault: (error, tenant) => broker.logger.warn({ err: error, topic, group, tenant }, 'a set-aside event keeps waiting'),
    })
  }

  async start(): Promise<void> {
    const { topic, group, gatherMs } = this.#options
    await this.#leave()
    const consumer = this.#kafka.consumer({
      groupId: this.#groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: SESSION_TIMEOUT_MS * 2,
      // Without gathering the broker answers as soon as there is something; this bounds only the
      // wait of an idle fetch.
      maxWaitTimeInMs: gatherMs ?? IDLE_FETCH_MS,
      ...(gatherMs !== undefined && { minBytes: GATHERED_BYTES }),
      retry: {
        initialRetryTime: 100,
        maxRetryTime: RECONNECT_PAUSE_MAX_MS,
        retries: 5,
        restartOnFailure: async () => !this.#broker.stopped,
      },
    })
    this.#consumer = consumer
    // The client restarts after most faults by itself; after the others it stays down, so it is
    // started anew here.
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart && this.#consumer === consumer) this.#broker.repeatUntilDone(`follower of ${topic}`, () => this.start())
    })
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (this.#consumer === consumer) this.#partitions.assign(payload.memberAssignment[this.#broker.name(topic)] ?? [])
    })
    await consumer.connect()
    await consumer.subscribe({ topic: this.#broker.name(topic), fromBeginning: true })
    await consumer.run({
      // Committing after each batch would hold up the next fetch of all partitions; repeats are
      // dropped, so a timer will do.
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.#options.sharesStatements ? PARTITIONS : PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.#followBatch(payload),
    })
    this.#timers = [
      setInterval(() => void this.#commit(), COMMIT_EVERY_MS),
      setInterval(() => this.#goBack(), DRAIN_EVERY_MS),
      setInterval(() => void this.#showLag(), LAG_EVERY_MS),
    ]
    this.#broker.logger.debug({ topic, group }, 'following')
  }

  async stop(): Promise<void> {
    await this.#leave()
  }

  get #groupId(): string {
    return this.#broker.name(`dcms.${this.#options.group}.${this.#options.topic}`)
  }

  async #leave(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
    await this.#commit()
    const consumer = this.#consumer
    this.#consumer = undefined
    this.#partitions.assign([])
    await consumer?.disconnect()
  }

  /** Tells Kafka how far this group is. When that fails the events since are only repeated. */
  async #commit(): Promise<void> {
    if (this.#reached.size === 0 || !this.#consumer) return
    const topic = this.#broker.name(this.#options.topic)
    const offsets = [...this.#reached].map(([partition, offset]) => ({ topic, partition, offset }))
    this.#reached.clear()
    try {
      await this.#consumer.commitOffsets(offsets)
    } catch (error) {
      this.#broker.logger.debug(
        { err: error, topic },
        'offsets could not be committed; events since the last commit may be delivered again',
      )
    }
  }

  #goBack(): void {
    const { all, holds } = this.#partitions.present()
    this.#drain.start(all, holds)
    this.#partitions.lookForLeftovers()
    showWaiting({ topic: this.#options.topic, group: this.#options.group }, all, this.#gates.closed)
  }

  async #showLag(): Promise<void> {
    const { topic, group } = this.#options
    try {
      showLag({ topic, group }, await this.#broker.lagOf(topic, this.#groupId))
    } catch (error) {
      this.#broker.logger.debug({ err: error, topic, group }, 'the lag of a group could not be read')
    }
  }

  /**
   * A batch is done when each of its messages is applied, set aside or given up; only then its
   * offset moves on.
   */
  async #followBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const begunMs = performance.now()
    const isAlone = begunMs - this.#lastBegunMs > ALONE_AFTER_MS
    this.#lastBegunMs = begunMs
    await keepAlive(heartbeat, async (alive) => {
      const waiting = await this.#partitions.of(batch.partition, () => {
        alive.moved() // it waits for the store
        return alive.holds && isRunning()
      })
      if (!waiting) return
      const goesOn = (): boolean => alive.holds && waiting.holds() && isRunning() && !isStale() && !this.#broker.stopped
      await this.#work.run(queuesOf(batch.partition, batch.messages), waiting.events, alive, goesOn)
      if (!goesOn()) return // not resolved: whoever owns the partition next gets the batch again
      resolveOffset(batch.lastOffset())
      this.#reached.set(batch.partition, String(BigInt(batch.lastOffset()) + 1n))
    })
    const leftMs = TOGETHER_WITHIN_MS - (performance.now() - begunMs)
    if (this.#options.sharesStatements && !isAlone && leftMs > 0) await sleep(leftMs)
  }
}
