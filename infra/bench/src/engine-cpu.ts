// Processor time of the engines: each with all its processes, those that have ended included.
import { readdir, readFile } from 'node:fs/promises'
import { engineStatus } from '@dcms/local'

export interface EngineCpu {
  /** FerretDB, which speaks MongoDB's protocol, or MongoDB itself; seconds. */
  ferretdb: number
  postgres: number
  kafka: number
}

const TICKS_PER_SECOND = 100

/** Seconds so far; zeros for engines that run elsewhere. */
export async function engineCpu(dataDir: string): Promise<EngineCpu> {
  const { parts } = await engineStatus(dataDir)
  const pidsOf = (part: 'mongo' | 'kafka'): number[] => parts.find((each) => each.part === part)?.pids ?? []
  const [ferretdb, postgres] = pidsOf('mongo')
  const [kafka] = pidsOf('kafka')
  const all = await processTree()
  return { ferretdb: secondsOf(ferretdb, all), postgres: secondsOf(postgres, all), kafka: secondsOf(kafka, all) }
}

interface Entry {
  parent: number
  ticks: number
}

/** Of all processes: parent, and time used with that of children that have ended. */
async function processTree(): Promise<Map<number, Entry>> {
  const entries = new Map<number, Entry>()
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // Fields of proc_pid_stat(5) behind the name, which may hold spaces: 4 is the parent, 14 to 17
    // the times.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields.length < 16) continue
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    entries.set(pid, { parent: Number(fields[1]), ticks })
  }
  return entries
}

function secondsOf(root: number | undefined, all: ReadonlyMap<number, Entry>): number {
  if (root === undefined) return 0
  const isBelow = (pid: number): boolean => {
    for (let each: number | undefined = pid; each !== undefined && each > 1; each = all.get(each)?.parent) if (each === root) return true
    return false
  }
  let ticks = 0
  for (const [pid, entry] of all) if (isBelow(pid)) ticks += entry.ticks
  return ticks / TICKS_PER_SECOND
}
