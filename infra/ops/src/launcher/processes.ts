// The launcher: starts the gateway and the services of one installation as processes of their own;
// used by npm start, tests and benches.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ProcessName, processNames, recordOf } from '@dcms/contract'
import { createOperator, type Operator } from '../operator/operator.ts'
import { installationKeys } from './installation-keys.ts'
import {
  devPorts,
  type Engines,
  environmentOf,
  freePorts,
  internalUrl,
  type Ports,
  publicUrl,
  requireFree,
  type StartedName,
  startedNames,
} from './process-environment.ts'
import { ServiceProcess } from './service-process.ts'

const READY_TIMEOUT_MS = 60_000

export interface InstallationOptions {
  engines: Engines
  /** Folder for keys and, unless `logDir` is given, logs. Keys that are there are used. */
  stateDir: string
  /**
   * Prefix of databases, topics and consumer groups: installations with different names share
   * engines. Default: none.
   */
  installation?: string
  /** `dev`: the fixed ports of development, refused when taken; `free`: any. Default `dev`. */
  ports?: 'dev' | 'free'
  logDir?: string
  /** Which processes to start; default all, the sandbox included. */
  services?: readonly StartedName[]
  logLevel?: string
  /** Further environment of a process, over the usual one. */
  environment?: Partial<Record<StartedName, Readonly<Record<string, string>>>>
  readyTimeoutMs?: number
  progress?: (line: string) => void
}

export interface Installation {
  gatewayUrl: string
  gatewayInternalUrl: string
  processes: ReadonlyMap<StartedName, ServiceProcess>
  /** The process of that name; throws when it was not among `services`. */
  process(name: StartedName): ServiceProcess
  /** Operators' commands: tenants, users, keys. */
  operator: Operator
  keysDir: string
  /** Private key of the first demo officer, who may do everything that takes one. */
  operatorKeyFile: string
  /** Public keys of the processes. */
  callersFile: string
  logDir: string
  engines: Engines
  installation: string
  /** Ends all processes gracefully, the gateway first. */
  stop(): Promise<void>
}

/**
 * Starts the processes and returns when all are ready; when one fails, stops the others and throws
 * with its last log lines.
 */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const { engines, stateDir, installation = '', services = startedNames, progress = () => undefined } = options
  const logDir = options.logDir ?? join(stateDir, 'logs')
  const keysDir = join(stateDir, 'keys')
  const ports = options.ports === 'free' ? await freePorts() : devPorts
  if (options.ports !== 'free') await requireFree(services, ports)
  const keys = await installationKeys(keysDir)
  const surroundings = { engines, installation, ports, keys, logLevel: options.logLevel ?? 'info' }
  const processes = new Map<StartedName, ServiceProcess>()
  for (const name of services) {
    const logFile = join(logDir, `${name}.log`)
    await rm(logFile, { force: true })
    processes.set(
      name,
      new ServiceProcess({
        name,
        url: publicUrl(ports[name]),
        internalUrl: internalUrl(ports[name]),
        environment: { ...environmentOf(name, surroundings), ...options.environment?.[name] },
        logFile,
        readyTimeoutMs: options.readyTimeoutMs ?? READY_TIMEOUT_MS,
        onUnexpectedExit: (_, explanation) => progress(explanation),
      }),
    )
  }
  await startAll(processes, progress)
  const operator = createOperator({
    internalUrls: internalUrls(ports),
    keyFile: keys.operatorKeyFile('demo-officer-1'),
    secondKeyFile: keys.operatorKeyFile('demo-officer-2'),
  })
  return {
    gatewayUrl: publicUrl(ports.gateway),
    gatewayInternalUrl: internalUrl(ports.gateway),
    processes,
    process: (name) => {
      const found = processes.get(name)
      if (!found) throw new Error(`${name} is not part of this installation`)
      return found
    },
    operator,
    keysDir,
    operatorKeyFile: keys.operatorKeyFile('demo-officer-1'),
    callersFile: keys.callersFile,
    logDir,
    engines,
    installation,
    async stop() {
      await operator.close()
      await stopAll(processes)
    },
  }
}

const internalUrls = (ports: Readonly<Record<StartedName, Ports>>): Record<ProcessName, string> =>
  recordOf(processNames, (name) => internalUrl(ports[name]))

async function startAll(processes: ReadonlyMap<StartedName, ServiceProcess>, progress: (line: string) => void): Promise<void> {
  try {
    await Promise.all(
      [...processes.values()].map(async (process) => {
        const begun = performance.now()
        await process.start()
        await process.waitReady()
        progress(`${process.name}: ready at ${process.url} after ${((performance.now() - begun) / 1000).toFixed(1)} s`)
      }),
    )
  } catch (error) {
    await stopAll(processes)
    throw error
  }
}

async function stopAll(processes: ReadonlyMap<StartedName, ServiceProcess>): Promise<void> {
  await processes.get('gateway')?.stop()
  await Promise.all([...processes.values()].map((process) => process.stop()))
}
