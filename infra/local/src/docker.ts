// The engines as containers of the repository's docker-compose.yml, where a Docker engine answers.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { execa } from 'execa'

const REPOSITORY = join(import.meta.dirname, '../../..')
const ANSWER_TIMEOUT_MS = 5_000

export interface DockerEngines {
  dataDir: string
  mongoPort: number
  kafkaPort: number
  parts: readonly ('mongo' | 'kafka')[]
}

interface Container {
  Service: string
  Publishers?: { PublishedPort: number }[]
}

export async function dockerAnswers(): Promise<boolean> {
  const run = await execa('docker', ['info', '--format', '{{.ServerVersion}}'], { reject: false, timeout: ANSWER_TIMEOUT_MS })
  return run.exitCode === 0 && run.stdout !== ''
}

/**
 * One compose project per data folder, so that the tests' engines are others than those of npm
 * start.
 */
export function composeProject(dataDir: string): string {
  return `dcms-${createHash('sha256').update(dataDir).digest('hex').slice(0, 10)}`
}

export async function composeUp({ dataDir, mongoPort, kafkaPort, parts }: DockerEngines): Promise<void> {
  const env = { MONGO_PORT: String(mongoPort), KAFKA_PORT: String(kafkaPort) }
  await compose(dataDir, ['up', '-d', '--wait', ...parts], env)
}

export async function composeStop(dataDir: string): Promise<void> {
  await compose(dataDir, ['stop'])
}

export async function composeReset(dataDir: string): Promise<void> {
  await compose(dataDir, ['down', '-v'])
}

/**
 * The ports on which the containers of this folder are reached; undefined for one that does not
 * run.
 */
export async function composePorts(dataDir: string): Promise<{ mongo?: number; kafka?: number }> {
  const run = await execa('docker', ['compose', '-p', composeProject(dataDir), 'ps', '--format', 'json'], {
    cwd: REPOSITORY,
    reject: false,
  })
  const ports: { mongo?: number; kafka?: number } = {}
  // One object per line, or one array in older versions.
  const listed =
    run.exitCode === 0
      ? run.stdout
          .split('\n')
          .filter(Boolean)
          .flatMap((line) => JSON.parse(line) as Container | Container[])
      : []
  for (const { Service, Publishers } of listed) {
    const port = Publishers?.find(({ PublishedPort }) => PublishedPort > 0)?.PublishedPort
    if (port && (Service === 'mongo' || Service === 'kafka')) ports[Service] = port
  }
  return ports
}

async function compose(dataDir: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  const run = await execa('docker', ['compose', '-p', composeProject(dataDir), ...args], { cwd: REPOSITORY, env, reject: false, all: true })
  if (run.exitCode !== 0) throw new Error(`docker compose ${args[0]} failed:\n${(run.all ?? '').split('\n').slice(-15).join('\n')}`)
}
