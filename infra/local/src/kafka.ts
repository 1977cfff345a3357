// The local Kafka: one KRaft node on the loopback, its data in the engines' folder; fault tests may pause, kill and restart it.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import getPort from 'get-port'
import { exists, type Progress } from './cache.ts'
import { findEngine, type ProcessPlace, send, spawnEngine, stopEngine, waitForEnd, waitUntilReady } from './engine-process.ts'
import { kafkaJars } from './kafka-jars.ts'
import { kafkaAnswers, portIsTaken } from './probe.ts'

const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 30_000
const CLUSTER_ID = 'ZGNtcy1sb2NhbC1rYWZrYQ' // any 16 bytes in base64url: "dcms-local-kafka"
const JVM = ['-Xms96m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:MaxDirectMemorySize=128m', '-Xshare:auto', '-Djava.awt.headless=true']
const LOGGING = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true']

export interface KafkaOptions {
  dataDir: string
  kafkaPort: number
  logDir?: string
  progress: Progress
}

export interface KafkaEngine {
  readonly brokers: string
  readonly port: number
  /** Changes with a restart; undefined while it is stopped. */
  pid(): Promise<number | undefined>
  /** True when it ran already and was not started by this call. */
  readonly attached: boolean
  /** Stands still without closing a connection (SIGSTOP), as a hung machine does. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** SIGKILL: no goodbye. */
  kill(): Promise<void>
  stop(): Promise<void>
  /** Starts again (after a stop when it still runs) on the same port and data. */
  restart(): Promise<void>
}

export function kafkaPlace(dataDir: string, logDir = join(dataDir, 'logs')): ProcessPlace & { home: string } {
  return { home: join(dataDir, 'kafka'), pidFile: join(dataDir, 'kafka.pid'), logFile: join(logDir, 'kafka.log') }
}

/** Attaches to the Kafka that runs under this folder, else starts one. */
export async function startKafka(options: KafkaOptions): Promise<KafkaEngine> {
  const place = kafkaPlace(options.dataDir, options.logDir)
  const running = await runningKafka(options.dataDir)
  const port = running?.port ?? options.kafkaPort
  if (!running) await launch(options, port)
  const signal = async (name: NodeJS.Signals) => {
    const pid = await findEngine(place.pidFile)
    if (pid !== undefined) send(pid, name)
    return pid
  }
  return {
    brokers: `127.0.0.1:${port}`,
    port,
    attached: running !== undefined,
    pid: () => findEngine(place.pidFile),
    pause: async () => void (await signal('SIGSTOP')),
    resume: async () => void (await signal('SIGCONT')),
    kill: async () => {
      const pid = await signal('SIGKILL')
      if (pid !== undefined) await waitForEnd(pid, STOP_TIMEOUT_MS)
    },
    stop: () => stopKafka(options.dataDir),
    restart: async () => {
      await stopKafka(options.dataDir)
      await launch(options, port)
    },
  }
}

export async function stopKafka(dataDir: string): Promise<void> {
  await stopEngine(kafkaPlace(dataDir).pidFile, { signal: 'SIGTERM', timeoutMs: STOP_TIMEOUT_MS })
}

/** Running means: our process, and it answers. One that lives but does not answer is stopped by the next start. */
export async function runningKafka(dataDir: string): Promise<{ pid: number; port: number } | undefined> {
  const { pidFile, home } = kafkaPlace(dataDir)
  const pid = await findEngine(pidFile)
  if (pid === undefined) return undefined
  const config = await readFile(join(home, 'server.properties'), 'utf8').catch(() => '')
  const port = Number(config.match(/^advertised\.listeners=.*:(\d+)$/m)?.[1])
  return port && (await kafkaAnswers(port)) ? { pid, port } : undefined
}

async function launch(options: KafkaOptions, port: number): Promise<void> {
  const place = kafkaPlace(options.dataDir, options.logDir)
  const jars = await kafkaJars(options.progress)
  await stopEngine(place.pidFile, { signal: 'SIGTERM', timeoutMs: STOP_TIMEOUT_MS })
  if (await portIsTaken(port))
    throw new Error(`Port ${port} for Kafka is in use by another program: stop that program or choose another port.`)
  await mkdir(place.home, { recursive: true })
  const configFile = join(place.home, 'server.properties')
  const logs = join(place.home, 'data')
  await writeFile(configFile, serverProperties(port, await getPort({ host: '127.0.0.1' }), logs))
  if (!(await exists(join(logs, 'meta.properties')))) await format(jars, configFile, logs)
  const args = [...JVM, ...LOGGING, '-cp', `${jars}/*`, 'kafka.Kafka', configFile]
  await spawnEngine(place, { command: 'java', args, cwd: place.home })
  await waitUntilReady(place, 'Kafka', () => kafkaAnswers(port), READY_TIMEOUT_MS)
}

async function format(jars: string, configFile: string, logs: string): Promise<void> {
  await rm(logs, { recursive: true, force: true }) // a format that was interrupted
  await execa('java', [
    '-Xshare:auto',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    `${jars}/*`,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    CLUSTER_ID,
    '-c',
    configFile,
  ])
}

/** One node that is broker and controller; small internal topics so that it is up quickly. */
function serverProperties(port: number, controllerPort: number, logs: string): string {
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': logs,
    'auto.create.topics.enable': false,
    // After a kill -9 the broker is let in again only when its old session has run out (9 s by default).
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'log.cleaner.dedupe.buffer.size': 8_388_608, // the default of 128 MB would take a third of the small heap
    'log.cleaner.threads': 1,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
  }
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`
}
