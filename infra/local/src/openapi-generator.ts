// The generator of clients that tests of the reference run, as ../openapi-generator pins it.
import { join } from 'node:path'
import { cacheDir, type Progress } from './cache.ts'
import { fetchedJars, jarsMissing, type MavenJars } from './maven-jars.ts'
import { missingTools, type Tool } from './tools.ts'

const jars: MavenJars = {
  name: 'openapi-generator',
  product: 'OpenAPI Generator',
  version: '7.23.0',
  folder: join(import.meta.dirname, '../openapi-generator'),
  seconds: 30,
}

/**
 * What the generator lacks on this machine: Java, or Maven where the jar is still to be fetched.
 */
export async function openApiGeneratorLacks(): Promise<Tool[]> {
  return missingTools((await jarsMissing(jars, cacheDir())) ? ['java', 'mvn'] : ['java'])
}

/** The generator's jar, to be run with `java -jar`. */
export async function openApiGenerator(progress: Progress): Promise<string> {
  return join(await fetchedJars(jars, progress), `openapi-generator-cli-${jars.version}.jar`)
}
