// The local document database: DocumentDB on PostgreSQL (in a root of its own, by a Unix socket)
// with FerretDB in front of it.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { exists, type Progress } from './cache.ts'
import { DATA_INSIDE, debianRoot, extensionSettings, POSTGRES_BIN } from './debian-root.ts'
import { findEngine, logTail, type ProcessPlace, pause, send, spawnEngine, stopEngine, waitUntilReady } from './engine-process.ts'
import { ferretdbBinary } from './ferretdb-binary.ts'
import { mongoAnswers, portIsTaken } from './probe.ts'

const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 30_000
const CRASH_TIMEOUT_MS = 10_000

export interface DocumentDatabaseOptions {
  dataDir: string
  mongoPort: number
  logDir?: string
  progress: Progress
}

export interface DocumentDatabase {
  url: string
  attached: boolean
}

function places(dataDir: string, logDir = join(dataDir, 'logs')) {
  const postgres = { pidFile: join(dataDir, 'postgres.pid'), logFile: join(logDir, 'postgres.log'), home: join(dataDir, 'postgres') }
  const ferretdb = { pidFile: join(dataDir, 'ferretdb.pid'), logFile: join(logDir, 'ferretdb.log'), home: join(dataDir, 'ferretdb') }
  return { postgres, ferretdb }
}

export async function startDocumentDatabase(options: DocumentDatabaseOptions): Promise<DocumentDatabase> {
  const running = await runningDocumentDatabase(options.dataDir)
  if (running) return { url: mongoUrl(running.port), attached: true }
  const { postgres, ferretdb } = places(options.dataDir, options.logDir)
  const [{ root, template }, binary] = await Promise.all([debianRoot(options.progress), ferretdbBinary(options.progress)])
  await stopEngine(ferretdb.pidFile, { signal: 'SIGTERM', timeoutMs: STOP_TIMEOUT_MS })
  if (await portIsTaken(options.mongoPort)) {
    throw new Error(
      `Port ${options.mongoPort} for the document database is in use by another program: stop that program or choose another port.`,
    )
  }
  if ((await findEngine(postgres.pidFile)) === undefined) await startPostgres(postgres, root, template)
  await startFerretdb(ferretdb, options, binary)
  return { url: mongoUrl(options.mongoPort), attached: false }
}

export async function stopDocumentDatabase(dataDir: string): Promise<void> {
  const { postgres, ferretdb } = places(dataDir)
  await stopEngine(ferretdb.pidFile, { signal: 'SIGTERM', timeoutMs: 5_000 })
  await stopEngine(postgres.pidFile, { signal: 'SIGINT', timeoutMs: STOP_TIMEOUT_MS }) // SIGINT: sessions are ended, data is written
}

/** Running means: both processes are ours, and a question that needs both is answered. */
export async function runningDocumentDatabase(dataDir: string): Promise<{ pid: number; postgresPid: number; port: number } | undefined> {
  const { postgres, ferretdb } = places(dataDir)
  const [postgresPid, pid] = await Promise.all([findEngine(postgres.pidFile), findEngine(ferretdb.pidFile)])
  if (pid === undefined || postgresPid === undefined) return undefined
  const port = Number(await readFile(join(ferretdb.home, 'port'), 'utf8').catch(() => ''))
  return port && (await mongoAnswers(port)) ? { pid, postgresPid, port } : undefined
}

function mongoUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/?directConnection=true`
}

type Place = ProcessPlace & { home: string }

async function startPostgres(place: Place, root: string, template: string): Promise<void> {
  await prepareData(place.home, template)
  await clearAfterCrash(place.home)
  // The data directory is mounted into the root in a mount namespace of the server alone: it
  // vanishes with the process. $0 is the root, $1 the data outside, $2 the data inside, $3 the
  // server.
  const script = 'mount --bind "$1" "$0$2" && exec chroot --userspec=postgres "$0" "$3" -D "$2"'
  const args = ['--mount', 'sh', '-c', script, root, place.home, DATA_INSIDE, `${POSTGRES_BIN}/postgres`]
  await spawnEngine(place, { command: 'unshare', args, cwd: '/', env: { LC_ALL: 'C', TZ: 'UTC' } })
  try {
    await waitUntilReady(place, 'PostgreSQL', () => acceptsConnections(place), READY_TIMEOUT_MS)
  } catch (problem) {
    if (!/unshare failed|mount:.*(denied|not permitted)/i.test(await logTail(place.logFile))) throw problem
    throw new Error(
      'This machine does not allow mounting, which the local document database needs: use Docker, or set MONGO_URL and KAFKA_BROKERS.',
    )
  }
}

/** Copies the prepared data directory on first use; refuses data of another PostgreSQL. */
async function prepareData(home: string, template: string): Promise<void> {
  if (!(await exists(home))) {
    const copy = `${home}.new`
    await rm(copy, { recursive: true, force: true })
    await mkdir(join(home, '..'), { recursive: true })
    await execa('cp', ['-a', '--reflink=auto', template, copy])
    await rename(copy, home)
  }
  const [have, want] = await Promise.all([home, template].map((folder) => readFile(join(folder, 'PG_VERSION'), 'utf8')))
  if (have !== want)
    throw new Error(`The data in ${home} is of PostgreSQL ${have?.trim()}, not ${want?.trim()}: npm run infra -- reset deletes it.`)
  await writeFile(join(home, 'postgresql.conf'), postgresSettings())
}

/**
 * The server's own lock files survive a kill -9 and name a pid that may since belong to somebody
 * else, so they are removed here, once it is certain that no process works in the data directory
 * any more: a killed server's children need a moment to notice.
 */
async function clearAfterCrash(home: string): Promise<void> {
  const deadline = performance.now() + CRASH_TIMEOUT_MS
  for (let left = await processesIn(home); left.length > 0; left = await processesIn(home)) {
    if (performance.now() > deadline) throw new Error(`Processes ${left.join(', ')} still work in ${home}: end them and start again.`)
    for (const pid of left) send(pid, 'SIGQUIT') // an immediate end, which the write-ahead log makes good
    await pause(50)
  }
  for (const name of ['postmaster.pid', '.s.PGSQL.5432', '.s.PGSQL.5432.lock']) await rm(join(home, name), { force: true })
}

/**
 * By working directory, which every PostgreSQL process has in its data; its number is the same
 * inside and outside the mount.
 */
async function processesIn(home: string): Promise<number[]> {
  const { dev, ino } = await stat(home)
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 1)
  const inside = await Promise.all(
    pids.map((pid) =>
      stat(`/proc/${pid}/cwd/`)
        .then((cwd) => cwd.dev === dev && cwd.ino === ino)
        .catch(() => false),
    ),
  )
  return pids.filter((_, i) => inside[i])
}

/** What the server itself notes; a note left by a crashed one carries another pid. */
async function acceptsConnections({ home, pidFile }: Place): Promise<boolean> {
  const lines = (await readFile(join(home, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  return lines[7]?.trim() === 'ready' && Number(lines[0]) === (await findEngine(pidFile))
}

function postgresSettings(): string {
  return [
    ...extensionSettings,
    "listen_addresses = ''",
    `unix_socket_directories = '${DATA_INSIDE}'`,
    `documentdb.localhost_connection_string = 'host=${DATA_INSIDE}'`,
    'cron.use_background_workers = on', // else its jobs (TTL, index builds) connect over TCP, which is off
    'cron.log_run = off',
    'cron.log_statement = off',
    'max_worker_processes = 24',
    'max_connections = 200',
    'shared_buffers = 160MB',
    'max_wal_size = 512MB',
    'jit = off',
    'fsync = on',
    'synchronous_commit = on',
    'full_page_writes = on',
    'log_min_messages = warning',
    '',
  ].join('\n')
}

async function startFerretdb(place: Place, options: DocumentDatabaseOptions, binary: string): Promise<void> {
  await mkdir(place.home, { recursive: true })
  await writeFile(join(place.home, 'port'), String(options.mongoPort))
  const env = {
    // A socket's path may have 107 characters; this way it is short wherever the data is.
    FERRETDB_POSTGRESQL_URL: 'postgres://postgres@/postgres?host=/proc/self/cwd/postgres',
    FERRETDB_LISTEN_ADDR: `127.0.0.1:${options.mongoPort}`,
    FERRETDB_STATE_DIR: place.home,
    DO_NOT_TRACK: '1',
  }
  await spawnEngine(place, { command: binary, args: [], cwd: options.dataDir, env })
  await waitUntilReady(place, 'FerretDB', () => mongoAnswers(options.mongoPort), READY_TIMEOUT_MS)
}
