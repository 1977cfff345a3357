// Starts, finds and stops the engines DCMS stands on: a document database that speaks MongoDB's
// protocol, and Kafka.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDir, type Progress, withLock } from './cache.ts'
import { debianRootMissing } from './debian-root.ts'
import { composePorts, composeReset, composeStop, composeUp, dockerAnswers } from './docker.ts'
import { runningDocumentDatabase, startDocumentDatabase, stopDocumentDatabase } from './document-database.ts'
import { ferretdbMissing } from './ferretdb-binary.ts'
import { runningKafka, startKafka, stopKafka } from './kafka.ts'
import { kafkaJars } from './kafka-jars.ts'
import { jarsMissing } from './maven-jars.ts'
import { kafkaAnswers, mongoAnswers } from './probe.ts'
import { ensureTools, type Tool } from './tools.ts'

export type EnginePart = 'mongo' | 'kafka'
export type EngineKind = 'local' | 'docker' | 'given'

export interface EngineOptions {
  /** Absolute; holds data, pid files and logs of these engines. */
  dataDir: string
  mongoPort: number
  kafkaPort: number
  /** Both when left out. */
  parts?: readonly EnginePart[]
  progress: Progress
  logDir?: string
}

export interface Engines {
  /** Empty when the part was not asked for. */
  mongoUrl: string
  kafkaBrokers: string
  kind: EngineKind
  /** True when all of them ran already. */
  attached: boolean
  /** Stops what this call started; engines that ran before are left alone unless told. */
  stop(options?: { evenIfAttached?: boolean }): Promise<void>
}

export interface EngineStatus {
  kind: EngineKind | 'none'
  parts: { part: EnginePart; running: boolean; address: string; pids: number[] }[]
}

const bothParts = ['mongo', 'kafka'] as const

/**
 * Idempotent: engines that run under this folder are attached to. A lock keeps two starters of one
 * folder apart.
 */
export async function startEngines(options: EngineOptions): Promise<Engines> {
  const given = givenEngines()
  if (given) return { ...given, kind: 'given', attached: true, stop: async () => undefined }
  return locked(options.dataDir, async () => ((await dockerAnswers()) ? startDocker(options) : startLocal(options)))
}

export async function stopEngines(dataDir: string): Promise<void> {
  await locked(dataDir, async () => {
    if ((await kindOf(dataDir)) === 'docker') return composeStop(dataDir)
    await Promise.all([stopDocumentDatabase(dataDir), stopKafka(dataDir)])
  })
}

/** Stops the engines and deletes their data. */
export async function resetEngines(dataDir: string): Promise<void> {
  if ((await kindOf(dataDir)) === 'docker') await composeReset(dataDir)
  else await stopEngines(dataDir)
  await rm(dataDir, { recursive: true, force: true })
}

export async function engineStatus(dataDir: string): Promise<EngineStatus> {
  const given = givenEngines()
  if (given) return { kind: 'given', parts: await givenStatus(given) }
  const kind = await kindOf(dataDir)
  if (kind === 'docker') {
    const ports = await composePorts(dataDir)
    return { kind, parts: bothParts.map((part) => ({ part, running: ports[part] !== undefined, address: address(ports[part]), pids: [] })) }
  }
  const [mongo, kafka] = await Promise.all([runningDocumentDatabase(dataDir), runningKafka(dataDir)])
  const parts = [
    {
      part: 'mongo' as const,
      running: mongo !== undefined,
      address: address(mongo?.port),
      pids: mongo ? [mongo.pid, mongo.postgresPid] : [],
    },
    { part: 'kafka' as const, running: kafka !== undefined, address: address(kafka?.port), pids: kafka ? [kafka.pid] : [] },
  ]
  return { kind: mongo || kafka ? 'local' : 'none', parts }
}

async function startLocal(options: EngineOptions): Promise<Engines> {
  const parts = options.parts ?? bothParts
  await rememberKind(options.dataDir, 'local')
  const wanted = { mongo: parts.includes('mongo'), kafka: parts.includes('kafka') }
  await ensureLocalIsPossible(wanted, options)
  const starts = await Promise.allSettled([
    wanted.mongo ? startDocumentDatabase(options) : undefined,
    wanted.kafka ? startKafka(options) : undefined,
  ])
  const [mongo, kafka] = starts.map((start) => (start.status === 'fulfilled' ? start.value : undefined)) as [
    Awaited<ReturnType<typeof startDocumentDatabase>> | undefined,
    Awaited<ReturnType<typeof startKafka>> | undefined,
  ]
  const stop: Engines['stop'] = async ({ evenIfAttached = false } = {}) => {
    const stopMongo = mongo && (evenIfAttached || !mongo.attached)
    const stopBroker = kafka && (evenIfAttached || !kafka.attached)
    await Promise.all([stopMongo && stopDocumentDatabase(options.dataDir), stopBroker && stopKafka(options.dataDir)])
  }
  const failures = starts.flatMap((start) => (start.status === 'rejected' ? [start.reason as Error] : []))
  if (failures.length > 0) {
    await stop()
    // A database whose second half did not come up has left its first.
    if (starts[0].status === 'rejected') await stopDocumentDatabase(options.dataDir)
    throw failures.length === 1 ? failures[0] : new Error([...new Set(failures.map(({ message }) => message))].join('\n'))
  }
  return {
    mongoUrl: mongo?.url ?? '',
    kafkaBrokers: kafka?.brokers ?? '',
    kind: 'local',
    attached: [mongo, kafka].every((engine) => engine?.attached ?? true),
    stop,
  }
}

/**
 * Asks for tools only when something is to be fetched or built; Java runs Kafka and is needed
 * always.
 */
async function ensureLocalIsPossible(wanted: { mongo: boolean; kafka: boolean }, { dataDir, progress }: EngineOptions): Promise<void> {
  const [mongo, kafka] = await Promise.all([runningDocumentDatabase(dataDir), runningKafka(dataDir)])
  const needMongo = wanted.mongo && !mongo
  const needKafka = wanted.kafka && !kafka
  if (needMongo && (process.platform !== 'linux' || process.getuid?.() !== 0)) {
    throw new Error('The local document database needs Linux and root: run as root, start Docker, or set MONGO_URL and KAFKA_BROKERS.')
  }
  const cache = cacheDir()
  const tools: Tool[] = []
  if (needKafka) tools.push('java')
  if (needKafka && (await jarsMissing(kafkaJars, cache))) tools.push('mvn')
  if (needMongo && (await ferretdbMissing(cache))) tools.push('go')
  if (needMongo && (await debianRootMissing(cache))) tools.push('mmdebstrap')
  await ensureTools(tools, progress)
}

async function startDocker(options: EngineOptions): Promise<Engines> {
  const { dataDir, mongoPort, kafkaPort, progress, parts = bothParts } = options
  await rememberKind(dataDir, 'docker')
  const before = await composePorts(dataDir)
  const attached = parts.every((part) => before[part] !== undefined)
  const ports = { mongo: before.mongo ?? mongoPort, kafka: before.kafka ?? kafkaPort }
  if (!attached) {
    progress('engines: starting MongoDB and Kafka with docker compose …')
    await composeUp({ dataDir, mongoPort: ports.mongo, kafkaPort: ports.kafka, parts })
  }
  return {
    mongoUrl: `mongodb://${address(ports.mongo)}/?directConnection=true`,
    kafkaBrokers: address(ports.kafka),
    kind: 'docker',
    attached,
    stop: async ({ evenIfAttached = false } = {}) => {
      if (!attached || evenIfAttached) await composeStop(dataDir)
    },
  }
}

function givenEngines(): { mongoUrl: string; kafkaBrokers: string } | undefined {
  const { MONGO_URL: mongoUrl, KAFKA_BROKERS: kafkaBrokers } = process.env
  return mongoUrl && kafkaBrokers ? { mongoUrl, kafkaBrokers } : undefined
}

/**
 * Somebody else's engines may ask for passwords; only those on this machine are probed, others are
 * taken to run.
 */
async function givenStatus({ mongoUrl, kafkaBrokers }: { mongoUrl: string; kafkaBrokers: string }): Promise<EngineStatus['parts']> {
  const localPort = (text: string) => Number(text.match(/^(?:mongodb:\/\/)?(?:127\.0\.0\.1|localhost):(\d+)/)?.[1])
  const [mongoPort, kafkaPort] = [localPort(mongoUrl), localPort(kafkaBrokers)]
  return [
    { part: 'mongo', running: mongoPort ? await mongoAnswers(mongoPort) : true, address: mongoUrl.replace(/\/\/[^@/]*@/, '//'), pids: [] },
    { part: 'kafka', running: kafkaPort ? await kafkaAnswers(kafkaPort) : true, address: kafkaBrokers, pids: [] },
  ]
}

function address(port: number | undefined): string {
  return port ? `127.0.0.1:${port}` : ''
}

async function rememberKind(dataDir: string, kind: EngineKind): Promise<void> {
  await writeFile(join(dataDir, 'kind'), kind)
}

async function kindOf(dataDir: string): Promise<EngineKind | 'none'> {
  const kind = await readFile(join(dataDir, 'kind'), 'utf8').catch(() => 'none')
  return kind === 'docker' || kind === 'local' ? kind : 'none'
}

async function locked<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dataDir, { recursive: true })
  return withLock(join(dataDir, 'lock'), work)
}
