// The jars of the local Kafka, as ../kafka pins them.
import { join } from 'node:path'
import type { MavenJars } from './maven-jars.ts'

export const kafkaJars: MavenJars = {
  name: 'kafka',
  product: 'Apache Kafka',
  version: '4.1.2',
  folder: join(import.meta.dirname, '../kafka'),
  seconds: 10,
}
