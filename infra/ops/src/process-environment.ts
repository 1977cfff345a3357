// The processes of an installation: names, entry files, ports and the environment each is given.
import { createServer } from 'node:net'
import { join } from 'node:path'
import getPort from 'get-port'
import { type InstallationKeys, zoneKeyHolders } from './installation-keys.ts'

export type ProcessName = 'customer' | 'kit' | 'pin-preference' | 'gateway'

/** All processes, the gateway last: it is of use only when the others are there. */
export const processNames: readonly ProcessName[] = ['customer', 'kit', 'pin-preference', 'gateway']

export const isProcessName = (text: string): text is ProcessName => processNames.some((name) => name === text)

/** The root of the workspace. */
export const workspaceRoot = join(import.meta.dirname, '..', '..', '..')

export const entryFile = (name: ProcessName): string =>
  name === 'gateway' ? join(workspaceRoot, 'gateway', 'src', 'main.ts') : join(workspaceRoot, 'services', name, 'src', 'main.ts')

export interface Ports {
  port: number
  internalPort: number
}

export const devPorts: Readonly<Record<ProcessName, Ports>> = {
  gateway: { port: 8080, internalPort: 8081 },
  customer: { port: 8110, internalPort: 8111 },
  kit: { port: 8120, internalPort: 8121 },
  'pin-preference': { port: 8130, internalPort: 8131 },
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

export async function freePorts(): Promise<Record<ProcessName, Ports>> {
  const pair = async (): Promise<Ports> => ({ port: await freePort(), internalPort: await freePort() })
  return { gateway: await pair(), customer: await pair(), kit: await pair(), 'pin-preference': await pair() }
}

/** Refuses with the port's number when one of the wanted ports is taken. */
export async function requireFree(names: readonly ProcessName[], ports: Readonly<Record<ProcessName, Ports>>): Promise<void> {
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
  ports: Readonly<Record<ProcessName, Ports>>
  keys: InstallationKeys
  logLevel: string
}

export const publicUrl = (ports: Ports): string => `http://${host}:${ports.port}`
export const internalUrl = (ports: Ports): string => `http://${host}:${ports.internalPort}`

/** Whose listeners a process calls. */
const calls: Readonly<Record<ProcessName, { public?: readonly ProcessName[]; internal?: readonly ProcessName[] }>> = {
  gateway: { public: ['customer', 'kit', 'pin-preference'] },
  customer: { internal: ['kit'] },
  kit: { internal: ['customer'] },
  'pin-preference': { internal: ['customer', 'kit'] },
}

/** `pin-preference` → `PIN_PREFERENCE`. */
const variableOf = (name: ProcessName): string => name.toUpperCase().replace('-', '_')

/** What a process reads in its `src/config.ts`, and nothing that is another's; over the launcher's own environment. */
export function environmentOf(name: ProcessName, { engines, installation, ports, keys, logLevel }: Surroundings): Record<string, string> {
  const { public: publicOnes = [], internal: internalOnes = [] } = calls[name]
  return {
    MONGO_URL: engines.mongoUrl,
    KAFKA_BROKERS: engines.kafkaBrokers,
    DCMS_INSTALLATION: installation,
    HOST: host,
    PORT: String(ports[name].port),
    INTERNAL_PORT: String(ports[name].internalPort),
    DCMS_MASTER_KEY: keys.masterKey(name),
    ...(zoneKeyHolders.includes(name) && { DCMS_ZONE_KEY: keys.zoneKey }),
    DCMS_CALLER_KEY_FILE: keys.callerKeyFile(name),
    DCMS_CALLERS_FILE: keys.callersFile,
    ...Object.fromEntries(publicOnes.map((other) => [`${variableOf(other)}_URL`, publicUrl(ports[other])])),
    ...Object.fromEntries(internalOnes.map((other) => [`${variableOf(other)}_INTERNAL_URL`, internalUrl(ports[other])])),
    LOG_LEVEL: logLevel,
  }
}
