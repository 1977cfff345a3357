// How the state and the runs of a tenant's job are kept, in the service's own database.

/** What a run did so far: names and numbers the job chooses (`expired`, `noticed`). */
export type JobCounts = Readonly<Record<string, number>>

/** One run as it is kept and shown. */
export interface JobRunRecord {
  runId: string
  startedAt: Date
  asOf: Date
  /** `schedule`, or who started it. */
  startedBy: string
  counts: JobCounts
  endedAt?: Date
  /** Absent when the run went right. */
  error?: string
}

export type JobRunning = JobRunRecord & { checkpoint?: unknown }

export interface JobRecord {
  _id: string // <tenant>/<job>
  /** Counts how often the lease was taken or given back. */
  turn: number
  /** When the next run by the clock is due. */
  nextAt: Date
  /** When something was last about to be written for the bank, to the minute. */
  touchedAt?: Date
  leaseUntil?: Date
  leaseOf?: string
  running?: JobRunning
  /** Asked for by an operator, not begun yet. */
  asked?: { runId: string; startedBy: string; asOf?: Date }
  runs: JobRunRecord[]
}
