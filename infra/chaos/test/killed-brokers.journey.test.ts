// Three brokers killed in turn under load: whatever was acknowledged is in the log.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Broker } from '@dcms/events'
import { type KafkaCluster, startKafkaCluster } from '@dcms/local'
import { createLogger } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually } from '../src/index.ts'

const LOAD_MS = 60_000
/**
 * A node needs some seconds to come back; on a busy machine that leaves time for two of the three.
 */
const KILLS_MIN = 2
const DOWN_MS = 1_500
const UP_MS = 4_000
const BATCH_PAUSE_MS = 20
const MESSAGES_PER_TOPIC = 4
/** Kafka's number for that kind of resource. */
const TOPIC = 2

type Logger = Broker['logger']
/** As a batch of a relay: a context's topic and those of two banks. */
const topics = [
  { topic: 'dcms.kit', partitions: 12 },
  { topic: 'dcms.bank_a.events', partitions: 6 },
  { topic: 'dcms.bank_b.events', partitions: 6 },
]

/** As production demands. */
const copies = { replication: 3, minInSync: 2, isRequired: true }

let folder: string
let cluster: KafkaCluster
let broker: Broker
beforeAll(async () => {
  // Side by side below the run's folder, where the runner stops what a dead test left.
  folder = await mkdtemp(join(tmpdir(), 'kafka-three-'))
  const dataDir = join(process.env.DCMS_ENGINES_DIR ?? folder, 'kafka-three')
  cluster = await startKafkaCluster({ dataDir, nodes: 3, isShortLived: true, progress: () => undefined })
  broker = brokerOf(createLogger('killed-brokers', 'silent'))
  await broker.ensureTopics(topics)
}, 150_000)
afterAll(async () => {
  await broker?.stop()
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
})

const brokerOf = (logger: Logger): Broker => new Broker({ brokers: cluster.brokers, copies, clientId: 'test', installation: '', logger })

test('topics are made with the copies that are asked for; nothing is published to one with fewer, and the process says which, until it has them', async () => {
  const lines: string[] = []
  const logger = createLogger('test', 'silent')
  logger.error = ((line: string) => lines.push(line)) as Logger['error']
  const strict = brokerOf(logger)
  const weak = { topic: 'dcms.weak', partitions: 1 }
  await strict.withAdmin(async (admin) => {
    const { topics: made } = await admin.fetchTopicMetadata({ topics: topics.map(({ topic }) => topic) })
    expect(made.flatMap(({ partitions }) => partitions.map(({ replicas }) => replicas.length))).toEqual(Array(24).fill(3))
    // Its leader is waited for by what asks for the topic: a broker may not know it yet.
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic: weak.topic, numPartitions: 1, replicationFactor: 1 }] })
  })
  const needed = strict.ensureTopics([...topics, weak])
  const fault = 'topic dcms.weak has 1 copy and min.insync.replicas 1; at least 3 and 2 are asked for'
  await eventually(async () => expect(strict.topicFaults).toEqual([fault]), 60_000)
  expect(lines).toEqual([`${fault}: nothing is published to it`])
  await expect(strict.publish(weak.topic, [{ key: 'kit', value: '1' }])).rejects.toThrow('nothing is published to it')
  await strict.publish('dcms.kit', [{ key: 'kit', value: 'dcms.kit fit' }])

  await strict.withAdmin(async (admin) => {
    const { brokers } = await admin.describeCluster()
    const replicas = brokers.map(({ nodeId }) => nodeId)
    await admin.alterPartitionReassignments({ topics: [{ topic: weak.topic, partitionAssignment: [{ partition: 0, replicas }] }] })
    const configEntries = [{ name: 'min.insync.replicas', value: '2' }]
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: TOPIC, name: weak.topic, configEntries }] })
  })
  await needed
  expect(strict.topicFaults).toEqual([])
  await strict.publish(weak.topic, [{ key: 'kit', value: '1' }])
  await strict.stop()
}, 180_000)

test('with one of three brokers killed at any time for a minute, every acknowledged message is in the log', async () => {
  const acknowledged = new Set<string>()
  let refused = 0
  const endAtMs = performance.now() + LOAD_MS
  const load = async (): Promise<void> => {
    while (performance.now() < endAtMs) {
      const batch = topics.map(({ topic }) => ({
        topic,
        messages: Array.from({ length: MESSAGES_PER_TOPIC }, () => ({ key: randomUUID(), value: `${topic} ${randomUUID()}` })),
      }))
      for (let done = false; !done; ) {
        done = await broker.publishBatch(batch).then(
          () => true,
          () => false,
        )
        if (!done) refused++
        await sleep(BATCH_PAUSE_MS)
      }
      for (const { messages } of batch) for (const { value } of messages) acknowledged.add(value)
    }
  }
  const kills = async (): Promise<number> => {
    let count = 0
    while (performance.now() < endAtMs) {
      const node = cluster.nodes[count % cluster.nodes.length]
      await node?.kill()
      await sleep(DOWN_MS)
      await node?.restart()
      await sleep(UP_MS)
      count++
    }
    return count
  }
  const [killed] = await Promise.all([kills(), load(), load(), load()])
  const stored = new Set<string>()
  await broker.readWhole(
    topics.map(({ topic }) => topic),
    ({ value }) => {
      stored.add(String(value))
    },
  )
  const missing = [...acknowledged].filter((value) => !stored.has(value)).length
  expect({ missing, of: acknowledged.size }).toEqual({ missing: 0, of: acknowledged.size })
  expect(killed).toBeGreaterThanOrEqual(KILLS_MIN)
  expect(refused).toBeGreaterThan(0)
}, 240_000)
