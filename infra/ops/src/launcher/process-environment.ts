// The processes that the launcher starts: entry files, ports and the environment each is given,
// from the register of processes.
import { createServer } from 'node:net'
import { join } from 'node:path'
import { bankServices, entryOf, hasMasterKey, type ProcessName, processes, processNames, recordOf, settingPrefix } from '@dcms/contract'
import getPort from 'get-port'
import type { InstallationKeys } from './installation-keys.ts'

/**
 * What the launcher starts: DCMS itself and the outside world it talks to, simulated. The sandbox
 * knows no tenants, callers or keys.
 */
export type StartedName = ProcessName | 'sandbox'

/** The sandbox first: services may ask it as soon as they run. */
export const startedNames: readonly StartedName[] = ['sandbox', ...processNames]

export const isStartedName = (text: string): text is StartedName => startedNames.some((name) => name === text)

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

export const devPorts: AllPorts = { ...processes, sandbox: { port: 8190, internalPort: 8191 } }

export const host = '127.0.0.1'

/**
 * Free ports lie under the range that systems give to outgoing connections, so that none is lost
 * between choosing and listening.
 */
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
  const pairs = new Map<StartedName, Ports>()
  for (const name of startedNames) pairs.set(name, { port: await freePort(), internalPort: await freePort() })
  return recordOf(startedNames, (name) => pairs.get(name) ?? devPorts[name])
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

/**
 * What a process reads in its `src/config.ts`, and nothing that is another's; over the launcher's
 * own environment.
 */
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
  const { asks, partners, hasZoneKey } = entryOf(name)
  return {
    ...everyone,
    KAFKA_BROKERS: engines.kafkaBrokers,
    INTERNAL_HOST: host,
    DRAIN_SECONDS: '0', // nobody balances in front of it
    SHARED_PORTS: 'no',
    INTERNAL_PORT: String(ports[name].internalPort),
    ...(hasMasterKey(name) && { DCMS_MASTER_KEY: keys.masterKey(name) }),
    ...(hasZoneKey && { DCMS_ZONE_KEY: keys.zoneKey }),
    DCMS_CALLER_KEY_FILE: keys.callerKeyFile(name),
    DCMS_CALLERS_FILE: keys.callersFile,
    DCMS_OPERATORS_FILE: keys.operatorsFile,
    ...Object.fromEntries(asks.map((other) => [`${settingPrefix(other)}_INTERNAL_URL`, internalUrl(ports[other])])),
    ...Object.fromEntries(partners.map((partner) => [`${settingPrefix(partner)}_URL`, `${publicUrl(ports.sandbox)}/${partner}`])),
    ...(name === 'gateway' && {
      TRUSTED_PROXIES: process.env.TRUSTED_PROXIES ?? '',
      GATEWAY_WORKERS: process.env.GATEWAY_WORKERS ?? '1',
      ...Object.fromEntries(bankServices.map((other) => [`${settingPrefix(other)}_URL`, publicUrl(ports[other])])),
    }),
  }
}
