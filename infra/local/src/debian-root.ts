// PostgreSQL 18 with DocumentDB from Debian packages, unpacked into a root of its own, with a
// prepared data directory in it.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cached, exists, type Progress } from './cache.ts'
import { debianMirror } from './debian-mirror.ts'

const SUITE = 'forky'
const POSTGRES_MAJOR = '18'
const DOCUMENTDB_MAJOR = '1'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const ENTRY = `postgres-${POSTGRES_MAJOR}-documentdb-${DOCUMENTDB_MAJOR}`

export const POSTGRES_BIN = `/usr/lib/postgresql/${POSTGRES_MAJOR}/bin`
/** Where the data directory is seen inside the root. */
export const DATA_INSIDE = '/data'
/**
 * An initialised data directory with the extension in it: copying it is ten times quicker than
 * making one.
 */
const TEMPLATE_INSIDE = '/var/lib/dcms/template'

/** Settings that the extension needs both when it is made and when it runs. */
export const extensionSettings = [
  "shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'",
  "cron.database_name = 'postgres'",
  'dynamic_shared_memory_type = mmap',
]

export interface DebianRoot {
  root: string
  template: string
}

export async function debianRootMissing(cache: string): Promise<boolean> {
  return !(await exists(join(cache, ENTRY)))
}

export async function debianRoot(progress: Progress): Promise<DebianRoot> {
  const title = 'unpacking PostgreSQL 18 with DocumentDB (about 35 s, once per machine)'
  const root = await cached({ name: ENTRY, title, build }, progress)
  return { root, template: join(root, TEMPLATE_INSIDE) }
}

async function build(folder: string): Promise<void> {
  await unpack(folder)
  const versions = await installedVersions(folder)
  checkVersions(versions)
  await writeFile(join(folder, 'dcms-versions.json'), `${JSON.stringify(versions, null, 2)}\n`)
  await makeTemplate(folder)
}

async function unpack(folder: string): Promise<void> {
  const mirror = await debianMirror()
  if (!mirror) throw new Error('No Debian mirror found in the apt sources: set DCMS_DEBIAN_MIRROR to the URL of one.')
  if (!(await exists(KEYRING))) throw new Error('The Debian keyring is missing: install the package debian-archive-keyring.')
  const args = ['--variant=minbase', `--include=postgresql-${POSTGRES_MAJOR}-documentdb`, `--keyring=${KEYRING}`, '--format=directory']
  // Mirrors that serve a frozen state have an expired date; the signature is checked all the same.
  args.push('--aptopt=Acquire::Check-Valid-Until "false"', '--aptopt=APT::Install-Recommends "false"', ...(await aptProxies()))
  args.push(
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
  )
  // The package would make a database cluster that nobody uses.
  args.push(
    '--essential-hook=mkdir -p "$1/etc/postgresql-common" && echo "create_main_cluster = false" > "$1/etc/postgresql-common/createcluster.conf"',
  )
  // mmdebstrap ends when we are killed, so that nothing goes on writing into a folder that nobody
  // wants any more.
  const run = await execa('setpriv', ['--pdeathsig', 'TERM', 'mmdebstrap', ...args, SUITE, folder, mirror], {
    reject: false,
    all: true,
    env: { LC_ALL: 'C' },
  })
  if (run.exitCode !== 0) throw new Error(explainUnpacking(run.all ?? ''))
}

export function explainUnpacking(output: string): string {
  const tail = output.trim().split('\n').slice(-15).join('\n')
  if (/NO_PUBKEY|not signed|EXPKEYSIG|Missing key/i.test(output)) {
    return `The Debian packages could not be verified: update the package debian-archive-keyring (Debian 12 or newer has it right).\n${tail}`
  }
  if (/Unable to locate package/i.test(output)) {
    return `Debian ${SUITE} no longer has postgresql-${POSTGRES_MAJOR}-documentdb on this mirror: set DCMS_DEBIAN_MIRROR to one that has, use Docker, or set MONGO_URL and KAFKA_BROKERS.\n${tail}`
  }
  return `PostgreSQL could not be unpacked (mmdebstrap).\n${tail}`
}

/** A proxy that only apt knows of is handed on. */
async function aptProxies(): Promise<string[]> {
  const run = await execa('apt-config', ['dump', '--no-empty', '--format', '%f "%v";%n', 'Acquire::http::Proxy', 'Acquire::https::Proxy'], {
    reject: false,
  })
  return run.exitCode === 0
    ? run.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => `--aptopt=${line}`)
    : []
}

async function installedVersions(folder: string): Promise<Record<string, string>> {
  const status = await readFile(join(folder, 'var/lib/dpkg/status'), 'utf8')
  const packages = [...status.matchAll(/^Package: (.*)\n(?:.+\n)*?Version: (.*)$/gm)]
  return Object.fromEntries(packages.map(([, name = '', version = '']) => [name, version]))
}

export function checkVersions(versions: Record<string, string>): void {
  const postgres = versions[`postgresql-${POSTGRES_MAJOR}`] ?? 'none'
  const documentdb = versions[`postgresql-${POSTGRES_MAJOR}-documentdb`] ?? 'none'
  if (postgres.split('.')[0] !== POSTGRES_MAJOR) throw new Error(`PostgreSQL ${POSTGRES_MAJOR} is needed, but the mirror has ${postgres}.`)
  if (documentdb.split('.')[0] !== DOCUMENTDB_MAJOR)
    throw new Error(`DocumentDB ${DOCUMENTDB_MAJOR} is needed, but the mirror has ${documentdb}.`)
}

async function makeTemplate(folder: string): Promise<void> {
  const inside = (command: string[], input?: string) =>
    execa('chroot', ['--userspec=postgres', folder, ...command], { all: true, cwd: '/', ...(input ? { input } : {}) })
  await mkdir(join(folder, DATA_INSIDE), { recursive: true })
  await mkdir(join(folder, TEMPLATE_INSIDE), { recursive: true })
  await execa('chroot', [folder, 'chown', 'postgres:postgres', TEMPLATE_INSIDE])
  await inside([
    `${POSTGRES_BIN}/initdb`,
    '-D',
    TEMPLATE_INSIDE,
    '-U',
    'postgres',
    '--auth=trust',
    '--no-locale',
    '-E',
    'UTF8',
    '--no-instructions',
  ])
  await writeFile(join(folder, TEMPLATE_INSIDE, 'postgresql.conf'), `${extensionSettings.join('\n')}\n`)
  const made = await inside(
    [`${POSTGRES_BIN}/postgres`, '--single', '-D', TEMPLATE_INSIDE, 'postgres'],
    'create extension documentdb cascade;\n',
  )
  if (/\b(ERROR|FATAL):/.test(made.all ?? '')) throw new Error(`The DocumentDB extension could not be created.\n${made.all}`)
}
