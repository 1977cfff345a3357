// A Kafka for one test file that stops, pauses or kills it; the shared one of the test run stays up
// for the others.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KafkaEngine, startKafka } from '@dcms/local'

const PORT_FIRST = 31_100
const PORTS = 800

export interface OwnKafka extends KafkaEngine {
  /**
   * Stops it and deletes its data; in a test run they stay in the run's folder, where the leak scan
   * searches them.
   */
  remove(): Promise<void>
}

export async function startOwnKafka(): Promise<OwnKafka> {
  const dataDir = await mkdtemp(join(process.env.DCMS_ENGINES_DIR ?? tmpdir(), 'kafka-')) // below the run's folder the runner stops what a dead test left
  const kafkaPort = PORT_FIRST + Math.floor(Math.random() * PORTS)
  const kafka = await startKafka({ dataDir, kafkaPort, isShortLived: true, progress: () => undefined })
  return {
    ...kafka,
    async remove() {
      await kafka.resume()
      await kafka.stop()
      if (!process.env.DCMS_ENGINES_DIR) await rm(dataDir, { recursive: true, force: true })
    },
  }
}
