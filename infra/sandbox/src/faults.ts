// Faults of a partner, as tests want them: slow answers, failures at random, failures of the next
// calls, before or after the work is done.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Response } from 'express'
import { refused } from './partner.ts'
import type { TenantState, TenantStates } from './tenant-state.ts'

/** A call that is never answered is given up after this, when the caller has not done so before. */
const SILENCE_MAX_MS = 120_000

/** How one call is to fail. */
export interface Failure {
  kind: 'STATUS' | 'TIMEOUT' | 'RESET'
  status: number
  moment: 'BEFORE' | 'AFTER'
}

/** Waits as long as the fault says and tells how the call is to fail; null when it is not. */
export async function meetFault(states: TenantStates, state: TenantState, partner: string, ending: AbortSignal): Promise<Failure | null> {
  const fault = state.faults[partner]
  if (!fault) return null
  if (fault.latencyMs) await pause(fault.latencyMs, ending)
  if (fault.next && fault.next.calls > 0) {
    const taken = (await states.takeFailure(state._id, partner))?.next
    if (taken) return { kind: taken.kind, status: taken.status, moment: taken.moment }
  }
  return Math.random() < (fault.errorRate ?? 0) ? { kind: 'STATUS', status: fault.errorStatus, moment: 'BEFORE' } : null
}

/** Lets the call fail as told. */
export async function fail(response: Response, { kind, status }: Failure, ending: AbortSignal): Promise<void> {
  switch (kind) {
    case 'STATUS': {
      response.status(status).json(refused(status, 'fault.injected', 'this fault was asked for by the control API').body)
      return
    }
    case 'RESET':
      response.socket?.resetAndDestroy()
      return
    case 'TIMEOUT': {
      const givenUp = new AbortController()
      response.once('close', () => givenUp.abort())
      await pause(SILENCE_MAX_MS, AbortSignal.any([ending, givenUp.signal]))
      response.socket?.destroy()
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal, ref: false })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
