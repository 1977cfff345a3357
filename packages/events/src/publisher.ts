// Publishing that believes no answer of the Kafka client unseen: what counts as published is in the
// log, each partition of it.
import type { Kafka, Partitioners, Producer, RecordMetadata } from 'kafkajs'
import type { Logger } from 'pino'
import { kafkajs } from './kafkajs.ts'

const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 }

export interface PlainMessage {
  key: string
  value: string | null
  headers?: Record<string, string>
}

/** Messages of one topic. */
export interface TopicMessages {
  topic: string
  messages: readonly PlainMessage[]
}

/** The client said that all was well and it was not: nothing of the batch counts as published. */
export class UnconfirmedPublish extends Error {}

type Partitioner = ReturnType<typeof Partitioners.DefaultPartitioner>

/**
 * Chooses by key (murmur2, as every Kafka client does), once per message: if partitions are added
 * between two tries of the client, the message stays where it was sent first. What was chosen can
 * be asked for, and how often.
 */
export class ChosenPartitions {
  readonly #partitions = new WeakMap<object, number>()
  readonly #choose: Partitioner = kafkajs().Partitioners.DefaultPartitioner()
  #last: { topic: string; key: string; partitions: number; partition: number } | undefined
  /** Whether the client came back for a message: it tried a batch again. */
  repeated = false

  readonly partitioner: Partitioner = (choice) => {
    const chosen = this.#partitions.get(choice.message)
    if (chosen !== undefined) {
      this.repeated = true
      return chosen
    }
    const partition = this.#byKey(choice)
    this.#partitions.set(choice.message, partition)
    return partition
  }

  /**
   * Messages of one key follow each other (an audit trail has no other key), and the client's hash
   * of a key is slow.
   */
  #byKey(choice: Parameters<Partitioner>[0]): number {
    const { topic, partitionMetadata, message } = choice
    const last = this.#last
    if (typeof message.key !== 'string') return this.#choose(choice)
    if (last?.key === message.key && last.topic === topic && last.partitions === partitionMetadata.length) return last.partition
    const partition = this.#choose(choice)
    this.#last = { topic, key: message.key, partitions: partitionMetadata.length, partition }
    return partition
  }

  of(message: object): number | undefined {
    return this.#partitions.get(message)
  }
}

/**
 * One idempotent producer, one batch in flight. The client keeps answers per broker while it tries
 * again, so a partition that moves to a broker which has already answered is never sent, and yet
 * reported as done (tulios/kafkajs #1303); and it counts its sequence numbers back when a try
 * fails, so a later batch may pass for a repeat of one before and be dropped. Hence every partition
 * that was sent must be among the answers, once, without error, behind everything this producer
 * published there before; and a producer that failed, or only tried twice, is not used again.
 */
export class Publisher {
  readonly #kafka: Kafka
  readonly #logger: Logger
  #producer: Promise<Producer> | undefined
  #chosen = new ChosenPartitions()
  /**
   * The offset after the last message that was confirmed, by partition, since the producer is
   * there.
   */
  readonly #ends = new Map<string, bigint>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(kafka: Kafka, logger: Logger) {
    this.#kafka = kafka
    this.#logger = logger
  }

  /**
   * Resolves when all in-sync replicas have all of it. One after the other: a failed batch spoils
   * the sequence numbers of the next.
   * @throws when that is not certain; the caller repeats with the same messages, and some of them
   * may come twice
   */
  publish(batches: readonly TopicMessages[]): Promise<void> {
    const turn = this.#last.then(() => this.#publish(batches))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #publish(batches: readonly TopicMessages[]): Promise<void> {
    this.#producer ??= this.#connect()
    const producer = this.#producer
    // Objects of this attempt alone: the partition chosen is remembered by object.
    const topicMessages = batches.map(({ topic, messages }) => ({ topic, messages: messages.map((message) => ({ ...message })) }))
    try {
      const answers = await (await producer).sendBatch({ acks: -1, topicMessages })
      const sent = countByPartition(topicMessages, (message) => this.#chosen.of(message))
      for (const [partition, end] of endsOf(sent, answers, this.#ends)) this.#ends.set(partition, end)
      if (this.#chosen.repeated) this.#drop(producer)
    } catch (error) {
      this.#drop(producer)
      throw error
    }
  }

  #connect(): Promise<Producer> {
    const chosen = new ChosenPartitions()
    this.#chosen = chosen
    this.#ends.clear()
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => chosen.partitioner,
      retry: RETRY,
    })
    return producer.connect().then(() => producer)
  }

  #drop(producer: Promise<Producer>): void {
    if (this.#producer === producer) this.#producer = undefined
    void producer
      .then((each) => each.disconnect())
      .catch((reason) => this.#logger.debug({ err: reason }, 'producer could not be disconnected'))
  }

  async stop(): Promise<void> {
    await this.#last
    await this.#producer
      ?.then((producer) => producer.disconnect())
      .catch((error) => this.#logger.debug({ err: error }, 'producer could not be disconnected'))
  }
}

/** How many messages went to each partition, by `topic/partition`. */
function countByPartition(
  batches: readonly { topic: string; messages: readonly object[] }[],
  partitionOf: (message: object) => number | undefined,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { topic, messages } of batches) {
    for (const message of messages) {
      const name = `${topic}/${partitionOf(message) ?? 'none'}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return counts
}

/**
 * Where each partition ends after these answers.
 * @throws UnconfirmedPublish unless each partition that was sent is among the answers once, taken
 * without error, and behind what was there before
 */
export function endsOf(
  sent: ReadonlyMap<string, number>,
  answers: readonly Pick<RecordMetadata, 'topicName' | 'partition' | 'errorCode' | 'baseOffset'>[],
  endsBefore: ReadonlyMap<string, bigint>,
): Map<string, bigint> {
  const ends = new Map<string, bigint>()
  for (const { topicName, partition, errorCode, baseOffset = '-1' } of answers) {
    const name = `${topicName}/${partition}`
    const count = sent.get(name)
    if (count === undefined) throw new UnconfirmedPublish(`Kafka answered for ${name}, to which nothing was sent`)
    if (ends.has(name)) throw new UnconfirmedPublish(`Kafka answered twice for ${name}`)
    if (errorCode !== 0) throw new UnconfirmedPublish(`Kafka answered with error ${errorCode} for ${name}`)
    const offset = BigInt(baseOffset)
    if (offset < 0n || offset < (endsBefore.get(name) ?? 0n))
      throw new UnconfirmedPublish(`Kafka answered with offset ${baseOffset} for ${name}, which is not behind what stands there`)
    ends.set(name, offset + BigInt(count))
  }
  for (const name of sent.keys()) if (!ends.has(name)) throw new UnconfirmedPublish(`Kafka did not answer for ${name}`)
  return ends
}
