// Kafka's jars, fetched by Maven from ../kafka/pom.xml into the cache and checked against ../kafka/jars.sha256.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cached, exists, type Progress } from './cache.ts'

const VERSION = '4.1.2'
const FOLDER = join(import.meta.dirname, '../kafka')
const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.9.0'

export async function kafkaJarsMissing(cache: string): Promise<boolean> {
  return !(await exists(join(cache, await entryName())))
}

/** The folder of the jars. They are hashed before every use: 0.1 s, and a damaged or exchanged jar never runs. */
export async function kafkaJars(progress: Progress): Promise<string> {
  const expected = await readFile(join(FOLDER, 'jars.sha256'), 'utf8')
  const title = `fetching Apache Kafka ${VERSION} (about 10 s, once per machine)`
  const folder = await cached({ name: await entryName(), title, build: (target) => fetchJars(target, expected) }, progress)
  await verifyJars(folder, expected)
  return folder
}

async function entryName(): Promise<string> {
  const list = await readFile(join(FOLDER, 'jars.sha256'))
  return `kafka-${VERSION}-${createHash('sha256').update(list).digest('hex').slice(0, 12)}`
}

async function fetchJars(folder: string, expected: string): Promise<void> {
  const args = [
    '-B',
    '-C',
    '-f',
    join(FOLDER, 'pom.xml'),
    `${PLUGIN}:copy-dependencies`,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${folder}`,
  ]
  const run = await execa('mvn', args, { reject: false, all: true })
  if (run.exitCode !== 0)
    throw new Error(
      `Kafka could not be fetched with Maven: is a Maven repository reachable?\n${(run.all ?? '').split('\n').slice(-15).join('\n')}`,
    )
  await verifyJars(folder, expected)
}

/** `expected` is in the format of sha256sum. Missing, changed and additional jars are all refused. */
export async function verifyJars(folder: string, expected: string): Promise<void> {
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
    throw new Error(`Kafka's jars do not have the recorded SHA-256 sums (${wrong.join(', ')}): delete ${folder} and start again.`)
}
