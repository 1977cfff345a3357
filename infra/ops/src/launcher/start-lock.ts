// Keeps two starts in one folder apart, from before the first service until the run file says what
// runs.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryLock } from '@dcms/local'

/** A start that was killed stops renewing its lock; after this long the next one has it. */
const STALE_MS = 5_000
const POLL_MS = 200

/**
 * Takes the start lock.
 * @returns how to release it
 * @throws Error with one sentence when another start is under way
 */
export async function takeStartLock(stateDir: string): Promise<() => Promise<void>> {
  const folder = join(stateDir, 'start')
  const pidFile = join(folder, 'pid')
  for (;;) {
    const release = await tryLock(folder, STALE_MS)
    if (release !== null) {
      await writeFile(pidFile, String(process.pid))
      return release
    }
    const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''))
    if (pid > 0 && isAlive(pid))
      throw new Error(`A start is under way (pid ${pid}) in ${stateDir}: wait for it, or end it with Ctrl-C where it runs.`)
    await sleep(POLL_MS) // killed, and its lock not stale yet; or about to write its pid
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
