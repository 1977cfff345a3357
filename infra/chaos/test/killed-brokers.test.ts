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

const LOAD_MS = 60_000
/** A node needs some seconds to come back; on a busy machine that leaves time for two of the three. */
const KILLS_MIN = 2
const DOWN_MS = 1_500
const UP_MS = 4_000
const BATCH_PAUSE_MS = 20
const MESSAGES_PER_TOPIC = 4
/** As a batch of a relay: a context's topic and those of two banks. */
const topics = [
  { topic: 'dcms.kit', partitions: 12 },
  { topic: 'dcms.bank_a.events', partitions: 6 },
  { topic: 'dcms.bank_b.events', partitions: 6 },
]

let folder: string
let cluster: KafkaCluster
let broker: Broker
beforeAll(async () => {
  // Side by side below the run's folder, where the runner stops what a dead test left.
  folder = await mkdtemp(join(tmpdir(), 'kafka-three-'))
  const dataDir = join(process.env.DCMS_ENGINES_DIR ?? folder, 'kafka-three')
  cluster = await startKafkaCluster({ dataDir, nodes: 3, progress: () => undefined })
  broker = new Broker({
    brokers: cluster.brokers,
    clientId: 'killed-brokers',
    installation: '',
    logger: createLogger('killed-brokers', 'silent'),
  })
  await broker.withAdmin((admin) =>
    admin.createTopics({
      waitForLeaders: true,
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: 3,
        configEntries: [{ name: 'min.insync.replicas', value: '2' }],
      })),
    }),
  )
}, 150_000)
afterAll(async () => {
  await broker?.stop()
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
})

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
