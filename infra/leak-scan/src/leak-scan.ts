// The search at the end of `npm test`: while the engines run, topics and documents; when they are
// stopped, all files of the run.
import { globSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Broker } from '@dcms/events'
import mongoose, { type mongo } from 'mongoose'
import { pino } from 'pino'
import { databaseNames, type SearchedDocuments, searchDocuments } from './documents.ts'
import { type Finding, findingLine, type Place } from './finding.ts'
import { type SearchedMessages, searchMessages } from './messages.ts'
import { judge, PLANTED, type Planted, plant, unearth } from './planting.ts'
import { searchFiles } from './run-files.ts'
import { Searcher } from './searcher.ts'
import { readLedger } from './secret.ts'

const LINES_MAX = 40
const tenants = join(import.meta.dirname, '..', '..', 'tenants')

export interface ScanOptions {
  /**
   * The run's folder: logs, and the data of engines that were started locally. Everything in it is
   * searched.
   */
  folder: string
  /** Logs of the processes that tests started; inside `folder`. */
  logsDir: string
  engines: { mongoUrl: string; kafkaBrokers: string; kind: 'local' | 'docker' | 'given' }
  /** Where tests noted secrets, see `usedSecret`. */
  ledgerFile: string
}

export interface ScanReport {
  /** Lines for people. */
  lines: string[]
  passed: number
  failed: number
}

/** What was searched while the engines ran; `finish` searches the files once they are stopped. */
export interface RunningScan {
  finish(): Promise<ScanReport>
}

/** The BINs of the banks that tests use. */
export function testBins(): string[] {
  const definitions = globSync('*.json', { cwd: tenants }).map(
    (file) => JSON.parse(readFileSync(join(tenants, file), 'utf8')) as { bins: { bin: string }[] },
  )
  return [...new Set(definitions.flatMap(({ bins }) => bins.map(({ bin }) => bin)))]
}

/**
 * Plants secrets, then searches what can be read only from running engines.
 * @returns null when no test used the engines, so that there is nothing to search
 */
export async function startLeakScan(options: ScanOptions): Promise<RunningScan | null> {
  const { mongoUrl, kafkaBrokers } = options.engines
  const begun = performance.now()
  const brokerOf = (installation: string): Broker =>
    new Broker({ brokers: kafkaBrokers, clientId: 'leak-scan', installation, logger: pino({ level: 'silent' }) })
  const broker = brokerOf('')
  const connection = await mongoose.createConnection(mongoUrl).asPromise()
  try {
    const client = connection.getClient()
    if (!(await wereUsed(options, client, broker))) return null
    const [bin = '', ...otherBins] = testBins()
    const planted = await plant(bin, { logsDir: options.logsDir, broker: brokerOf, client })
    const secrets = [...(await readLedger(options.ledgerFile)), ...Object.values(planted.secrets.noted)]
    const searcher = new Searcher(secrets, [bin, ...otherBins])
    const wanted = (name: string): boolean => !name.startsWith(PLANTED) || name.startsWith(planted.installation)
    const messages = await searchMessages(broker, searcher, wanted)
    const documents = await searchDocuments(client, searcher, wanted)
    if (options.engines.kind !== 'local') await unearth(planted, brokerOf, client)
    const runningMs = performance.now() - begun
    const notedCount = secrets.length - Object.keys(planted.secrets.noted).length
    return { finish: () => finish(options, { planted, searcher, messages, documents, notedCount, runningMs }) }
  } finally {
    await connection.close()
    await broker.stop()
  }
}

async function wereUsed({ logsDir }: ScanOptions, client: mongo.MongoClient, broker: Broker): Promise<boolean> {
  const logFolders = await readdir(logsDir, { withFileTypes: true }).catch(() => [])
  if (logFolders.some((entry) => entry.isDirectory())) return true
  return (await databaseNames(client, () => true)).length > 0 || (await broker.allTopics()).length > 0
}

interface Running {
  planted: Planted
  searcher: Searcher
  messages: SearchedMessages
  documents: SearchedDocuments
  notedCount: number
  runningMs: number
}

async function finish({ folder, engines }: ScanOptions, running: Running): Promise<ScanReport> {
  const begun = performance.now()
  const { planted, searcher, messages, documents, notedCount } = running
  const files = await searchFiles(folder, searcher)
  const places: Place[] = ['logs', 'topics', 'documents', ...(engines.kind === 'local' ? (['database files', 'Kafka files'] as const) : [])]
  const findings = [...messages.findings, ...documents.findings, ...files.findings]
  const { leaks, missed, found } = judge(findings, planted, places)
  const seconds = ((running.runningMs + performance.now() - begun) / 1000).toFixed(1)
  const what = `${Math.round(files.bytes / 1_000_000)} MB in ${files.files} files, ${documents.documents} documents, ${messages.messages} messages`
  const searched = `${what} searched for ${notedCount} noted secrets and by form in ${seconds} s`
  const lines = [
    `${missed.length === 0 ? '✓' : '✗'} the search finds what was planted (${found} of ${found + missed.length}, in ${places.join(', ')})`,
    ...missed.map((each) => `    not found: ${each}`),
    `${leaks.length === 0 ? '✓' : '✗'} no card data in logs, topics and database files (${searched})`,
    ...leakLines(leaks),
  ]
  if (engines.kind !== 'local') lines.push(`  not searched: files of the database and of Kafka, which are ${ownerOf(engines.kind)}`)
  const failed = Number(missed.length > 0) + Number(leaks.length > 0)
  return { lines, failed, passed: 2 - failed }
}

const ownerOf = (kind: 'docker' | 'given'): string =>
  kind === 'docker' ? 'inside the containers' : 'out of reach (MONGO_URL and KAFKA_BROKERS were given)'

function leakLines(leaks: readonly Finding[]): string[] {
  const lines = leaks.slice(0, LINES_MAX).map((leak) => `    ${findingLine(leak)}`)
  return leaks.length > LINES_MAX ? [...lines, `    and ${leaks.length - LINES_MAX} more`] : lines
}
