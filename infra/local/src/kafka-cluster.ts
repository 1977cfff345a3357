// Several local Kafka nodes that form one cluster, each broker and controller, for tests in which
// brokers die.
import getPort from 'get-port'
import type { Progress } from './cache.ts'
import { type KafkaEngine, startKafka } from './kafka.ts'

export interface KafkaClusterOptions {
  /** Absolute; node 1 keeps its data in `<dataDir>-1`, and so on. */
  dataDir: string
  nodes: number
  /** As of a single Kafka. */
  isShortLived?: boolean
  progress: Progress
}

export interface KafkaCluster {
  /** All of them, comma-separated. */
  readonly brokers: string
  readonly nodes: readonly KafkaEngine[]
  readonly dataDirs: readonly string[]
  stop(): Promise<void>
}

/** Starts the nodes side by side on free ports; each is ready when the cluster took it in. */
export async function startKafkaCluster({ dataDir, nodes, progress, ...how }: KafkaClusterOptions): Promise<KafkaCluster> {
  const places = []
  for (let id = 1; id <= nodes; id++)
    places.push({ id, dataDir: `${dataDir}-${id}`, kafkaPort: await freePort(), controllerPort: await freePort() })
  const voters = places.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join()
  const engines = await Promise.all(
    places.map(({ id, controllerPort, ...place }) =>
      startKafka({ ...place, ...how, node: { id, controllerPort, voters, nodes }, progress }),
    ),
  )
  return {
    brokers: engines.map((engine) => engine.brokers).join(),
    nodes: engines,
    dataDirs: places.map((place) => place.dataDir),
    async stop() {
      await Promise.all(engines.map((engine) => engine.stop()))
    },
  }
}

const freePort = (): Promise<number> => getPort({ host: '127.0.0.1' })
