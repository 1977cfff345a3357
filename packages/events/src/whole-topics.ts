// Reading whole topics, from their first message to their last as of now, whatever stands in them:
// for searches, not for following.
import type { Admin, EachBatchPayload, Kafka } from 'kafkajs'

const IDLE_FETCH_MS = 200
const WITHIN_MS = 120_000

/** A message as it lies in Kafka. */
export interface StoredMessage {
  topic: string
  partition: number
  offset: string
  key: Buffer | null
  value: Buffer | null
  headers: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>
}

/** The topics of the cluster, of every installation, without Kafka's own. */
export const listedTopics = async (admin: Admin): Promise<string[]> =>
  (await admin.listTopics()).filter((topic) => !topic.startsWith('__')).sort()

/**
 * Hands over every message that stands in the topics now, each partition in order.
 * @param topics names on the cluster
 * @param group a consumer group of nobody else; it commits nothing
 * @throws when the end is not reached within `withinMs`, two minutes unless said otherwise
 */
export async function readWholeTopics(
  { kafka, admin, group }: { kafka: Kafka; admin: Admin; group: string },
  topics: readonly string[],
  handle: (message: StoredMessage) => void,
  withinMs = WITHIN_MS,
): Promise<void> {
  const waiting = await partitionsWithMessages(admin, topics)
  if (waiting.size === 0) return
  const consumer = kafka.consumer({ groupId: group, allowAutoTopicCreation: false, maxWaitTimeInMs: IDLE_FETCH_MS })
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) reject(payload.error)
  })
  const eachBatch = async ({ batch }: EachBatchPayload): Promise<void> => {
    const { topic, partition } = batch
    const name = `${topic}/${partition}`
    const end = waiting.get(name)
    if (end === undefined) return
    for (const { offset, key, value, headers = {} } of batch.messages)
      if (BigInt(offset) < end) handle({ topic, partition, offset, key, value, headers })
    if (BigInt(batch.lastOffset()) + 1n >= end) waiting.delete(name)
    if (waiting.size === 0) resolve()
  }
  let timer: NodeJS.Timeout | undefined
  try {
    await consumer.connect()
    const names = new Set([...waiting.keys()].map((name) => name.slice(0, name.lastIndexOf('/'))))
    await consumer.subscribe({ topics: [...names], fromBeginning: true })
    timer = setTimeout(() => reject(new Error(`${waiting.size} partitions were not read to their end in time`)), withinMs)
    await Promise.all([consumer.run({ autoCommit: false, eachBatch }), done])
  } finally {
    clearTimeout(timer)
    await consumer.disconnect()
  }
}

/** The end of each partition that has messages, by `topic/partition`. */
async function partitionsWithMessages(admin: Admin, topics: readonly string[]): Promise<Map<string, bigint>> {
  const ends = new Map<string, bigint>()
  for (const topic of topics)
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
      if (BigInt(high) > BigInt(low)) ends.set(`${topic}/${partition}`, BigInt(high))
  return ends
}
