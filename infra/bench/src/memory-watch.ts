// Resident memory of the DCMS processes, watched while something is measured.
import { readFile } from 'node:fs/promises'
import type { Installation } from '@dcms/ops'

const EVERY_MS = 500
const KB_PER_MB = 1_024

export interface Memory {
  process: string
  leastMb: number
  peakMb: number
}

export function watchMemory({ processes }: Pick<Installation, 'processes'>): { stop(): Memory[] } {
  const seen = new Map<string, Memory>()
  const look = async (): Promise<void> => {
    for (const [process, { pid }] of processes) {
      const mb = await residentMb(pid)
      if (mb === 0) continue
      const { leastMb, peakMb } = seen.get(process) ?? { leastMb: mb, peakMb: mb }
      seen.set(process, { process, leastMb: Math.min(leastMb, mb), peakMb: Math.max(peakMb, mb) })
    }
  }
  const timer = setInterval(() => void look(), EVERY_MS)
  void look()
  return {
    stop() {
      clearInterval(timer)
      return [...seen.values()]
    },
  }
}

/** Zero for a process that does not run. */
export async function residentMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / KB_PER_MB
}
