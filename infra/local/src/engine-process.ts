// A background process that outlives its starter: found again by its pid file, proven to be ours by
// a mark in its environment.
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { execa } from 'execa'

const MARK = 'DCMS_ENGINE'
const POLL_MS = 25
const NOT_READY_STOP_MS = 5_000
const LOG_BYTES_MAX = 10_000_000

export interface ProcessPlace {
  /**
   * Absolute path of the pid file; it is also the mark by which the process is known to be ours.
   */
  pidFile: string
  logFile: string
}

export interface ProcessCommand {
  command: string
  args: string[]
  cwd: string
  env?: Record<string, string>
}

/**
 * Starts in a session of its own, so that Ctrl-C in the starter's terminal does not reach it. The
 * process writes its pid before it becomes the engine.
 */
export async function spawnEngine(place: ProcessPlace, { command, args, cwd, env }: ProcessCommand): Promise<void> {
  await mkdir(dirname(place.pidFile), { recursive: true })
  await mkdir(dirname(place.logFile), { recursive: true })
  await rm(place.pidFile, { force: true })
  const size = await stat(place.logFile).then(
    (log) => log.size,
    () => 0,
  )
  if (size > LOG_BYTES_MAX) await rename(place.logFile, `${place.logFile}.old`)
  const log = openSync(place.logFile, 'a')
  const shell = ['-c', 'echo $$ > "$0" && exec "$@"', place.pidFile, command, ...args]
  const child = spawn('sh', shell, {
    cwd,
    env: { ...process.env, ...env, [MARK]: place.pidFile },
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  child.unref()
  while ((await readPid(place.pidFile)) === undefined && child.exitCode === null && child.signalCode === null) await pause(POLL_MS)
}

/**
 * The pid when the process lives and is ours; a pid file of a dead process, or one whose pid went
 * to somebody else, counts as none.
 */
export async function findEngine(pidFile: string): Promise<number | undefined> {
  const pid = await readPid(pidFile)
  if (pid === undefined || !isAlive(pid)) return undefined
  return (await hasMark(pid, pidFile)) ? pid : undefined
}

async function hasMark(pid: number, mark: string): Promise<boolean> {
  const wanted = `${MARK}=${mark}`
  if (process.platform === 'linux') {
    const read = () => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    // It is empty for a moment while a program replaces itself by another.
    const environment = (await read()) || (await pause(POLL_MS).then(read))
    return environment.split('\0').includes(wanted)
  }
  const listing = await execa('ps', ['eww', '-o', 'command=', '-p', String(pid)], { reject: false })
  return listing.stdout?.includes(wanted) ?? false
}

export interface StopPlan {
  /** The signal for an orderly end. */
  signal: NodeJS.Signals
  timeoutMs: number
}

/**
 * Orderly first, by force when that takes too long. A paused process is continued, else it could
 * not end.
 */
export async function stopEngine(pidFile: string, plan: StopPlan): Promise<void> {
  const pid = await findEngine(pidFile)
  if (pid !== undefined) {
    send(pid, plan.signal)
    send(pid, 'SIGCONT')
    if (!(await waitForEnd(pid, plan.timeoutMs))) {
      send(pid, 'SIGKILL')
      await waitForEnd(pid, plan.timeoutMs)
    }
  }
  await rm(pidFile, { force: true })
}

export async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (isAlive(pid) && !(await isZombie(pid))) {
    if (performance.now() > deadline) return false
    await pause(POLL_MS)
  }
  return true
}

/**
 * Waits until `ready` answers true; fails at once when the process ends before, and stops one that
 * does not get there in time.
 */
export async function waitUntilReady(place: ProcessPlace, name: string, ready: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await ready())) {
    const lives = (await findEngine(place.pidFile)) !== undefined
    if (!lives || performance.now() > deadline) {
      await stopEngine(place.pidFile, { signal: 'SIGTERM', timeoutMs: NOT_READY_STOP_MS }) // nobody else would: its start failed
      const reason = lives ? `did not answer within ${timeoutMs / 1000} s` : 'ended while it was starting'
      throw new Error(`${name} ${reason}; the end of its log (${place.logFile}):\n${await logTail(place.logFile)}`)
    }
    await pause(POLL_MS)
  }
}

export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'ESRCH') throw problem // it ended meanwhile
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export async function logTail(logFile: string): Promise<string> {
  return (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-12).join('\n')
}

async function readPid(pidFile: string): Promise<number | undefined> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).trim())
  return Number.isInteger(pid) && pid > 1 ? pid : undefined
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** An ended process whose parent has not yet taken notice, as in containers without an init. */
async function isZombie(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return /\) [ZX] /.test(stat)
}
