// Finishes issuing commands that a dead process left: forward to the cards, or back where a context refuses. As a sweep, and as a job to be looked at.
import { type InternalClient, type Job, type JobRun, type Scope, ServiceUnavailable, type Sweep, type Tenant } from '@dcms/service'
import { type Customer, customersOf, withoutOutbox } from './customer.ts'
import { finishIssuing } from './issue-cards.ts'

const SWEPT_EVERY_MS = 3_000
const JOB_EVERY_MS = 15 * 60_000
// A command that still runs is left alone for this long; carrying on beside it would be harmless, only wasteful.
const LEFT_AFTER_MS = 6_000
const CUSTOMERS_AT_ONCE = 200

type ScopeOf = (commandId: string) => Scope

/** Soon after a process died, so that callers who ask again meet a customer and not a half of one. */
export const finishIssuings = (kit: InternalClient): Sweep => ({
  name: 'finish issuings',
  everyMs: SWEPT_EVERY_MS,
  run: (scopeOf, tenant) =>
    finishAll(
      tenant,
      (commandId) => scopeOf(tenant, commandId),
      kit,
      new Date(),
      async () => undefined,
    ),
})

/**
 * The same work with a record of each run and a trigger by hand: customers whose registration was refused or whose cards are not to be had are
 * removed, all others become customers.
 */
export const finishRegistrations = (kit: InternalClient): Job => ({
  name: 'finish-registrations',
  summary: 'Finishes registrations and card issues that were interrupted, or takes them back where a context refuses',
  everyMs: JOB_EVERY_MS,
  run: ({ tenant, asOf, scopeOf, note }) => finishAll(tenant, scopeOf, kit, asOf, note),
})

interface Finished {
  finished: number
  takenBack: number
  /** Others were faster with the customer; the next run sees what is left. */
  waiting: number
}

/**
 * Goes through the unfinished commands once, in the order of customers.
 * @throws ServiceUnavailable as soon as the kit context is away; another fault only after all others had their turn
 */
async function finishAll(tenant: Tenant, scopeOf: ScopeOf, kit: InternalClient, asOf: Date, note: JobRun['note']): Promise<void> {
  const leftBefore = new Date(asOf.getTime() - LEFT_AFTER_MS)
  const counts: Finished = { finished: 0, takenBack: 0, waiting: 0 }
  const faults: unknown[] = []
  for (let reached = '', isMore = true; isMore; ) {
    const customers = await customersOf(tenant)
      .find({ issuingAt: { $exists: true, $lt: leftBefore }, _id: { $gt: reached } }, withoutOutbox)
      .sort({ _id: 1 })
      .limit(CUSTOMERS_AT_ONCE)
      .lean<Customer[]>()
    for (const customer of customers) await finishOf(customer, scopeOf, kit, leftBefore, counts, faults)
    reached = customers.at(-1)?._id ?? reached
    isMore = customers.length === CUSTOMERS_AT_ONCE
    await note(reached, { ...counts })
  }
  if (faults.length > 0) throw faults[0]
}

async function finishOf(
  customer: Customer,
  scopeOf: ScopeOf,
  kit: InternalClient,
  leftBefore: Date,
  counts: Finished,
  faults: unknown[],
): Promise<void> {
  for (const { commandId, startedAt } of customer.issuing) {
    if (startedAt >= leftBefore) continue
    try {
      const outcome = await finishIssuing(scopeOf(commandId), customer, commandId, kit)
      counts[outcome.kind === 'answer' ? 'finished' : outcome.kind === 'refused' ? 'takenBack' : 'waiting']++
    } catch (error) {
      if (error instanceof ServiceUnavailable) throw error
      faults.push(error)
    }
  }
}
