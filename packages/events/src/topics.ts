// Topics: what they are made with.
import type { Admin } from 'kafkajs'

const PARTITIONS = 12

export interface Topic {
  topic: string
  partitions?: number
  /** Keeps the newest value per key instead of everything. */
  compacted?: boolean
}

/** Creates those that do not exist; somebody else may create them at the same time. */
export async function createMissing(admin: Admin, topics: readonly Topic[], nameOf: (topic: string) => string): Promise<void> {
  const existing = new Set(await admin.listTopics())
  const missing = topics.filter(({ topic }) => !existing.has(nameOf(topic)))
  if (missing.length === 0) return
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map(({ topic, partitions, compacted }) => ({
      topic: nameOf(topic),
      numPartitions: partitions ?? PARTITIONS,
      replicationFactor: -1,
      configEntries: compacted ? [{ name: 'cleanup.policy', value: 'compact' }] : [{ name: 'retention.ms', value: '-1' }],
    })),
  })
}
