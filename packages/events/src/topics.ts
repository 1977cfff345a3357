// Topics: what they are made with.
import type { Admin } from 'kafkajs'

const PARTITIONS = 12

export interface Topic {
  topic: string
  partitions?: number
  /** Keeps the newest value per key instead of everything. */
  compacted?: boolean
}

/**
 * Creates those that do not exist; somebody else may create them at the same time.
 * @returns why some could not be made, by topic; the others were
 * @throws when Kafka does not answer
 */
export async function createMissing(
  admin: Admin,
  topics: readonly Topic[],
  nameOf: (topic: string) => string,
): Promise<Map<string, Error>> {
  const existing = new Set(await admin.listTopics())
  const missing = topics.filter(({ topic }) => !existing.has(nameOf(topic)))
  if (missing.length === 0) return new Map()
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ topic, partitions, compacted }) => ({
        topic: nameOf(topic),
        numPartitions: partitions ?? PARTITIONS,
        replicationFactor: -1,
        configEntries: compacted ? [{ name: 'cleanup.policy', value: 'compact' }] : [{ name: 'retention.ms', value: '-1' }],
      })),
    })
    return new Map()
  } catch (error) {
    return failuresByTopic(error, missing, nameOf)
  }
}

/** Kafka decides topic by topic; an answer that names none is a fault of all. */
function failuresByTopic(error: unknown, topics: readonly Topic[], nameOf: (topic: string) => string): Map<string, Error> {
  if (!(error instanceof Error && 'errors' in error && Array.isArray(error.errors))) throw error
  const failures = new Map<string, Error>()
  for (const each of error.errors) {
    if (!(each instanceof Error && 'topic' in each && 'type' in each)) throw error
    const topic = topics.find(({ topic }) => nameOf(topic) === each.topic)?.topic
    if (topic !== undefined && each.type !== 'TOPIC_ALREADY_EXISTS') failures.set(topic, each)
  }
  return failures
}
