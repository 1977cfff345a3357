// Commands at a steady rate: each kit is activated, then locked and unlocked in turn, one command
// per kit at a time.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dcms } from '@dcms/sdk'
import { type EffectWatch, preciseNowMs } from './effect-watch.ts'
import type { IssuedKit } from './issue-kits.ts'

const IN_FLIGHT_MAX = 48

export interface CommandKit extends IssuedKit {
  /** Events of this kit so far. */
  sequence: number
  status: 'INACTIVE' | 'ACTIVE' | 'LOCKED'
}

export interface LagSample {
  /** From the time in the event, which the command's run began with, before its commit. */
  fromEventMs: number
  /**
   * From the moment the caller had the answer, after the commit; 0 when the effect was there first.
   */
  fromAnswerMs: number
  lookMs: number
}

export interface SteadyOptions {
  dcms: Dcms
  kits: CommandKit[]
  watch: Pick<EffectWatch, 'effectOf'>
  /** Commands per second. */
  rate: number
  count: number
  goOn: () => void
}

export interface Steady {
  /**
   * Commands per second, answered and with their effect seen: to the last effect when that is what
   * took long.
   */
  reached: number
  samples: LagSample[]
}

/**
 * Sends so many commands at the rate, or as fast as the system lets it, and returns when every
 * effect was seen.
 */
export async function sendSteadily({ dcms, kits, watch, rate, count, goOn }: SteadyOptions): Promise<Steady> {
  const free = [...kits]
  const samples: LagSample[] = []
  const underWay = new Set<Promise<void>>()
  let inFlight = 0
  let failure: unknown
  const command = async (kit: CommandKit): Promise<void> => {
    inFlight++
    try {
      await act(dcms, kit)
    } finally {
      inFlight--
    }
    const answeredAtMs = preciseNowMs()
    const { seenAtMs, eventAtMs, lookMs } = await watch.effectOf(kit.kitNo, ++kit.sequence)
    samples.push({ fromEventMs: seenAtMs - eventAtMs, fromAnswerMs: Math.max(0, seenAtMs - answeredAtMs), lookMs })
    free.push(kit)
  }
  const begun = performance.now()
  for (let sent = 0; sent < count; ) {
    goOn()
    if (failure) throw failure
    const due = begun + (sent * 1000) / rate
    const kit = performance.now() >= due && inFlight < IN_FLIGHT_MAX ? free.shift() : undefined
    if (!kit) {
      await sleep(1)
      continue
    }
    sent++
    const run: Promise<void> = command(kit)
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => underWay.delete(run))
    underWay.add(run)
  }
  const sendSeconds = (performance.now() - begun) / 1000
  await Promise.all(underWay)
  if (failure) throw failure
  const seconds = (performance.now() - begun) / 1000
  // An even flow ends one lag after the last command; a backlog shows as a longer end, and counts
  // against the rate.
  return { reached: count / (seconds > sendSeconds + 0.5 ? seconds : Math.max(sendSeconds, count / rate)), samples }
}

async function act(dcms: Dcms, kit: CommandKit): Promise<void> {
  const { kitNo, entityId, status } = kit
  if (status === 'INACTIVE') await dcms.activateKit({ kitNo, entityId })
  else await dcms.manageKit({ entityId, oldKit: kitNo, operation: status === 'LOCKED' ? 'UNLOCK' : 'LOCK', channel: 'MOBILE' })
  kit.status = status === 'ACTIVE' ? 'LOCKED' : 'ACTIVE'
}
