// The codec of ISO 8583 that tests hold packages/iso8583 against, as ../j8583 pins it.
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheDir, type Progress } from './cache.ts'
import { fetchedJars, jarsMissing, type MavenJars } from './maven-jars.ts'
import { missingTools, type Tool } from './tools.ts'

const jars: MavenJars = {
  name: 'j8583',
  product: 'j8583',
  version: '3.0.1',
  folder: join(import.meta.dirname, '../j8583'),
  seconds: 15,
}

/**
 * What is lacking on this machine to run a Java program with it, from its source: Java with its
 * compiler, or Maven where the jars are still to be fetched.
 */
export async function j8583Lacks(): Promise<(Tool | 'javac')[]> {
  const lacks: (Tool | 'javac')[] = await missingTools((await jarsMissing(jars, cacheDir())) ? ['java', 'mvn'] : ['java'])
  const { stdout } = await execa('java', ['--list-modules'], { reject: false })
  return (stdout ?? '').includes('jdk.compiler') ? lacks : [...lacks, 'javac']
}

/** The class path of its jars. */
export async function j8583(progress: Progress): Promise<string> {
  return join(await fetchedJars(jars, progress), '*')
}
