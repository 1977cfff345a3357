// What other packages may use: the engines, each alone for fault tests, and the tools that
// generated clients are tested with.
export { tryLock } from './cache.ts'
export { runningDocumentDatabase, startDocumentDatabase, stopDocumentDatabase } from './document-database.ts'
export {
  type EngineKind,
  type EngineOptions,
  type EnginePart,
  type EngineStatus,
  type Engines,
  engineStatus,
  resetEngines,
  startEngines,
  stopEngines,
} from './engines.ts'
export { j8583, j8583Lacks } from './j8583.ts'
export { type KafkaEngine, type KafkaOptions, startKafka } from './kafka.ts'
export { type KafkaCluster, type KafkaClusterOptions, startKafkaCluster } from './kafka-cluster.ts'
export type { SecuredListener } from './kafka-properties.ts'
export { openApiGenerator, openApiGeneratorLacks } from './openapi-generator.ts'
export { pythonPackages } from './python-packages.ts'
export { missingTools, type Tool } from './tools.ts'
