// Jars fetched by Maven into the cache, and checked against recorded sums before every use.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cached, exists, type Progress } from './cache.ts'

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.9.0'
const ERROR_LINES = 15

/**
 * A set of jars: `pom.xml` in `folder` pins them, `jars.sha256` beside it has their sums in the
 * format of sha256sum.
 */
export interface MavenJars {
  /** Begins the name of the cache entry. */
  readonly name: string
  /** As people call it. */
  readonly product: string
  readonly version: string
  readonly folder: string
  /** How long fetching takes, for the progress line. */
  readonly seconds: number
}

export async function jarsMissing(jars: MavenJars, cache: string): Promise<boolean> {
  return !(await exists(join(cache, entryName(jars, await sumsOf(jars)))))
}

/**
 * The folder of the jars. They are hashed before every use: 0.1 s, and a damaged or exchanged jar
 * never runs.
 */
export async function fetchedJars(jars: MavenJars, progress: Progress): Promise<string> {
  const { product, version, seconds } = jars
  const sums = await sumsOf(jars)
  const title = `fetching ${product} ${version} (about ${seconds} s, once per machine)`
  const folder = await cached({ name: entryName(jars, sums), title, build: (target) => fetchJars(jars, target, sums) }, progress)
  await verifyJars(product, folder, sums)
  return folder
}

const sumsOf = ({ folder }: MavenJars): Promise<string> => readFile(join(folder, 'jars.sha256'), 'utf8')

const entryName = ({ name, version }: MavenJars, sums: string): string =>
  `${name}-${version}-${createHash('sha256').update(sums).digest('hex').slice(0, 12)}`

async function fetchJars({ product, folder }: MavenJars, target: string, sums: string): Promise<void> {
  const args = ['-B', '-C', '-f', join(folder, 'pom.xml'), `${PLUGIN}:copy-dependencies`, '-DincludeScope=runtime']
  const run = await execa('mvn', [...args, `-DoutputDirectory=${target}`], { reject: false, all: true })
  if (run.exitCode !== 0) {
    const end = (run.all ?? '').split('\n').slice(-ERROR_LINES).join('\n')
    throw new Error(`${product} could not be fetched with Maven: is a Maven repository reachable?\n${end}`)
  }
  await verifyJars(product, target, sums)
}

/**
 * `expected` is in the format of sha256sum. Missing, changed and additional jars are all refused.
 */
export async function verifyJars(product: string, folder: string, expected: string): Promise<void> {
  const wanted = new Map([...expected.matchAll(/^([0-9a-f]{64}) [ *](\S+)$/gm)].map(([, sum = '', name = '']) => [name, sum]))
  const present = (await readdir(folder)).filter((name) => name.endsWith('.jar'))
  const wrong = [...wanted.keys()].filter((name) => !present.includes(name)).concat(present.filter((name) => !wanted.has(name)))
  for (const name of present) {
    const sum = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
    if (wanted.has(name) && wanted.get(name) !== sum) wrong.push(name)
  }
  if (wrong.length > 0)
    throw new Error(`The jars of ${product} do not have the recorded SHA-256 sums (${wrong.join(', ')}): delete ${folder} and start again.`)
}
