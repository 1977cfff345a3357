// The run file: where what `npm start` runs can be reached; the `dcms` command finds it, options
// and environment stand above it.
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ProcessName, processNames, recordOf } from '@dcms/contract'
import { workspaceRoot } from './process-environment.ts'
import type { Installation } from './processes.ts'

export interface RunFile {
  /** Process id of the launcher. */
  pid: number
  startedAt: string
  installation: string
  gatewayUrl: string
  internalUrls: Record<ProcessName, string>
  kafkaBrokers: string
  mongoUrl: string
  keysDir: string
  operatorKeyFile: string
  callersFile: string
  logDir: string
}

/** Folder for everything a start leaves behind: `DCMS_STATE_DIR`, else `.dcms` in the workspace. */
export const stateDirOf = (environment: NodeJS.ProcessEnv): string => environment.DCMS_STATE_DIR ?? join(workspaceRoot, '.dcms')

const pathOf = (stateDir: string): string => join(stateDir, 'run.json')

/** Null when nothing was started here. */
export async function readRunFile(stateDir: string): Promise<RunFile | null> {
  try {
    return JSON.parse(await readFile(pathOf(stateDir), 'utf8')) as RunFile
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new Error(`${pathOf(stateDir)} cannot be read; delete it when nothing runs`, { cause: error })
  }
}

export async function writeRunFile(
  stateDir: string,
  { gatewayUrl, processes, engines, keysDir, operatorKeyFile, callersFile, logDir, installation }: Installation,
): Promise<void> {
  const run: RunFile = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    installation,
    gatewayUrl,
    internalUrls: recordOf(processNames, (name) => processes.get(name)?.internalUrl ?? ''),
    kafkaBrokers: engines.kafkaBrokers,
    mongoUrl: engines.mongoUrl,
    keysDir,
    operatorKeyFile,
    callersFile,
    logDir,
  }
  const beside = `${pathOf(stateDir)}.${process.pid}`
  await writeFile(beside, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 }) // MONGO_URL may carry a password
  await rename(beside, pathOf(stateDir))
}

export const removeRunFile = (stateDir: string): Promise<void> => rm(pathOf(stateDir), { force: true })

/**
 * Whether the launcher that wrote the file still runs. A process id may have passed to somebody
 * else, so its gateway is asked too.
 */
export async function isRunning({ pid, gatewayUrl }: RunFile): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) throw error
  }
  const answers = fetch(`${gatewayUrl}/health/live`, { signal: AbortSignal.timeout(2_000) })
  return answers.then(
    () => true,
    () => false, // the launcher is gone or about to be: its ports will be checked one by one
  )
}
