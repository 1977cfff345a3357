// npm test: starts engines for the tests alone (none for --rules), runs jest against them, searches
// what they left for card data, ends with one line of counts.
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, type ResultPromise } from 'execa'
import getPort from 'get-port'
import { exists } from './cache.ts'
import { isAlive } from './engine-process.ts'
import { type Engines, resetEngines, startEngines, stopEngines } from './engines.ts'
import { clockAt, datedSuites, OTHER_DAY, whichClock } from './moved-clock.ts'
import { BEYOND_RULES } from './test-kinds.ts'
import { addCounts, countTests, isSuccess, summaryLine, type TestCounts } from './test-summary.ts'

const repository = join(import.meta.dirname, '../../..')
const runs = join(repository, '.dcms/test-engines')
/**
 * Each run has its own folder, named by its process: two runs at once do not meet, and a dead run's
 * folder is known by its pid.
 */
const dataDir = join(runs, String(process.pid))
/** Processes that tests start write their logs below it; a name that the leak scan knows. */
const logsDir = join(dataDir, 'process-logs')
const progress = (line: string) => console.log(line)
const WORKERS = 3
const asked = process.argv.slice(2)
const isWholeRun = asked.length === 0
/** Rules by plain calls need no engines. */
const RULES = '--rules'
const isRules = asked.includes(RULES)
const TIMED_TESTS = 'infra/chaos/test/neighbours/'
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

let jest: ResultPromise | undefined
let interrupted = false

/**
 * Ctrl-C reaches jest by itself; here it only decides that the run ends, in order, with the engines
 * stopped.
 */
for (const signal of signals) {
  process.on(signal, () => {
    interrupted = true
    jest?.kill('SIGTERM')
  })
}

const counts = await (isRules ? runRules() : run()).catch((problem: Error): TestCounts => {
  console.error(problem.message)
  return { passed: 0, failed: 1, skipped: 0 }
})
if (interrupted) console.error('The run was interrupted.')
for (const failure of counts.failures ?? []) console.error(`failed: ${failure.replace(`${repository}/`, '')}`)
// Written before the exit, whatever else holds the process.
process.stdout.write(`${summaryLine(counts)}\n`, () => process.exit(isSuccess(counts) ? 0 : 1))

async function run(): Promise<TestCounts> {
  await clearDeadRuns()
  const engines = await startTestEngines()
  const secretsDir = await mkdtemp(join(tmpdir(), 'dcms-tests-')) // apart from what is searched
  const ledgerFile = join(secretsDir, 'secrets')
  try {
    if (interrupted) return { passed: 0, failed: 1, skipped: 0 }
    let counts: TestCounts = { passed: 0, failed: 0, skipped: 0 }
    for (const jestRun of isWholeRun ? wholeRun() : [asAsked()]) {
      progress(`tests: ${jestRun.what}`)
      counts = addCounts(counts, await runJest(engines, secretsDir, ledgerFile, jestRun))
      if (interrupted) return counts
    }
    return addCounts(counts, await searchForLeaks(engines, ledgerFile))
  } finally {
    await stopAll(engines)
    await rm(secretsDir, { recursive: true, force: true })
  }
}

/** What needs nothing but Node, in seconds. */
async function runRules(): Promise<TestCounts> {
  const folder = await mkdtemp(join(tmpdir(), 'dcms-tests-'))
  try {
    const args = [`--testPathIgnorePatterns=/node_modules/`, '--testPathIgnorePatterns=/.dcms/', `--testPathIgnorePatterns=${BEYOND_RULES}`]
    // What is asked for stands first: jest takes what follows a list for more of it.
    const ofRun = [...asked.filter((each) => each !== RULES), ...args]
    return await runJest(undefined, folder, undefined, {
      name: 'rules',
      what: 'rules',
      args: ofRun,
      workers: availableParallelism(), // they wait for nothing, and each worker loads the product once
      nodeFlags: ['--single-threaded'], // every core has a worker; V8's own threads would only wait for each other
      environment: whichClock(),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function stopAll(engines: Engines): Promise<void> {
  await engines.stop()
  await stopNested(dataDir)
}

/** Counts as tests: that the search finds what was planted, and that it finds nothing else. */
async function searchForLeaks(engines: Engines, ledgerFile: string): Promise<TestCounts> {
  try {
    const { startLeakScan } = await import('@dcms/leak-scan') // loaded when needed: rules are not searched
    const scan = await startLeakScan({ folder: dataDir, logsDir, engines, ledgerFile })
    await stopAll(engines) // the database now writes what it still had in memory
    const report = await scan?.finish()
    const lines = report?.lines ?? ['skipped: these tests used neither database nor Kafka nor processes']
    progress(['leak scan', ...lines.map((line) => `  ${line}`)].join('\n'))
    return { passed: report?.passed ?? 0, failed: report?.failed ?? 0, skipped: 0 }
  } catch (problem) {
    console.error('The leak scan could not be done.', problem)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

/** What earlier runs left: data kept for a look at it, and engines of runs that were killed. */
async function clearDeadRuns(): Promise<void> {
  const names = await readdir(runs).catch(() => [])
  for (const name of names.filter((name) => !isAlive(Number(name)))) {
    await stopNested(join(runs, name))
    await resetEngines(join(runs, name))
  }
}

/** A fault test may run a Kafka of its own in a folder below the run's. */
async function stopNested(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    if (await exists(join(folder, name, 'kafka.pid'))) await stopEngines(join(folder, name))
  }
}

async function startTestEngines(): Promise<Engines> {
  const begun = performance.now()
  const host = '127.0.0.1'
  const engines = await startEngines({ dataDir, mongoPort: await getPort({ host }), kafkaPort: await getPort({ host }), progress })
  progress(`tests: engines ready in ${((performance.now() - begun) / 1000).toFixed(1)} s (${engines.kind})`)
  return engines
}

/** One run of jest. */
interface JestRun {
  /** Names its files. */
  name: string
  what: string
  args: readonly string[]
  workers: number
  nodeFlags?: readonly string[]
  environment: Readonly<Record<string, string>>
}

function asAsked(): JestRun {
  return { name: 'asked', what: 'those asked for', args: asked, workers: WORKERS, environment: whichClock() }
}

/**
 * All tests side by side; then those that time a bank beside its neighbour, which need the machine
 * for themselves; then once more what deals with dates, as if it were the last half minute of a
 * leap day in India, so that no test passes today only.
 */
function wholeRun(): readonly JestRun[] {
  const sideBySide = ['/node_modules/', '/.dcms/', TIMED_TESTS].map((pattern) => `--testPathIgnorePatterns=${pattern}`)
  return [
    { name: 'all', what: 'all but the timed ones', args: sideBySide, workers: WORKERS, environment: whichClock() },
    { name: 'timed', what: 'the timed ones, one at a time', args: [TIMED_TESTS], workers: 1, environment: whichClock() },
    {
      name: 'dated',
      what: `once more with the clock at ${OTHER_DAY.toISOString()}`,
      args: [...datedSuites],
      workers: WORKERS,
      environment: clockAt(OTHER_DAY),
    },
  ]
}

async function runJest(
  engines: Engines | undefined,
  folder: string,
  ledgerFile: string | undefined,
  { name, args: ofRun, workers, nodeFlags = [], environment }: JestRun,
): Promise<TestCounts> {
  const reportFile = join(folder, `report-${name}.json`)
  const args = [
    '--experimental-vm-modules',
    '--max-semi-space-size=64', // each file evaluates all it imports anew, most of which is soon garbage
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
    ...nodeFlags,
    'node_modules/jest/bin/jest.js',
  ]
  // Most tests wait for processes they started, so more workers than cores pay. A test that leaves
  // something open does not hold the run up.
  args.push('--json', `--outputFile=${reportFile}`, `--maxWorkers=${workers}`, '--forceExit', ...ofRun)
  const env = {
    ...(engines && { MONGO_URL: engines.mongoUrl, KAFKA_BROKERS: engines.kafkaBrokers }),
    ...(ledgerFile && { DCMS_SECRET_LEDGER: ledgerFile }),
    // Tests start processes by the hundred: what Node made of the sources once is not made again.
    NODE_COMPILE_CACHE: join(repository, '.dcms/compile-cache'),
    DCMS_ENGINES_DIR: dataDir,
    DCMS_TEST_LOGS_DIR: logsDir,
    ...environment,
  }
  await mkdir(logsDir, { recursive: true })
  jest = execa(process.execPath, args, {
    cwd: repository,
    env,
    reject: false,
    stdin: 'inherit',
    stdout: { file: join(logsDir, `jest-${name}.log`) }, // what services log that run inside a test; for people jest writes to standard error
    stderr: 'inherit',
    buffer: false,
  })
  const { exitCode } = await jest
  const report = await readFile(reportFile, 'utf8').catch(() => undefined)
  const counts = countTests(report, exitCode ?? 1)
  return interrupted && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}
