// What the benches of whole installations stand on: engines of their own, one installation in them,
// one bank with high limits.
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { processNames, type TenantDefinition } from '@dcms/contract'
import { Broker } from '@dcms/events'
import { type Engines, startEngines } from '@dcms/local'
import { type Installation, type InstallationOptions, readTenantFile, type StartedName, startInstallation } from '@dcms/ops'
import { generateKeyPair } from '@dcms/sealing'
import { createLogger } from '@dcms/service'
import getPort from 'get-port'
import mongoose from 'mongoose'
import type { BankAccess } from './load.ts'
import type { Running } from './running.ts'

export const TENANT = 'BENCH_BANK'
const LIMITS = { requestsPerSecond: 1_000_000, burst: 1_000_000 }
const stateRoot = join(import.meta.dirname, '..', '..', '..', '.dcms')
export const benchEnginesDir = join(stateRoot, 'bench-engines')
export const definitionFile = join(import.meta.dirname, '..', '..', 'tenants', 'acme-bank.json')

export interface Surroundings {
  engines: Engines
  installation: Installation
  /** As many as were asked for. */
  copies: readonly Installation[]
  bank: BankAccess
}

export interface SurroundingsOptions {
  profileDir?: string | undefined
  services?: readonly StartedName[]
  environment?: Environments
  /**
   * Further processes of each kind that share store, topics and keys with the first, as in an
   * installation that may lose one.
   */
  copies?: readonly { environment: Environments }[]
}

type Environments = NonNullable<InstallationOptions['environment']>

/**
 * Starts everything under a name of its own, so that given engines may hold other installations;
 * all of it is removed at the end.
 */
export async function startSurroundings(running: Running, options: SurroundingsOptions = {}): Promise<Surroundings> {
  const { progress, cleanUp } = running
  const { profileDir, services = processNames, environment = {} } = options
  const engines = await startBenchEngines(running)
  const name = `bench${randomBytes(3).toString('hex')}`
  const stateDir = join(stateRoot, name)
  cleanUp(() => rm(stateDir, { recursive: true, force: true }))
  cleanUp(() => removeTraces(engines, name))
  const shared = { services, engines, stateDir, installation: name, ports: 'free', progress } as const
  const installation = await startInstallation({
    ...shared,
    environment: profileDir === undefined ? environment : profiled(services, environment, profileDir),
  })
  cleanUp(() => installation.stop())
  const copies: Installation[] = []
  for (const [at, copy] of (options.copies ?? []).entries()) {
    const started = await startInstallation({ ...shared, ...copy, logDir: join(stateDir, `logs-${at + 2}`) })
    cleanUp(() => started.stop())
    copies.push(started)
  }
  const bank = await addBank(installation)
  progress(`bank: ${TENANT} is set up`)
  return { engines, installation, copies, bank }
}

/** Node writes a profile when the process ends in order. */
function profiled(services: readonly StartedName[], environment: Environments, folder: string): Environments {
  const profile = (name: StartedName): string => `--cpu-prof --cpu-prof-dir=${folder} --cpu-prof-name=${name}.cpuprofile`
  return Object.fromEntries(services.map((name) => [name, { ...environment[name], NODE_OPTIONS: profile(name) }]))
}

/**
 * `MONGO_URL` and `KAFKA_BROKERS` when both are set, otherwise engines in `.dcms/bench-engines`,
 * stopped at the end.
 */
export async function startBenchEngines({ progress, cleanUp }: Running): Promise<Engines> {
  const engines = await startEngines({
    dataDir: benchEnginesDir,
    mongoPort: await getPort({ host: '127.0.0.1' }),
    kafkaPort: await getPort({ host: '127.0.0.1' }),
    progress,
  })
  cleanUp(() => engines.stop({ evenIfAttached: true })) // a bench that was killed may have left them; given engines are never stopped
  return engines
}

/**
 * A bank with high limits and a user. `change`: makes another bank of the definition, with BINs of
 * its own.
 */
export async function addBank(
  { operator, gatewayUrl, processes }: Installation,
  tenant = TENANT,
  change: (definition: TenantDefinition) => TenantDefinition = (definition) => ({ ...definition, tenant }),
): Promise<BankAccess> {
  const bank: BankAccess = {
    baseUrl: gatewayUrl,
    tenant,
    username: 'bench_client',
    password: randomBytes(18).toString('base64url'),
    clientKeys: { keys: [generateKeyPair('P-256', 'bench-p256'), generateKeyPair('X25519', 'bench-x25519')] },
  }
  const definition = await readTenantFile(definitionFile, bank.clientKeys)
  const waitFor = processNames.filter((name) => processes.has(name))
  await operator.applyTenant({ ...change(definition as TenantDefinition), limits: LIMITS }, { waitFor })
  await operator.addUser({ tenant, username: bank.username, password: bank.password, roles: ['API_CLIENT'] })
  return bank
}

/** Drops the databases and topics of the installation. */
async function removeTraces({ mongoUrl, kafkaBrokers }: Engines, name: string): Promise<void> {
  await withStore(mongoUrl, async (client) => {
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true })
    for (const database of databases.filter((each) => each.name.startsWith(`${name}_`))) await client.db(database.name).dropDatabase()
  })
  const broker = new Broker({ brokers: kafkaBrokers, clientId: 'bench', installation: name, logger: createLogger('bench', 'error') })
  await broker.withAdmin(async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${name}.`))
    if (topics.length > 0) await admin.deleteTopics({ topics })
    const { groups } = await admin.listGroups()
    const ours = groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(`${name}.`))
    if (ours.length > 0) await admin.deleteGroups(ours)
  })
}

/** Lends a connection with the write concern the product uses. */
export async function withStore<Result>(mongoUrl: string, work: (client: mongoose.mongo.MongoClient) => Promise<Result>): Promise<Result> {
  const client = await connectTo(mongoUrl)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** The driver alone, with the product's guarantees: majority and journal, primary reads. */
export const connectTo = (mongoUrl: string): Promise<mongoose.mongo.MongoClient> =>
  new mongoose.mongo.MongoClient(mongoUrl, {
    writeConcern: { w: 'majority', journal: true },
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    retryWrites: false,
    maxPoolSize: 64,
  }).connect()

/** Which engine answers, and its version. */
export async function storeVersion(client: mongoose.mongo.MongoClient): Promise<string> {
  const { version, ferretdb } = await client.db('admin').admin().buildInfo()
  const name: unknown = ferretdb?.version
  return typeof name === 'string' ? `FerretDB ${name}` : `MongoDB ${version}`
}
