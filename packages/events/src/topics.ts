// Topics: what they are made with.
import type { Admin } from 'kafkajs'
import type { TopicCopies } from './kafka-client.ts'
import { type WeakTopic, weakTopics } from './topic-copies.ts'

/** Of a topic of domain events. */
export const PARTITIONS = 12

export interface Topic {
  topic: string
  partitions?: number
  /** Keeps the newest value per key instead of everything. */
  compacted?: boolean
}

interface Cluster {
  admin: Admin
  nameOf: (topic: string) => string
  copies?: TopicCopies
}

/**
 * Creates those that do not exist, somebody else may at the same time, and looks at the others
 * where copies are asked for.
 * @param tell of each that has too few
 * @returns why some could not be made, or are not as required, by topic; the others are there
 * @throws when Kafka does not answer
 */
export async function makeAndCheck(
  cluster: Cluster,
  topics: readonly Topic[],
  tell: (weak: WeakTopic) => void,
): Promise<Map<string, Error>> {
  const { admin, nameOf, copies } = cluster
  const existing = new Set(await admin.listTopics())
  const missing = topics.filter(({ topic }) => !existing.has(nameOf(topic)))
  const { failures, madeByOthers } = missing.length === 0 ? nothingMade() : await create(cluster, missing)
  if (!copies || copies.replication === 1) return failures
  const present = topics.filter(({ topic }) => existing.has(nameOf(topic)) || madeByOthers.has(topic))
  const weak = await weakTopics(
    admin,
    present.map(({ topic }) => nameOf(topic)),
    copies,
  )
  for (const { topic } of present) {
    const fault = weak.get(nameOf(topic))
    if (!fault) continue
    tell(fault)
    if (copies.isRequired) failures.set(topic, fault)
  }
  return failures
}

interface Made {
  failures: Map<string, Error>
  /** At the same moment, with whatever copies they asked for. */
  madeByOthers: ReadonlySet<string>
}

async function create({ admin, nameOf, copies }: Cluster, missing: readonly Topic[]): Promise<Made> {
  const minInSync = copies ? [{ name: 'min.insync.replicas', value: String(copies.minInSync) }] : []
  try {
    const isMade = await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ topic, partitions, compacted }) => ({
        topic: nameOf(topic),
        numPartitions: partitions ?? PARTITIONS,
        replicationFactor: copies?.replication ?? -1,
        configEntries: [compacted ? { name: 'cleanup.policy', value: 'compact' } : { name: 'retention.ms', value: '-1' }, ...minInSync],
      })),
    })
    // The client says no more than that when all of them were there.
    return isMade ? nothingMade() : { failures: new Map(), madeByOthers: new Set(missing.map(({ topic }) => topic)) }
  } catch (error) {
    return failuresByTopic(error, missing, nameOf)
  }
}

const nothingMade = (): Made => ({ failures: new Map(), madeByOthers: new Set() })

/** Kafka decides topic by topic; an answer that names none is a fault of all. */
function failuresByTopic(error: unknown, topics: readonly Topic[], nameOf: (topic: string) => string): Made {
  if (!(error instanceof Error && 'errors' in error && Array.isArray(error.errors))) throw error
  const failures = new Map<string, Error>()
  const madeByOthers = new Set<string>()
  for (const each of error.errors) {
    if (!(each instanceof Error && 'topic' in each && 'type' in each)) throw error
    const topic = topics.find(({ topic }) => nameOf(topic) === each.topic)?.topic
    if (topic === undefined) continue
    if (each.type === 'TOPIC_ALREADY_EXISTS') madeByOthers.add(topic)
    else failures.set(topic, each)
  }
  return { failures, madeByOthers }
}
