// Sweeps: short, cheap looks for what a process that died left unfinished; in every process, for every tenant, over and over.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Scope } from './scope.ts'
import type { Tenant, Tenants } from './tenants.ts'

/** Finishes what a process that died left unfinished; run at the start and then again and again, for every tenant. */
export interface Sweep {
  name: string
  everyMs: number
  run(scopeOf: (tenant: Tenant, commandId: string) => Scope, tenant: Tenant): Promise<void>
}

/** Starts all sweeps; they end with the signal. */
export function runSweeps(
  sweeps: readonly Sweep[],
  tenants: Tenants,
  signal: AbortSignal,
  logger: Logger,
  scopeOf: (tenant: Tenant, commandId: string) => Scope,
): void {
  const runForEver = async ({ name, everyMs, run }: Sweep): Promise<void> => {
    while (!signal.aborted) {
      for (const tenant of tenants.all()) {
        try {
          await run(scopeOf, tenant)
        } catch (error) {
          logger.warn({ err: error, sweep: name, tenant: tenant.id }, 'sweep failed; the next one follows')
        }
      }
      await pause(everyMs, signal)
    }
  }
  for (const sweep of sweeps) void runForEver(sweep)
}

/** Sleeps, at most until the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
