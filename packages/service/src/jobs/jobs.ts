// Jobs: work that a bank has done from time to time (expiry, notices). Each has a lease per tenant,
// a run record, and can be started by hand.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { withoutCardData } from '@dcms/events'
import type { Connection } from 'mongoose'
import pLimit from 'p-limit'
import type { Logger } from 'pino'
import { Counter } from 'prom-client'
import type { Scope } from '../commands/scope.ts'
import { place } from '../store/place.ts'
import type { Tenant } from '../store/tenant.ts'
import type { Job } from './job.ts'
import { holdLease, type Lease } from './job-lease.ts'
import type { JobRecord, JobRunning, JobRunRecord } from './job-records.ts'

const TICK_MS = 2_000
const DUE_AT_ONCE_MAX = 1_000
/** Of one job in this process: a bank with much to do keeps no other waiting. */
const BANKS_AT_ONCE_MAX = 4
const LEASE_MS = 30_000
const RUNS_KEPT = 20
/** A process notes that a bank is at work so often at most. */
const TOUCH_EVERY_MS = 60_000
/** So long after that note it counts as at work: writes may follow it for a minute. */
const AT_WORK_MS = 150_000
const ERROR_TEXT_MAX = 300

const failedJobs = new Counter({ name: 'dcms_jobs_failed_total', help: 'Runs of jobs that failed', labelNames: ['job'] })

export interface JobView extends Pick<Job, 'name' | 'summary' | 'everyMs'> {
  nextAt: Date | null
  running: JobRunRecord | null
  /** The run an operator asked for that has not begun. */
  asked: string | null
  /** The latest runs, newest first. */
  runs: JobRunRecord[]
}

export interface JobsOptions {
  /** The service's own database. */
  database: Connection
  jobs: readonly Job[]
  tenants: () => readonly Tenant[]
  scopeOf: (tenant: Tenant, commandId: string) => Scope
  logger: Logger
  /** How long a run of a process that died is left alone; 30 s. */
  leaseMs?: number
  /** How often due jobs are looked for; 2 s. */
  tickMs?: number
}

/**
 * `unknown`: there is no such job. `conflict`: a run as of another time is asked for and has not
 * begun.
 */
export type Asked = { kind: 'asked'; runId: string } | { kind: 'unknown' } | { kind: 'conflict' }

/**
 * Runs the jobs of a service. Several processes of one service share them: a job of a tenant runs
 * in one of them at a time.
 */
export class Jobs {
  readonly #options: JobsOptions
  readonly #holder = randomUUID()
  readonly #touchedAt = new Map<string, number>()

  constructor(options: JobsOptions) {
    this.#options = options
  }

  get #records() {
    return this.#options.database.collection<JobRecord>('jobs')
  }

  get names(): string[] {
    return this.#options.jobs.map(({ name }) => name)
  }

  /**
   * Looks for due jobs until the signal, by one query for all jobs and banks. Different jobs run
   * side by side, and so do a few banks of one job. Resolves when the last run has stopped.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { jobs, tenants, logger, tickMs = TICK_MS } = this.#options
    if (jobs.length === 0) return
    const lanes = new Map(jobs.map((job) => [job.name, { job, limit: pLimit(BANKS_AT_ONCE_MAX) }]))
    const running = new Map<string, Promise<void>>()
    let banksPlaced = 0
    while (!signal.aborted) {
      try {
        const served = new Map(tenants().map((tenant) => [tenant.id, tenant]))
        if (served.size !== banksPlaced) await this.#placeMissing([...served.keys()])
        banksPlaced = served.size
        for (const record of await this.#due(new Date())) {
          const [tenantId = '', name = ''] = record._id.split('/')
          const [tenant, lane] = [served.get(tenantId), lanes.get(name)]
          if (!tenant || !lane || running.has(record._id)) continue
          const run = lane.limit(() => this.#runUnlessEnding(tenant, lane.job, record, signal)).finally(() => running.delete(record._id))
          running.set(record._id, run)
        }
      } catch (error) {
        logger.warn({ err: error }, 'could not look for due jobs; trying again later')
      }
      await sleep(tickMs, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
    await Promise.all(running.values())
  }

  /**
   * Something is about to be written for the bank: jobs that let it rest come round to it as often
   * as ever. Costs a statement a minute at most, and nobody waits for it.
   */
  touched(tenant: string): void {
    const { jobs, logger } = this.#options
    const resting = jobs.filter(({ restEveryMs }) => restEveryMs !== undefined)
    const now = Date.now()
    if (resting.length === 0 || now - (this.#touchedAt.get(tenant) ?? Number.NEGATIVE_INFINITY) < TOUCH_EVERY_MS) return
    this.#touchedAt.set(tenant, now)
    const wakings = resting.map(({ name, everyMs }) =>
      this.#records.updateOne(
        { _id: idOf(tenant, name) },
        { $set: { touchedAt: new Date(now) }, $min: { nextAt: new Date(now + everyMs) } },
      ),
    )
    Promise.all(wakings).catch((error: unknown) => {
      this.#touchedAt.delete(tenant) // the next write tells it again
      logger.warn({ err: error, tenant }, 'could not note that a bank is at work; the next write will note it')
    })
  }

  #due(now: Date): Promise<JobRecord[]> {
    return this.#records
      .find({ $or: [{ nextAt: { $lte: now } }, { asked: { $exists: true } }, { running: { $exists: true } }] })
      .project<JobRecord>({ runs: 0 })
      .limit(DUE_AT_ONCE_MAX)
      .toArray()
  }

  /** Never rejects: a job that could not be run is due at the next look. */
  async #runUnlessEnding(tenant: Tenant, job: Job, record: JobRecord, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    try {
      await this.#runWhenDue(tenant, job, record, signal)
    } catch (error) {
      this.#options.logger.warn({ err: error, job: job.name, tenant: tenant.id }, 'job could not be checked; trying again later')
    }
  }

  async #placeMissing(tenants: readonly string[]): Promise<void> {
    const ids = tenants.flatMap((tenant) => this.names.map((name) => idOf(tenant, name)))
    const placed = new Set((await this.#records.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id))
    for (const id of ids) if (!placed.has(id)) await this.#place(id)
  }

  /**
   * Asks for a run as soon as possible, after one that is under way; one that was asked for and has
   * not begun is the same.
   */
  async ask(tenant: Tenant, name: string, startedBy: string, asOf?: Date): Promise<Asked> {
    if (!this.names.includes(name)) return { kind: 'unknown' }
    const id = idOf(tenant.id, name)
    await this.#place(id)
    const asked = { runId: randomUUID(), startedBy, ...(asOf && { asOf }) }
    for (;;) {
      const mine = await this.#records.updateOne({ _id: id, asked: { $exists: false } }, { $set: { asked } })
      if (mine.matchedCount === 1) return { kind: 'asked', runId: asked.runId }
      const waiting = (await this.#records.findOne({ _id: id }))?.asked
      if (!waiting) continue // it has begun meanwhile
      return waiting.asOf?.getTime() === asOf?.getTime() ? { kind: 'asked', runId: waiting.runId } : { kind: 'conflict' }
    }
  }

  async list(tenant: Tenant): Promise<JobView[]> {
    const records = await this.#records.find({ _id: { $in: this.names.map((name) => idOf(tenant.id, name)) } }).toArray()
    return this.#options.jobs.map(({ name, summary, everyMs }) => {
      const record = records.find(({ _id }) => _id === idOf(tenant.id, name))
      return {
        name,
        summary,
        everyMs,
        nextAt: record?.nextAt ?? null,
        running: record?.running ? withoutCheckpoint(record.running) : null,
        asked: record?.asked?.runId ?? null,
        runs: record?.runs ?? [],
      }
    })
  }

  async #place(id: string): Promise<void> {
    await place(this.#records, { _id: id, turn: 0, nextAt: new Date(), runs: [] })
  }

  async #runWhenDue(tenant: Tenant, job: Job, record: JobRecord, signal: AbortSignal): Promise<void> {
    const now = new Date()
    const isFree = !record.leaseUntil || record.leaseUntil < now
    if (!isFree || !(record.running || record.asked || record.nextAt <= now)) return
    const run = await this.#take(record, job, now)
    if (run) await this.#carryOut(tenant, job, record._id, run, signal)
  }

  /**
   * Takes the lease, and with it a run that died, one that was asked for, or the next one by the
   * clock. Null when another process was faster.
   */
  async #take(record: JobRecord, job: Job, now: Date): Promise<JobRunning | null> {
    const { _id, turn, leaseUntil, asked } = record
    const running = record.running ?? {
      runId: asked?.runId ?? randomUUID(),
      startedAt: now,
      asOf: asked?.asOf ?? now,
      startedBy: asked?.startedBy ?? 'schedule',
      counts: {},
    }
    const taken = await this.#records.updateOne(
      // `turn` tells a lease that was taken and given back meanwhile, `leaseUntil` one that was
      // only prolonged.
      { _id, turn, leaseUntil: leaseUntil ?? { $exists: false } },
      {
        $set: {
          leaseUntil: new Date(now.getTime() + this.#leaseMs),
          leaseOf: this.#holder,
          running,
          ...(!record.running && !asked && { nextAt: new Date(now.getTime() + untilNext(job, record, now)) }),
        },
        $inc: { turn: 1 },
        ...(!record.running && asked && { $unset: { asked: '' as const } }),
      },
    )
    return taken.matchedCount === 1 ? running : null
  }

  get #leaseMs(): number {
    return this.#options.leaseMs ?? LEASE_MS
  }

  async #carryOut(tenant: Tenant, job: Job, id: string, { checkpoint, ...run }: JobRunning, signal: AbortSignal): Promise<void> {
    const { scopeOf, logger } = this.#options
    const of = { job: job.name, tenant: tenant.id, runId: run.runId }
    const lease = holdLease(this.#records, { _id: id, leaseOf: this.#holder, 'running.runId': run.runId }, this.#leaseMs, signal, logger)
    let ended: JobRunRecord = run
    try {
      await job.run({
        tenant,
        asOf: run.asOf,
        checkpoint,
        counts: run.counts,
        signal: lease.signal,
        scopeOf: (commandId) => scopeOf(tenant, commandId),
        note: async (reached, counts) => {
          await lease.note({ 'running.checkpoint': reached, 'running.counts': counts })
          ended = { ...ended, counts }
        },
        dueBy: async (time) => {
          await this.#records.updateOne({ _id: id, nextAt: { $gt: time } }, { $set: { nextAt: time } })
        },
      })
    } catch (error) {
      if (lease.signal.aborted) return await this.#leave(lease, of, error)
      failedJobs.inc({ job: job.name })
      logger.error({ err: error, ...of }, 'job failed')
      ended = { ...ended, error: withoutCardData(error instanceof Error ? error.message : 'failed').slice(0, ERROR_TEXT_MAX) }
    } finally {
      lease.end()
    }
    ended = { ...ended, endedAt: new Date() }
    const isOurs = await lease.close({
      $unset: { leaseUntil: '', leaseOf: '', running: '' },
      $push: { runs: { $each: [ended], $position: 0, $slice: RUNS_KEPT } },
    })
    logger.info({ ...of, counts: ended.counts, failed: ended.error !== undefined, isOurs }, 'job ended')
  }

  /**
   * Stopped half way: whoever is free goes on at the checkpoint, without waiting for the lease to
   * run out.
   */
  async #leave(lease: Lease, of: object, error: unknown): Promise<void> {
    this.#options.logger.info({ ...of, err: error }, 'job left to another process')
    await lease.close({ $unset: { leaseUntil: '', leaseOf: '' } })
  }
}

/**
 * After its first run a bank gets a place of its own within the period: banks that were set up
 * together do not come due together for ever.
 */
function untilNext({ everyMs, restEveryMs = everyMs }: Job, { turn, touchedAt }: JobRecord, now: Date): number {
  const isAtWork = touchedAt !== undefined && now.getTime() - touchedAt.getTime() < AT_WORK_MS
  const periodMs = isAtWork ? everyMs : restEveryMs
  return turn === 0 ? periodMs * Math.random() : periodMs
}

const idOf = (tenant: string, job: string): string => `${tenant}/${job}`

const withoutCheckpoint = ({ checkpoint: _checkpoint, ...shown }: JobRunning): JobRunRecord => shown
