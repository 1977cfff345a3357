// A local Kafka node on the loopback, alone or one of a cluster, its data in a folder; fault tests
// may pause, kill and restart it.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import getPort from 'get-port'
import { exists, type Progress } from './cache.ts'
import { findEngine, type ProcessPlace, send, spawnEngine, stopEngine, waitForEnd, waitUntilReady } from './engine-process.ts'
import { kafkaJars } from './kafka-jars.ts'
import { type KafkaNode, type SecuredListener, scramUsers, serverProperties } from './kafka-properties.ts'
import { fetchedJars } from './maven-jars.ts'
import { kafkaAnswers, portIsTaken } from './probe.ts'

/** Six seconds on an idle machine, half a minute beside three busy tests. */
const READY_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 30_000
const CLUSTER_ID = 'ZGNtcy1sb2NhbC1rYWZrYQ' // any 16 bytes in base64url: "dcms-local-kafka"
const JVM = ['-XX:+UseSerialGC', '-Xshare:auto', '-Djava.awt.headless=true']
const MEMORY_ALONE = ['-Xms96m', '-Xmx384m', '-XX:MaxDirectMemorySize=128m']
const MEMORY_OF_SEVERAL = ['-Xms64m', '-Xmx224m', '-XX:MaxDirectMemorySize=64m']
/** Half the processor time of a start; worth it where a node lives for minutes. */
const SHORT_LIVED = ['-XX:TieredStopAtLevel=1']
const LOGGING = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true']

export interface KafkaOptions {
  dataDir: string
  kafkaPort: number
  logDir?: string
  /** One of several; alone when left out. */
  node?: KafkaNode
  secured?: SecuredListener
  /** It lives for minutes only: quick to start rather than quick in the long run. */
  isShortLived?: boolean
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

/**
 * Running means: our process, and it answers. One that lives but does not answer is stopped by the
 * next start.
 */
export async function runningKafka(dataDir: string): Promise<{ pid: number; port: number } | undefined> {
  const { pidFile, home } = kafkaPlace(dataDir)
  const pid = await findEngine(pidFile)
  if (pid === undefined) return undefined
  const config = await readFile(join(home, 'server.properties'), 'utf8').catch(() => '')
  const port = Number(config.match(/^advertised\.listeners=PLAINTEXT:\/\/[^:]*:(\d+)/m)?.[1])
  return port && (await kafkaAnswers(port)) ? { pid, port } : undefined
}

async function launch(options: KafkaOptions, port: number): Promise<void> {
  const place = kafkaPlace(options.dataDir, options.logDir)
  const jars = await fetchedJars(kafkaJars, options.progress)
  await stopEngine(place.pidFile, { signal: 'SIGTERM', timeoutMs: STOP_TIMEOUT_MS })
  if (await portIsTaken(port))
    throw new Error(`Port ${port} for Kafka is in use by another program: stop that program or choose another port.`)
  await mkdir(place.home, { recursive: true })
  const configFile = join(place.home, 'server.properties')
  const logs = join(place.home, 'data')
  const { secured, node = await nodeAlone() } = options
  await writeFile(configFile, serverProperties({ port, node, logs, ...(secured && { secured }) }))
  if (!(await exists(join(logs, 'meta.properties')))) await format(jars, configFile, logs, secured)
  const machine = [...JVM, ...(node.nodes > 1 ? MEMORY_OF_SEVERAL : MEMORY_ALONE), ...(options.isShortLived ? SHORT_LIVED : [])]
  const args = [...machine, ...LOGGING, '-cp', `${jars}/*`, 'kafka.Kafka', configFile]
  await spawnEngine(place, { command: 'java', args, cwd: place.home })
  await waitUntilReady(place, 'Kafka', () => kafkaAnswers(port), READY_TIMEOUT_MS)
}

async function nodeAlone(): Promise<KafkaNode> {
  const controllerPort = await getPort({ host: '127.0.0.1' })
  return { id: 1, controllerPort, voters: `1@127.0.0.1:${controllerPort}`, nodes: 1 }
}

async function format(jars: string, configFile: string, logs: string, secured?: SecuredListener): Promise<void> {
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
    ...(secured ? scramUsers(secured) : []),
  ])
}
