// The connection to Kafka: topics, publishing, following. The only package that knows the Kafka
// client.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Kafka } from 'kafkajs'
import pRetry from 'p-retry'
import type { Logger } from 'pino'
import type { BrokerLink } from './broker-link.ts'
import { fromMessage, MalformedEvent, type ReceivedEvent } from './cloud-event.ts'
import { Follower, type FollowOptions } from './follower.ts'
import { type KafkaAccess, kafkaClient, withAdminOf } from './kafka-client.ts'
import { type PlainMessage, Publisher, type TopicMessages } from './publisher.ts'
import { inRequests } from './request-size.ts'
import { TopicKeeper } from './topic-keeper.ts'
import type { Topic } from './topics.ts'
import { listedTopics, readWholeTopics, type StoredMessage } from './whole-topics.ts'

const RETRY_PAUSE_MS = 1_000
// The broker answers as soon as there is something; this bounds only the wait of an idle fetch.
const IDLE_FETCH_MS = 500
const NEW_CLUSTER_RETRY = { retries: 10, minTimeout: 200, maxTimeout: 2_000 }

export interface BrokerOptions extends KafkaAccess {
  clientId: string
  /**
   * Prefix of topics and groups, so that several installations can share a cluster; empty for none.
   */
  installation: string
  logger: Logger
}

/**
 * One process's connection to Kafka. Nothing here blocks a start: what cannot connect goes on
 * trying in the background.
 */
export class Broker implements BrokerLink {
  readonly logger: Logger
  readonly #kafka: Kafka
  readonly #prefix: string
  readonly #topics: TopicKeeper
  readonly #stops = new Set<() => Promise<void>>()
  readonly #stopping: Promise<void>
  readonly #tellStopping: () => void
  readonly #publishers: Record<'common' | 'aside' | 'failing', Publisher>
  #stopped = false

  constructor(options: BrokerOptions) {
    const stopping = Promise.withResolvers<void>()
    this.#stopping = stopping.promise
    this.#tellStopping = stopping.resolve
    this.logger = options.logger
    this.#prefix = options.installation === '' ? '' : `${options.installation}.`
    this.#kafka = kafkaClient(options)
    this.#topics = new TopicKeeper(this, options.copies)
    const publisher = (): Publisher => new Publisher(this.#kafka, options.logger)
    this.#publishers = { common: publisher(), aside: publisher(), failing: publisher() }
  }

  /** The name on the cluster: with the installation's prefix. */
  name(topicOrGroup: string): string {
    return this.#prefix + topicOrGroup
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /**
   * Why the process is not fit to serve: topics that it needs are kept in fewer copies than is
   * required of them.
   */
  get topicFaults(): readonly string[] {
    return this.#topics.faults
  }

  /**
   * Creates what does not exist yet; tries until Kafka answers, and until topics that exist are as
   * is required of them.
   */
  async ensureTopics(topics: readonly Topic[]): Promise<void> {
    await this.#untilDone('topics', () => this.#topics.need(topics))
  }

  /**
   * As `ensureTopics`, tried once.
   * @returns what is wrong with some, by topic; the others are there
   * @throws when Kafka does not answer
   */
  makeTopics(topics: readonly Topic[]): Promise<Map<string, Error>> {
    return this.#topics.make(topics)
  }

  /**
   * Publishes with an idempotent producer and waits until all in-sync replicas have it; what is
   * more than Kafka takes at once goes out in several requests.
   * @throws when it is not certain that they have; the producer is then renewed, the caller repeats
   * with the same messages
   */
  async publish(topic: string, messages: readonly PlainMessage[]): Promise<void> {
    for (const request of inRequests([{ topic, messages }])) await this.publishBatch(request)
  }

  /** As `publish`, for several topics in one request. */
  async publishBatch(batches: readonly TopicMessages[]): Promise<void> {
    await this.#publishers.common.publish(this.#topics.named(batches))
  }

  /**
   * As `publishBatch`, beside it: for what keeps failing, or waits for what fails, so that nothing
   * else stands behind it.
   */
  async publishAside(batches: readonly TopicMessages[], isFailing: boolean): Promise<void> {
    await this.#publishers[isFailing ? 'failing' : 'aside'].publish(this.#topics.named(batches))
  }

  /** Follows a topic as a member of a consumer group, at least once. Starts in the background. */
  follow(options: FollowOptions): Follower {
    const follower = new Follower(this, this.#kafka, options)
    this.#stops.add(() => follower.stop())
    this.repeatUntilDone(`follower of ${options.topic}`, () => follower.start())
    return follower
  }

  /** Tries in the background until it works or the broker stops. */
  repeatUntilDone(what: string, attempt: () => Promise<void>): void {
    void this.#untilDone(what, attempt)
  }

  /**
   * Reads a topic from its beginning in every process, then goes on. Resolves once everything that
   * stood in it at the start was handled. Without Kafka it keeps trying, so callers that can work
   * without do not await it.
   */
  async followCompacted(topic: string, handle: (key: string, value: string | null) => Promise<void>): Promise<void> {
    await this.#untilDone(`reader of ${topic}`, async () => {
      const name = this.name(topic)
      const waiting = new Map<number, bigint>()
      await this.withAdmin(async (admin) => {
        for (const { partition, low, high } of await admin.fetchTopicOffsets(name))
          if (BigInt(high) > BigInt(low)) waiting.set(partition, BigInt(high) - 1n)
      })
      const caughtUp = Promise.withResolvers<void>()
      await this.#run([name], `reader-${randomUUID()}`, true, async (partition, message) => {
        await handle(message.key?.toString() ?? '', message.value?.toString() ?? null)
        const last = waiting.get(partition)
        if (last !== undefined && BigInt(message.offset) >= last) waiting.delete(partition)
        if (waiting.size === 0) caughtUp.resolve()
      })
      if (waiting.size > 0) await Promise.race([caughtUp.promise, this.#stopping])
    })
  }

  /**
   * Shows events live, without a say in who else reads them. Messages that are no events are passed
   * over.
   */
  async tail(
    topics: readonly string[],
    options: { fromBeginning?: boolean },
    handle: (event: ReceivedEvent) => void,
  ): Promise<{ stop(): Promise<void> }> {
    const names = topics.map((topic) => this.name(topic))
    const show = async (partition: number, message: Parameters<typeof fromMessage>[2], topic: string): Promise<void> => {
      try {
        handle(fromMessage(topic.slice(this.#prefix.length), partition, message))
      } catch (error) {
        if (!(error instanceof MalformedEvent)) throw error
        this.logger.debug({ topic, partition, offset: message.offset, reason: error.message }, 'skipped a message that is not an event')
      }
    }
    // The first consumer of a new cluster makes it make the topic of its groups, which takes a
    // while; and topics come when their owners start.
    const run = () => this.#run(names, `tail-${randomUUID()}`, options.fromBeginning ?? false, show)
    const stop = await pRetry(run, { ...NEW_CLUSTER_RETRY, shouldRetry: ({ error }) => isNotThereYet(error) })
    return { stop }
  }

  /** How many events of a topic a consumer group has not taken yet; `groupId` as on the cluster. */
  async lagOf(topic: string, groupId: string): Promise<number> {
    return await this.withAdmin(async (admin) => {
      const name = this.name(topic)
      const [ends, [reached]] = await Promise.all([admin.fetchTopicOffsets(name), admin.fetchOffsets({ groupId, topics: [name] })])
      const positions = new Map(reached?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
      return ends.reduce((sum, { partition, low, high }) => {
        const position = positions.get(partition) ?? -1 // -1: nothing committed yet
        return sum + Math.max(0, Number(high) - (position < 0 ? Number(low) : position))
      }, 0)
    })
  }

  /** The topics of the cluster, of every installation, without Kafka's own. */
  allTopics(): Promise<string[]> {
    return this.withAdmin(listedTopics)
  }

  /**
   * Hands over every message that stands in these topics (names on the cluster, see `allTopics`)
   * now, decoded as far as Kafka goes.
   */
  async readWhole(topics: readonly string[], handle: (message: StoredMessage) => void, withinMs?: number): Promise<void> {
    const group = this.name(`whole-${randomUUID()}`)
    await this.withAdmin((admin) => readWholeTopics({ kafka: this.#kafka, admin, group }, topics, handle, withinMs))
    await this.#dropGroup(group)
  }

  async #dropGroup(group: string): Promise<void> {
    await this.withAdmin((admin) => admin.deleteGroups([group])).catch((error) =>
      this.logger.debug({ err: error }, 'reader group could not be deleted; Kafka will drop it'),
    )
  }

  async #run(
    topics: string[],
    group: string,
    fromBeginning: boolean,
    handle: (partition: number, message: Parameters<typeof fromMessage>[2], topic: string) => Promise<void>,
  ): Promise<() => Promise<void>> {
    const groupId = this.name(group)
    const consumer = this.#kafka.consumer({
      groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: IDLE_FETCH_MS,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5, restartOnFailure: async () => !this.#stopped },
    })
    const leave = async (): Promise<void> => {
      await consumer.disconnect()
      await this.#dropGroup(groupId)
    }
    let hasJoined = false
    this.#stops.add(leave) // before the first wait: a stop that comes meanwhile finds it
    try {
      await consumer.connect()
      await consumer.subscribe({ topics, fromBeginning })
      const joined = new Promise<void>((resolve, reject) => {
        consumer.on(consumer.events.GROUP_JOIN, () => resolve())
        // The client restarts after most faults by itself; after the others it stays down, so a new
        // one is started.
        consumer.on(consumer.events.CRASH, ({ payload }) => {
          if (payload.restart) return
          reject(payload.error)
          if (hasJoined && this.#stops.delete(leave))
            this.repeatUntilDone(`reader of ${topics.join()}`, () => this.#run(topics, group, fromBeginning, handle).then(() => undefined))
        })
      })
      joined.catch((error) => this.logger.debug({ err: error }, 'a reader could not join')) // it may fail before it is awaited
      await consumer.run({ autoCommit: false, eachMessage: ({ topic, partition, message }) => handle(partition, message, topic) })
      await Promise.race([joined, this.#stopping])
      hasJoined = true
    } catch (error) {
      this.#stops.delete(leave)
      await consumer.disconnect()
      throw error
    }
    return async () => {
      if (this.#stops.delete(leave)) await leave()
    }
  }

  /** Lends a connected admin client. */
  withAdmin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
    return withAdminOf(this.#kafka, work)
  }

  async #untilDone(what: string, attempt: () => Promise<void>): Promise<void> {
    for (let tries = 0; !this.#stopped; tries++) {
      try {
        return await attempt()
      } catch (error) {
        if (this.#stopped) return
        if (tries % 10 === 0) this.logger.warn({ err: error, what }, 'Kafka is not answering; trying again')
        await sleep(RETRY_PAUSE_MS)
      }
    }
  }

  /** Stops followers and readers, then the producer. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#tellStopping()
    await Promise.allSettled([...this.#stops].map((stop) => stop()))
    await Promise.all(Object.values(this.#publishers).map((publisher) => publisher.stop()))
  }
}

/** No broker is in charge of consumer groups yet, or of a topic. */
const isNotThereYet = (error: Error): boolean =>
  error.name === 'KafkaJSGroupCoordinatorNotFound' ||
  ('type' in error && (error.type === 'GROUP_COORDINATOR_NOT_AVAILABLE' || error.type === 'UNKNOWN_TOPIC_OR_PARTITION'))
