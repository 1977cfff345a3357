// Finishes issuing commands that a dead process left: forward to the cards, or back where a context
// refuses. As a sweep, and as a job to be looked at.
import {
  type Foundations,
  type InternalClient,
  type Job,
  type JobRun,
  type Scope,
  ServiceUnavailable,
  type Sweep,
  type Tenant,
} from '@dcms/service'
import { Counter } from 'prom-client'
import { type Customer, customersOf, type Issuing, withoutOutbox } from './customer.ts'
import { finishIssuing, unfinished as unfinishedAfter } from './issue-cards.ts'

const SWEPT_EVERY_MS = 3_000
const JOB_EVERY_MS = 15 * 60_000
// A command that still runs is left alone for this long; carrying on beside it would be harmless,
// only wasteful.
const LEFT_AFTER_MS = 6_000
const CUSTOMERS_AT_ONCE = 200
/** A command that met a fault waits as long again as it has waited, at most this long. */
const PAUSE_MAX_MS = 15 * 60_000
/** One that could not be done because the kit context was away is tried soon after that is back. */
const PAUSE_WHILE_AWAY_MAX_MS = 30_000
/** After so long with faults of its own it is left to a person. */
const STUCK_AFTER_MS = 2 * 60 * 60_000
/**
 * One after the other: then it is the kit context that is away, not one kit that cannot be served.
 */
const AWAY_IN_A_ROW_MAX = 3

const stuckIssuings = new Counter({
  name: 'dcms_stuck_issuings_total',
  help: 'Registrations and card issues that were left to a person',
  labelNames: ['tenant'],
})

interface Finishing {
  scopeOf: (commandId: string) => Scope
  kit: InternalClient
  logger: Foundations['logger']
  now: Date
  /** By the job: also those that wait for their next try or were left to a person. */
  isJob: boolean
  note: JobRun['note']
}

/**
 * Soon after a process died, so that callers who ask again meet a customer and not a half of one.
 * `nowMs` for tests.
 */
export const finishIssuings = (kit: InternalClient, logger: Foundations['logger'], nowMs: () => number = Date.now): Sweep => ({
  name: 'finish issuings',
  everyMs: SWEPT_EVERY_MS,
  async run(scopeOf, tenant) {
    await finishAll(tenant, {
      scopeOf: (commandId) => scopeOf(tenant, commandId),
      kit,
      logger,
      now: new Date(nowMs()),
      isJob: false,
      note: async () => undefined,
    })
  },
})

/**
 * The same work with a record of each run and a trigger by hand: customers whose registration was
 * refused or whose cards are not to be had are removed, all others become customers. It tries those
 * too that wait for their next try, and those that the sweep has left to a person.
 */
export const finishRegistrations = (kit: InternalClient, logger: Foundations['logger']): Job => ({
  name: 'finish-registrations',
  summary: 'Finishes registrations and card issues that were interrupted, or takes them back where a context refuses',
  everyMs: JOB_EVERY_MS,
  run: ({ tenant, asOf, scopeOf, note }) => finishAll(tenant, { scopeOf, kit, logger, now: asOf, isJob: true, note }),
})

type Ending = 'finished' | 'takenBack' | 'waiting' | 'stuck'

/**
 * Goes through the unfinished commands once, in the order of customers, and passes over those that
 * meet a fault.
 * @throws the first fault, after all others had their turn; ServiceUnavailable as soon as the kit
 * context is clearly away
 */
async function finishAll(tenant: Tenant, finishing: Finishing): Promise<void> {
  const leftBefore = new Date(finishing.now.getTime() - LEFT_AFTER_MS)
  /**
   * `waiting`: others were faster with the customer, or a fault was met; a later run sees what is
   * left.
   */
  const counts: Record<Ending, number> = { finished: 0, takenBack: 0, waiting: 0, stuck: 0 }
  const faults = new Faults()
  for (let reached = '', isMore = true; isMore; ) {
    const customers = await customersToFinish(tenant, leftBefore, finishing.isJob, reached).lean<Customer[]>()
    for (const customer of customers)
      for (const issuing of customer.issuing) {
        if (isDue(issuing, leftBefore, finishing.isJob)) counts[await finishOne(tenant, customer, issuing, finishing, faults)]++
      }
    reached = customers.at(-1)?._id ?? reached
    isMore = customers.length === CUSTOMERS_AT_ONCE
    await finishing.note(reached, { ...counts })
  }
  faults.throwFirst()
}

const isDue = ({ startedAt, nextTryAt, stuckAt }: Issuing, leftBefore: Date, isJob: boolean): boolean =>
  startedAt < leftBefore && (isJob || (!stuckAt && (nextTryAt === undefined || nextTryAt < leftBefore)))

/** Stretches of partial indexes; without `$exists` the store does not see that they have all. */
const customersToFinish = (tenant: Tenant, leftBefore: Date, isJob: boolean, reached: string) => {
  const unfinished = { $or: [{ issuingAt: { $exists: true } }, { issuingStuckAt: { $exists: true } }] }
  const wanted = isJob ? unfinished : { issuingAt: { $exists: true, $lt: leftBefore } }
  return customersOf(tenant)
    .find({ ...wanted, _id: { $gt: reached } }, withoutOutbox)
    .sort({ _id: 1 })
    .limit(CUSTOMERS_AT_ONCE)
}

async function finishOne(tenant: Tenant, customer: Customer, issuing: Issuing, finishing: Finishing, faults: Faults): Promise<Ending> {
  const { scopeOf, kit, logger, now } = finishing
  try {
    const outcome = await finishIssuing(scopeOf(issuing.commandId), customer, issuing.commandId, kit, { isAnswered: false })
    faults.served()
    return outcome.kind === 'answer' ? 'finished' : outcome.kind === 'refused' ? 'takenBack' : 'waiting'
  } catch (error) {
    const isAway = error instanceof ServiceUnavailable
    const later = afterFault(issuing, now, isAway)
    if (later.stuckAt && !issuing.stuckAt) {
      stuckIssuings.inc({ tenant: tenant.id })
      logger.error(
        { err: error, tenant: tenant.id, entityId: customer._id, commandId: issuing.commandId, startedAt: issuing.startedAt },
        'cards cannot be issued and need a person; the job finish-registrations will try again',
      )
    }
    await postpone(tenant, customer._id, later)
    faults.met(error, isAway)
    return later.stuckAt ? 'stuck' : 'waiting'
  }
}

/**
 * When a command is tried again. The pauses double because they follow the time since it was begun.
 */
export function afterFault(issuing: Issuing, now: Date, isAway: boolean): Issuing {
  const ageMs = Math.max(0, now.getTime() - issuing.startedAt.getTime())
  if (issuing.stuckAt || (!isAway && ageMs >= STUCK_AFTER_MS)) return { ...issuing, stuckAt: issuing.stuckAt ?? now }
  return { ...issuing, nextTryAt: new Date(now.getTime() + Math.min(ageMs, isAway ? PAUSE_WHILE_AWAY_MAX_MS : PAUSE_MAX_MS)) }
}

/**
 * Only on the customer as it stands now; whoever changed it at the same time has the command on the
 * way.
 */
async function postpone(tenant: Tenant, entityId: string, later: Issuing): Promise<void> {
  const customer = await customersOf(tenant).findById(entityId, withoutOutbox).lean<Customer>()
  const entry = customer?.issuing.find(({ commandId }) => commandId === later.commandId)
  if (!customer || !entry || entry.attempt !== later.attempt) return
  const { nextTryAt, stuckAt } = later
  const postponed = { ...entry, ...(nextTryAt && { nextTryAt }), ...(stuckAt && { stuckAt }) }
  const { set, unset } = unfinishedAfter(customer.issuing.map((each) => (each === entry ? postponed : each)))
  await customersOf(tenant).updateOne(
    { _id: entityId, version: customer.version },
    {
      $set: set,
      ...(unset.length > 0 && { $unset: Object.fromEntries(unset.map((field) => [field, ''])) }),
      $inc: { version: 1 },
    },
  )
}

/** What a run met; it ends early only when the kit context itself is away. */
class Faults {
  #first: unknown
  #awayInARow = 0

  served(): void {
    this.#awayInARow = 0
  }

  met(error: unknown, isAway: boolean): void {
    this.#first ??= error
    this.#awayInARow = isAway ? this.#awayInARow + 1 : 0
    if (this.#awayInARow >= AWAY_IN_A_ROW_MAX) throw error
  }

  throwFirst(): void {
    if (this.#first !== undefined) throw this.#first
  }
}
