// Sweeps: short, cheap looks for what a process that died left unfinished; often for banks at work,
// rarely for those at rest.
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import type { Logger } from 'pino'
import { Counter } from 'prom-client'
import type { Scope } from '../commands/scope.ts'
import type { Tenant } from '../store/tenant.ts'
import type { SweepBoard, SweepRecord } from './sweep-board.ts'

const IDLE_EVERY_MS = 30 * 60_000
const IDLE_EVERY_MAX_MS = 12 * 60 * 60_000
/**
 * A process with banks at work looks this often for what is due; one where all is quiet less often.
 */
const TICK_MS = 1_000
const IDLE_TICK_MS = 3_000
/** Less than a bank stays active for, so that one at work never falls asleep. */
const WAKE_EVERY_MS = 60_000
const FAILED_PAUSE_MAX_MS = 60_000
const AT_ONCE_MAX = 8
/**
 * At the start all banks are swept, a few at a time: calls have the store to themselves as far as
 * possible.
 */
const AT_ONCE_AT_START_MAX = 2

const failedSweeps = new Counter({ name: 'dcms_sweeps_failed_total', help: 'Runs of sweeps that failed', labelNames: ['sweep'] })

/** There is more than one run takes: the next one goes on behind this position. */
export interface SweptUpTo {
  position: string
}

/**
 * Some of what a run came by could not be done, and there is more behind: the next run goes on
 * there all the same.
 */
export class SweptWithFaults extends Error implements SweptUpTo {
  readonly position: string

  constructor(message: string, position: string, options: ErrorOptions) {
    super(message, options)
    this.position = position
  }
}

/** Finishes what a process that died left unfinished. */
export interface Sweep {
  name: string
  /**
   * For a bank at work: one where something was written within the last minutes, in whatever
   * process.
   */
  everyMs: number
  /** For a bank that has just come to rest; half an hour unless told. */
  idleEveryMs?: number
  /**
   * While it stays at rest the time doubles run by run, up to this; half a day unless told. The
   * same as `idleEveryMs` where something happens without a write of ours: a partner's doing, a
   * date that comes.
   */
  idleEveryMaxMs?: number
  /**
   * Must take a repeat, also beside itself in another process. What it writes by its scope keeps
   * the bank at work. With much to do it does a few seconds' worth and says how far it came; the
   * next run, in whatever process, follows at once and gets that position.
   */
  run(scopeOf: (tenant: Tenant, commandId: string) => Scope, tenant: Tenant, position?: string): Promise<SweptUpTo | undefined>
}

export interface SweeperOptions {
  sweeps: readonly Sweep[]
  board: SweepBoard
  tenantOf: (id: string) => Tenant | undefined
  scopeOf: (tenant: Tenant, commandId: string) => Scope
  /** Told of each bank that is swept as one at work. */
  onActive?: (tenant: string) => void
  signal: AbortSignal
  logger: Logger
  nowMs?: () => number
}

/**
 * Runs the sweeps of a service in one process. Each process sweeps every bank once when it begins
 * to serve it; after that the processes share the work by the board, where one query finds what is
 * due for all banks. A bank at work is swept every few seconds, by whichever process comes first,
 * and one at rest the more rarely the longer it rests: what a process that died left is found as
 * soon as ever, and banks at rest cost next to nothing.
 */
export class Sweeper {
  readonly #options: SweeperOptions
  readonly #limit = pLimit(AT_ONCE_MAX)
  readonly #startLimit = pLimit(AT_ONCE_AT_START_MAX)
  readonly #running = new Set<string>()
  readonly #wokenAt = new Map<string, number>()
  #isQuiet = false
  /** Ends the pause before the next look. */
  #hurry = new AbortController()

  constructor(options: SweeperOptions) {
    this.#options = options
  }

  /**
   * Something was or will be written for the bank. Costs a statement a minute at most, and nobody
   * waits for it.
   */
  touched(tenant: string): void {
    const { board, sweeps, logger } = this.#options
    const nowMs = this.#nowMs()
    if (sweeps.length === 0 || nowMs - (this.#wokenAt.get(tenant) ?? Number.NEGATIVE_INFINITY) < WAKE_EVERY_MS) return
    this.#wokenAt.set(tenant, nowMs)
    this.#isQuiet = false
    const names = sweeps.map(({ name }) => name)
    board.wake(tenant, names, new Date(nowMs), new Date(nowMs + TICK_MS)).catch((error: unknown) => {
      this.#wokenAt.delete(tenant) // the next write tells it again
      logger.warn({ err: error, tenant }, 'could not note that a bank is active; the next write will note it')
    })
  }

  /** Sweeps a bank that is served from now on, and puts its sweeps on the board. */
  async begin(tenant: Tenant): Promise<void> {
    const { sweeps, board, logger, signal } = this.#options
    await this.#startLimit(async () => {
      if (signal.aborted) return
      const now = this.#nowMs()
      const placed = sweeps.map((sweep) => ({ tenant: tenant.id, sweep: sweep.name, dueAt: new Date(now + idleOf(sweep) * Math.random()) }))
      await board
        .place(placed)
        .catch((error: unknown) =>
          logger.warn({ err: error, tenant: tenant.id }, 'sweeps could not be scheduled; the first write will schedule them'),
        )
      for (const sweep of sweeps) await this.#run(sweep, tenant).catch((error: unknown) => this.#tell(error, sweep, tenant.id))
    })
  }

  /** Looks for what is due until the signal. */
  async start(): Promise<void> {
    const { signal, logger, sweeps } = this.#options
    if (sweeps.length === 0) return
    while (!signal.aborted) {
      this.#hurry = new AbortController()
      try {
        await this.look()
      } catch (error) {
        logger.warn({ err: error }, 'due sweeps could not be read; trying again later')
      }
      await pause(this.#isQuiet ? IDLE_TICK_MS : TICK_MS, AbortSignal.any([signal, this.#hurry.signal]))
    }
  }

  /**
   * One look: runs what is due and resolves when the runs have ended, those at most that this look
   * began.
   */
  async look(): Promise<void> {
    const { board, sweeps, tenantOf } = this.#options
    const now = new Date(this.#nowMs())
    const due = await board.due(now)
    this.#isQuiet = due.length === 0
    const runs: Promise<void>[] = []
    for (const record of due) {
      const sweep = sweeps.find(({ name }) => name === record.sweep)
      const tenant = tenantOf(record.tenant)
      if (!sweep || !tenant) {
        // Another release's, or a bank that this process cannot serve: not at the head of the list
        // for ever.
        await board.take(record, new Date(now.getTime() + FAILED_PAUSE_MAX_MS), record.restingRuns ?? 0)
      } else if (!this.#running.has(record._id)) runs.push(this.#limit(() => this.#runDue(record, sweep, tenant)))
    }
    // What lasts goes on beside the next looks: one bank's long run keeps no other bank waiting.
    await Promise.race([Promise.all(runs), pause(TICK_MS, this.#options.signal)])
  }

  async #runDue(record: SweepRecord, sweep: Sweep, tenant: Tenant): Promise<void> {
    const { board, logger, onActive } = this.#options
    if (this.#options.signal.aborted || this.#running.has(record._id)) return
    this.#running.add(record._id)
    try {
      const now = this.#nowMs()
      const isActive = (record.activeUntil?.getTime() ?? 0) > now
      const rested = isActive ? 0 : (record.restingRuns ?? 0)
      const nextInMs = isActive ? sweep.everyMs : idleOf(sweep, rested) * (0.9 + 0.2 * Math.random())
      if (!(await board.take(record, new Date(now + nextInMs), isActive ? 0 : rested + 1))) return
      if (isActive) onActive?.(tenant.id)
      try {
        const left = await this.#run(sweep, tenant, record.position)
        if (left) {
          await board.goOn(record, left.position, new Date(this.#nowMs()))
          // A short run that left something waits for something: it comes again by the clock.
          if (this.#nowMs() - now >= TICK_MS) this.#hurry.abort()
        } else await board.succeeded(record)
      } catch (error) {
        this.#tell(error, sweep, tenant.id)
        const pauseMs = Math.max(sweep.everyMs, Math.min(sweep.everyMs * 2 ** (record.failures ?? 0), FAILED_PAUSE_MAX_MS))
        const position = error instanceof SweptWithFaults ? error.position : undefined
        await board.failed(record, new Date(now), new Date(this.#nowMs() + pauseMs), position)
      }
    } catch (error) {
      logger.warn({ err: error, sweep: sweep.name, tenant: tenant.id }, 'the outcome of a sweep could not be stored; it will run again')
    } finally {
      this.#running.delete(record._id)
    }
  }

  #run({ run }: Sweep, tenant: Tenant, position?: string): Promise<SweptUpTo | undefined> {
    return run(this.#options.scopeOf, tenant, position)
  }

  #tell(error: unknown, { name }: Sweep, tenant: string): void {
    failedSweeps.inc({ sweep: name })
    this.#options.logger.warn({ err: error, sweep: name, tenant }, 'sweep failed; it will be tried again')
  }

  #nowMs(): number {
    return this.#options.nowMs?.() ?? Date.now()
  }
}

const idleOf = ({ idleEveryMs = IDLE_EVERY_MS, idleEveryMaxMs = IDLE_EVERY_MAX_MS }: Sweep, rested = 0): number =>
  Math.min(idleEveryMs * 2 ** rested, Math.max(idleEveryMs, idleEveryMaxMs))

/** Sleeps, at most until the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
