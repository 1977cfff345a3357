// CPU time of other processes, from /proc.
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const IDLE_PROBE_MS = 100
/** Timers of an idle process use less than this within a probe. */
const IDLE_SECONDS = 0.015
const IDLE_WAIT_MAX_MS = 5_000

let ticksPerSecond: number | undefined

/**
 * CPU seconds a process and all its threads have used so far, in user and kernel mode; counted in
 * ticks of 10 ms. Linux only.
 */
export async function cpuSeconds(pid: number): Promise<number> {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  const ticks = cpuTicks(await readFile(`/proc/${pid}/stat`, 'utf8'))
  return ticks / ticksPerSecond
}

/**
 * utime + stime out of a line of /proc/<pid>/stat (proc_pid_stat(5), fields 14 and 15); the name,
 * field 2, may hold spaces and brackets.
 */
export function cpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/**
 * CPU seconds once the process has come to rest, so that work it put off during a round counts for
 * that round.
 */
export async function cpuSecondsAtRest(pid: number): Promise<number> {
  let before = await cpuSeconds(pid)
  for (const until = performance.now() + IDLE_WAIT_MAX_MS; performance.now() < until; ) {
    await sleep(IDLE_PROBE_MS)
    const now = await cpuSeconds(pid)
    if (now - before < IDLE_SECONDS) return now
    before = now
  }
  return before
}
