// The programs that the local engines and some tests need: found, checked for their version,
// installed where we may, or named in one clear sentence.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheDir, lockFolder, type Progress, timed, withLock } from './cache.ts'

export type Tool = 'java' | 'mvn' | 'go' | 'mmdebstrap' | 'python3'

const JAVA_MIN = 17
/** From 1.21 on, Go fetches the newer toolchain that FerretDB asks for by itself. */
const GO_MIN = 1.21

interface Need {
  versionArgs: string[]
  works(output: string): boolean
  /** Debian packages to try in this order. */
  packages: string[]
  remedy: string
}

const needs: Record<Tool, Need> = {
  java: {
    versionArgs: ['-version'],
    works: (output) => (javaMajor(output) ?? 0) >= JAVA_MIN,
    packages: ['openjdk-17-jre-headless', 'openjdk-21-jre-headless', 'default-jre-headless'],
    remedy: `Java ${JAVA_MIN} or newer is needed for Kafka: install a JDK ${JAVA_MIN} (or newer) and put it on the PATH.`,
  },
  mvn: {
    versionArgs: ['-v'],
    works: (output) => output.includes('Apache Maven'),
    packages: ['maven'],
    remedy: 'Maven is needed to fetch Kafka: install Apache Maven 3.8 or newer and put it on the PATH.',
  },
  go: {
    versionArgs: ['version'],
    works: (output) => (goVersion(output) ?? 0) >= GO_MIN,
    packages: ['golang-go'],
    remedy: `Go ${GO_MIN} or newer is needed to build FerretDB: install it from your distribution's backports or Go's download page.`,
  },
  mmdebstrap: {
    versionArgs: ['--version'],
    works: (output) => output.includes('mmdebstrap'),
    packages: ['mmdebstrap'],
    remedy:
      'mmdebstrap is needed to unpack PostgreSQL: on Debian or Ubuntu install the package mmdebstrap; elsewhere use Docker or set MONGO_URL and KAFKA_BROKERS.',
  },
  python3: {
    versionArgs: ['--version'],
    works: (output) => /^Python 3\.(9|\d\d)\b/.test(output),
    packages: ['python3'],
    remedy: 'Python 3.9 or newer is needed for generated clients and peers in tests: install python3 and put it on the PATH.',
  },
}

export function javaMajor(output: string): number | undefined {
  const version = output.match(/version "(?:1\.)?(\d+)/)?.[1]
  return version ? Number(version) : undefined
}

/** 1.9 is older than 1.21, so the minor part is compared as a number of two digits. */
export function goVersion(output: string): number | undefined {
  const [, major, minor] = output.match(/go(\d+)\.(\d+)/) ?? []
  return major && minor ? Number(`${major}.${minor.padStart(2, '0')}`) : undefined
}

/**
 * Makes sure that all tools are there; throws one sentence with the remedy for each that is not.
 */
export async function ensureTools(tools: Tool[], progress: Progress): Promise<void> {
  let missing = await missingTools(tools)
  if (missing.length > 0 && (await canInstall())) {
    await mayInstall(missing, progress)
    missing = await missingTools(missing)
  }
  if (missing.length > 0) throw new Error(missing.map((tool) => needs[tool].remedy).join('\n'))
}

/** Those that are not there, or too old. */
export async function missingTools(tools: Tool[]): Promise<Tool[]> {
  const found = await Promise.all(
    tools.map(async (tool) => {
      const need = needs[tool]
      const run = await execa(tool, need.versionArgs, { reject: false, all: true })
      return need.works(run.all ?? '')
    }),
  )
  return tools.filter((_, i) => !found[i])
}

async function canInstall(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return process.getuid?.() === 0 && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release)
}

async function mayInstall(missing: Tool[], progress: Progress): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const apt = ['-q', '-o', 'DPkg::Lock::Timeout=120']
  await withLock(join(await lockFolder(cacheDir()), 'apt'), () =>
    timed(`installing with apt-get: ${missing.join(', ')} (once per machine)`, progress, async () => {
      await execa('apt-get', [...apt, 'update'], { env, reject: false }) // one broken source must not hide the others
      for (const tool of missing) {
        for (const name of needs[tool].packages) {
          const run = await execa('apt-get', [...apt, 'install', '-y', '--no-install-recommends', name], { env, reject: false })
          if (run.exitCode === 0 && (await missingTools([tool])).length === 0) break
        }
      }
    }),
  )
}
