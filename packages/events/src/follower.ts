// Following a topic: per aggregate in order, different aggregates side by side, dead letters for what keeps failing.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import { mongo } from 'mongoose'
import { Counter } from 'prom-client'
import type { Broker } from './broker.ts'
import { withoutCardData } from './card-data-filter.ts'
import { fromMessage, MalformedEvent, type ReceivedEvent } from './cloud-event.ts'

const ATTEMPTS_MAX = 5
const FIRST_PAUSE_MS = 50
const PAUSE_MAX_MS = 2_000
const AGGREGATES_AT_ONCE = 16
// The broker's lower bound: a process that was killed is out of its group after this time, and its followers go on elsewhere.
const SESSION_TIMEOUT_MS = 6_000
const HEARTBEAT_MS = 1_500
const IDLE_FETCH_MS = 500
const COMMIT_EVERY_MS = 500

const deadLetters = new Counter({
  name: 'dcms_dead_letters_total',
  help: 'Events set aside after repeated failures',
  labelNames: ['topic', 'group'],
})

export interface FollowOptions {
  topic: string
  /** Who follows: the context's name. Dead letters go to `<topic>.dlq.<group>`. */
  group: string
  /** Applies one event; must take the same event twice. What it throws is tried again, then set aside. */
  handle(event: ReceivedEvent): Promise<void>
}

/** The dead-letter topic of a follower. */
export const deadLetterTopic = (topic: string, group: string): string => `${topic}.dlq.${group}`

export class Follower {
  readonly #broker: Broker
  readonly #options: FollowOptions
  readonly #kafka: Kafka
  #consumer: Consumer | undefined
  /** Offset to go on from, per partition, not yet told to Kafka. */
  readonly #reached = new Map<number, string>()
  #committing: NodeJS.Timeout | undefined

  constructor(broker: Broker, kafka: Kafka, options: FollowOptions) {
    this.#broker = broker
    this.#kafka = kafka
    this.#options = options
  }

  async start(): Promise<void> {
    const { topic, group } = this.#options
    await this.#leave()
    const consumer = this.#kafka.consumer({
      groupId: this.#broker.name(`dcms.${group}.${topic}`),
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: SESSION_TIMEOUT_MS * 2,
      // The broker answers as soon as there is something; this bounds only the wait of an idle fetch.
      maxWaitTimeInMs: IDLE_FETCH_MS,
      retry: { initialRetryTime: 100, maxRetryTime: PAUSE_MAX_MS, retries: 5, restartOnFailure: async () => !this.#broker.stopped },
    })
    this.#consumer = consumer
    // The client restarts after most faults by itself; after the others it stays down, so it is started anew here.
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart && this.#consumer === consumer) this.#broker.repeatUntilDone(`follower of ${topic}`, () => this.start())
    })
    await consumer.connect()
    await consumer.subscribe({ topic: this.#broker.name(topic), fromBeginning: true })
    await consumer.run({
      // Committing after each batch would hold up the next fetch of all partitions; repeats are dropped, so a timer will do.
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: (payload) => this.#followBatch(payload),
    })
    this.#committing = setInterval(() => void this.#commit(), COMMIT_EVERY_MS)
  }

  async stop(): Promise<void> {
    await this.#leave()
  }

  async #leave(): Promise<void> {
    clearInterval(this.#committing)
    await this.#commit()
    const consumer = this.#consumer
    this.#consumer = undefined
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
      this.#broker.logger.debug({ err: error, topic }, 'offsets not committed; events since the last commit may come again')
    }
  }

  /** A batch is done when each of its messages is applied or set aside; only then its offset moves on. */
  async #followBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const byAggregate = new Map<string, KafkaMessage[]>()
    for (const message of batch.messages) {
      const key = message.key?.toString() ?? ''
      const queue = byAggregate.get(key)
      if (queue) queue.push(message)
      else byAggregate.set(key, [message])
    }
    const queues = [...byAggregate.values()]
    const goOn = (): boolean => isRunning() && !isStale() && !this.#broker.stopped
    const worker = async (): Promise<void> => {
      for (let queue = queues.shift(); queue; queue = queues.shift()) {
        for (const message of queue) {
          if (!goOn()) return
          await this.#applyOrSetAside(batch.partition, message, heartbeat, goOn)
        }
        await heartbeat()
      }
    }
    await Promise.all(Array.from({ length: Math.min(AGGREGATES_AT_ONCE, queues.length) }, worker))
    if (!goOn()) return // not resolved: whoever owns the partition next gets the batch again
    resolveOffset(batch.lastOffset())
    this.#reached.set(batch.partition, String(BigInt(batch.lastOffset()) + 1n))
  }

  async #applyOrSetAside(partition: number, message: KafkaMessage, heartbeat: () => Promise<void>, goOn: () => boolean): Promise<void> {
    let failures = 0
    for (let pauseMs = FIRST_PAUSE_MS; goOn(); pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
      try {
        return await this.#options.handle(fromMessage(this.#options.topic, partition, message))
      } catch (error) {
        // An engine that is away says nothing about the event: wait for it as long as it takes.
        if (!isEngineAway(error)) failures++
        if (error instanceof MalformedEvent || failures >= ATTEMPTS_MAX)
          return await this.#setAside(partition, message, error, heartbeat, goOn)
        this.#broker.logger.warn(
          { err: error, topic: this.#options.topic, partition, offset: message.offset },
          'event not applied; trying again',
        )
        await sleep(pauseMs)
        await heartbeat()
      }
    }
  }

  async #setAside(
    partition: number,
    message: KafkaMessage,
    cause: unknown,
    heartbeat: () => Promise<void>,
    goOn: () => boolean,
  ): Promise<void> {
    const { topic, group } = this.#options
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(message.headers ?? {})) headers[name] = String(value)
    const letter = {
      key: message.key?.toString() ?? '',
      value: message.value?.toString() ?? null,
      headers: {
        ...headers,
        dlq_error: withoutCardData(cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown fault').slice(0, 500),
        dlq_topic: topic,
        dlq_partition: String(partition),
        dlq_offset: message.offset,
        dlq_time: new Date().toISOString(),
      },
    }
    while (goOn()) {
      try {
        await this.#broker.publish(deadLetterTopic(topic, group), [letter])
        deadLetters.inc({ topic, group })
        this.#broker.logger.error({ err: cause, topic, partition, offset: message.offset }, 'event set aside as a dead letter')
        return
      } catch (error) {
        this.#broker.logger.warn({ err: error, topic }, 'dead letter not written; trying again')
        await sleep(PAUSE_MAX_MS)
        await heartbeat()
      }
    }
  }
}

/** Connection faults of the database, or another service that says it is away (`unavailable`). */
function isEngineAway(error: unknown): boolean {
  if (error instanceof mongo.MongoNetworkError || error instanceof mongo.MongoServerSelectionError) return true
  if (error instanceof mongo.MongoError && error.hasErrorLabel('RetryableWriteError')) return true
  return error instanceof Error && 'unavailable' in error && error.unavailable === true
}
