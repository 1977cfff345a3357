// The lease of a run: prolonged while the run lasts, given up when the process ends, noticed when
// it is lost.
import type { mongo } from 'mongoose'
import type { Logger } from 'pino'
import type { JobRecord } from './job-records.ts'

/** Prolonged this often within its time, so that one slow answer of the store does not lose it. */
const RENEWALS_PER_LEASE = 3

export interface Lease {
  /** Aborted when the process ends or the lease is another's. */
  readonly signal: AbortSignal
  /** Writes to the run and prolongs. @throws when the lease is given up or lost */
  note(change: object): Promise<void>
  /** No more prolonging. */
  end(): void
  /** The last write; false when the run was another's by then. */
  close(update: { $unset: object; $push?: object }): Promise<boolean>
}

/**
 * Holds a lease that was just taken; `mine` finds the record as long as it is held by this run in
 * this process.
 */
export function holdLease(
  records: mongo.Collection<JobRecord>,
  mine: object,
  leaseMs: number,
  stopping: AbortSignal,
  logger: Logger,
): Lease {
  const lost = new AbortController()
  const signal = AbortSignal.any([stopping, lost.signal])
  const update = async (change: object): Promise<boolean> =>
    (await records.updateOne(mine, change as mongo.UpdateFilter<JobRecord>)).matchedCount === 1
  const prolong = async (change: object): Promise<void> => {
    if (!(await update({ $set: { ...change, leaseUntil: new Date(Date.now() + leaseMs) } })))
      lost.abort(new Error('another process has taken this run over'))
  }
  const renewals = setInterval(() => {
    prolong({}).catch((error: unknown) => logger.warn({ err: error }, 'the lease of a job could not be renewed; trying again'))
  }, leaseMs / RENEWALS_PER_LEASE)
  return {
    signal,
    async note(change) {
      if (!signal.aborted) await prolong(change)
      if (lost.signal.aborted) throw lost.signal.reason
      if (stopping.aborted) throw new Error('this process is ending')
    },
    end: () => clearInterval(renewals),
    close: (change) => update({ ...change, $inc: { turn: 1 } }),
  }
}
