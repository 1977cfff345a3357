// What a job is, and what it gets while it runs.

import type { Scope } from '../commands/scope.ts'
import type { Tenant } from '../store/tenant.ts'
import type { JobCounts } from './job-records.ts'

/** Handed to a job while it runs. */
export interface JobRun {
  readonly tenant: Tenant
  /**
   * The time the job works by: now, or what an operator named. The same when a run is taken over.
   */
  readonly asOf: Date
  /**
   * Where a run that died had got to; undefined at the start. As it was noted, after a way through
   * the store.
   */
  readonly checkpoint: unknown
  /** What that run had counted; `{}` at the start. */
  readonly counts: JobCounts
  /** Aborted when this process ends or has lost the run; `note` throws from then on. */
  readonly signal: AbortSignal
  scopeOf(commandId: string): Scope
  /**
   * Notes progress after each batch. What came after the last note is done again when this process
   * dies, so batches must take a repeat.
   * @throws when this process ends or another has taken the run over: the job passes the error on
   * and so stops
   */
  note(checkpoint: unknown, counts: JobCounts): Promise<void>
  /** The next run by the clock is to begin at that time at the latest. */
  dueBy(time: Date): Promise<void>
}

export interface Job {
  /** Verb-noun, as `expire-kits`. */
  readonly name: string
  readonly summary: string
  /** Milliseconds between the starts of two runs by the clock. */
  readonly everyMs: number
  /**
   * The same for a bank at rest, one where nothing was written for some minutes: for a job that
   * has nothing to do there but what `dueBy` names. `everyMs` when absent.
   */
  readonly restEveryMs?: number
  run(run: JobRun): Promise<void>
}
