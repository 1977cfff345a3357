// The processes of an installation: names, entry files, ports and the environment each is given.
import { createServer } from 'node:net'
import { join } from 'node:path'
import getPort from 'get-port'
import { type InstallationKeys, zoneKeyHolders } from './installation-keys.ts'

export type ProcessName = 'customer' | 'kit' | 'pin-preference' | 'gateway'

/** All processes, the gateway last: it is of use only when the others are there. */
export const processNames: readonly ProcessName[] = ['customer', 'kit', 'pin-preference', 'gateway']

/** What the launcher starts: DCMS itself and the outside world it talks to, simulated. The sandbox knows no tenants, callers or keys. */
export type StartedName = ProcessName | 'sandbox'

/** The sandbox first: services may ask it as soon as they run. */
export const startedNames: readonly StartedName[] = ['sandbox', ...processNames]

export const isStartedName = (text: string): text is StartedName => startedNames.some((name) => name === text)

export const isProcessName = (text: string): text is ProcessName => processNames.some((name) => name === text)

/** The root of the workspace. */
export const workspaceRoot = join(import.meta.dirname, '..', '..', '..', '..')

export function entryFile(name: StartedName): string {
  const folder = name === 'gateway' ? [name] : [name === 'sandbox' ? 'infra' : 'services', name]
  return join(workspaceRoot, ...folder, 'src', 'main.ts')
}

export interface Ports {
  port: number
  internalPort: number
}

export type AllPorts = Readonly<Record<StartedName, Ports>>

export const devPorts: AllPorts = {
  gateway: { port: 8080, internalPort: 8081 },
  customer: { port: 8110, internalPort: 8111 },
  kit: { port: 8120, internalPort: 8121 },
  'pin-preference': { port: 8130, internalPort: 8131 },
  sandbox: { port: 8190, internalPort: 8191 },
}

export const host = '127.0.0.1'

/** Free ports lie under the range that systems give to outgoing connections, so that none is lost between choosing and listening. */
const FREE_PORT_FIRST = 20_000
const FREE_PORT_LAST = 31_000
const CANDIDATES = 50

async function freePort(): Promise<number> {
  const candidates = Array.from(
    { length: CANDIDATES },
    () => FREE_PORT_FIRST + Math.floor(Math.random() * (FREE_PORT_LAST - FREE_PORT_FIRST)),
  )
  return getPort({ host, port: candidates, reserve: true })
}

export async function freePorts(): Promise<Record<StartedName, Ports>> {
  const pair = async (): Promise<Ports> => ({ port: await freePort(), internalPort: await freePort() })
  return { gateway: await pair(), customer: await pair(), kit: await pair(), 'pin-preference': await pair(), sandbox: await pair() }
}

/** Refuses with the port's number when one of the wanted ports is taken. */
export async function requireFree(names: readonly StartedName[], ports: AllPorts): Promise<void> {
  for (const name of names) {
    for (const wanted of [ports[name].port, ports[name].internalPort]) {
      if (!(await isFree(wanted)))
        throw new Error(
          `Port ${wanted}, which ${name} needs, is taken. End the program that listens there (another npm start?) and try again.`,
        )
    }
  }
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)))
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

export interface Engines {
  mongoUrl: string
  /** Comma-separated `host:port`. */
  kafkaBrokers: string
}

export interface Surroundings {
  engines: Engines
  /** Prefix of databases, topics and groups; empty for the dev installation. */
  installation: string
  ports: AllPorts
  keys: InstallationKeys
  logLevel: string
}

export const publicUrl = (ports: Ports): string => `http://${host}:${ports.port}`
export const internalUrl = (ports: Ports): string => `http://${host}:${ports.internalPort}`

/** Whose listeners a process calls. */
const calls: Readonly<Record<ProcessName, { public?: readonly ProcessName[]; internal?: readonly ProcessName[] }>> = {
  gateway: { public: ['customer', 'kit', 'pin-preference'] },
  customer: { internal: ['kit', 'pin-preference'] },
  kit: { internal: ['customer', 'pin-preference'] },
  'pin-preference': { internal: ['customer', 'kit'] },
}

/** `pin-preference` → `PIN_PREFERENCE`. */
const variableOf = (name: string): string => name.toUpperCase().replace('-', '_')

/** Which outside partners a process calls: `courier` is `COURIER_URL`. */
const partnersOf: Readonly<Partial<Record<ProcessName, readonly string[]>>> = { kit: ['courier'], customer: ['messaging'] }

/** What a process reads in its `src/config.ts`, and nothing that is another's; over the launcher's own environment. */
export function environmentOf(name: StartedName, { engines, installation, ports, keys, logLevel }: Surroundings): Record<string, string> {
  const everyone = {
    MONGO_URL: engines.mongoUrl,
    DCMS_INSTALLATION: installation,
    DCMS_ENVIRONMENT: 'development',
    HOST: host,
    PORT: String(ports[name].port),
    LOG_LEVEL: logLevel,
  }
  if (name === 'sandbox') return everyone
  const { public: publicOnes = [], internal: internalOnes = [] } = calls[name]
  return {
    ...everyone,
    KAFKA_BROKERS: engines.kafkaBrokers,
    INTERNAL_HOST: host,
    DRAIN_SECONDS: '0', // nobody balances in front of it
    SHARED_PORTS: 'no',
    INTERNAL_PORT: String(ports[name].internalPort),
    DCMS_MASTER_KEY: keys.masterKey(name),
    ...(name === 'gateway' && { TRUSTED_PROXIES: process.env.TRUSTED_PROXIES ?? '' }),
    ...(zoneKeyHolders.includes(name) && { DCMS_ZONE_KEY: keys.zoneKey }),
    DCMS_CALLER_KEY_FILE: keys.callerKeyFile(name),
    DCMS_CALLERS_FILE: keys.callersFile,
    DCMS_OPERATORS_FILE: keys.operatorsFile,
    ...Object.fromEntries(publicOnes.map((other) => [`${variableOf(other)}_URL`, publicUrl(ports[other])])),
    ...Object.fromEntries(internalOnes.map((other) => [`${variableOf(other)}_INTERNAL_URL`, internalUrl(ports[other])])),
    ...Object.fromEntries(
      (partnersOf[name] ?? []).map((partner) => [`${variableOf(partner)}_URL`, `${publicUrl(ports.sandbox)}/${partner}`]),
    ),
  }
}
