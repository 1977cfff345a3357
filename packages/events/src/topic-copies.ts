// Whether topics that exist are kept in as many copies as was asked for.
import type { Admin } from 'kafkajs'
import type { TopicCopies } from './kafka-client.ts'

const MIN_IN_SYNC = 'min.insync.replicas'
/** Kafka's number for that kind of resource. */
const TOPIC_RESOURCE = 2

/** A topic that can lose what it acknowledged when a broker dies. */
export class WeakTopic extends Error {}

/** @returns what is too little, by topic as it is named on the cluster */
export async function weakTopics(admin: Admin, topics: readonly string[], wanted: TopicCopies): Promise<Map<string, WeakTopic>> {
  if (topics.length === 0) return new Map()
  const { topics: described } = await admin.fetchTopicMetadata({ topics: [...topics] })
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: TOPIC_RESOURCE, name, configNames: [MIN_IN_SYNC] })),
  })
  const weak = new Map<string, WeakTopic>()
  for (const { name, partitions } of described) {
    // Without partitions, as while it is being made or removed, it has no copies at all.
    const copies = partitions.length === 0 ? 0 : Math.min(...partitions.map(({ replicas }) => replicas.length))
    const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? []
    const minInSync = Number(entries.find(({ configName }) => configName === MIN_IN_SYNC)?.configValue ?? 1)
    if (copies >= wanted.replication && minInSync >= wanted.minInSync) continue
    weak.set(
      name,
      new WeakTopic(
        `topic ${name} has ${copies} ${copies === 1 ? 'copy' : 'copies'} and ${MIN_IN_SYNC} ${minInSync}; ` +
          `at least ${wanted.replication} and ${wanted.minInSync} are asked for`,
      ),
    )
  }
  return weak
}
