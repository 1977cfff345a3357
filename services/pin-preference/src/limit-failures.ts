// The limit of failed card validations within 15 minutes: ten per mobile number and customer, a
// hundred per last six digits and expiry, which many cards share; keyed so that nobody reads whose
// they are.
import type { Hsm } from '@dcms/card-crypto'
import { comparableMobileNumber } from '@dcms/contract'
import { type FailureCounter, failureCountersOf, place, type Tenant } from '@dcms/service'

const FAILURES_MAX = 10
/**
 * Ten strangers' tries must not lock out the holder of another card that ends and expires alike.
 */
const FAILURES_OF_ENDING_MAX = 100
const WINDOW_MS = 15 * 60 * 1000
/** A rotation of the data key begins no new window. */
const FIRST_KEY = 1

/** What a call tries, as it came in: whether any of it exists plays no part in the limit. */
export interface Tried {
  mobileNo: string
  cardNoLastSix: string
  expiryDate: string
  entityId?: string
}

/**
 * Room for one failure, taken before the work so that calls at once cannot pass the limit together.
 */
export interface Room {
  kind: 'taken'
  /** The call did not fail: its room is free again. */
  giveBack(): Promise<void>
  /** The write of a PIN try, for a call that reached no PIN. */
  writeUnreached(): Promise<void>
}

export interface LimitReached {
  kind: 'reached'
  retryAfterSeconds: number
}

export type LimitFailures = ReturnType<typeof limitFailures>

/**
 * Takes room in all counters of what is tried, one after the other, so that of many equal calls at
 * once ten get through; or in none.
 */
export const limitFailures =
  (hsm: Hsm) =>
  async (tried: Tried, tenant: Tenant, now: Date): Promise<Room | LimitReached> => {
    const counters = await Promise.all(
      countersOf(tried).map(async ({ key, max }) => ({ id: `failures ${await hsm.mac(tenant.id, 'data', key, FIRST_KEY)}`, max })),
    )
    const taken: Counted[] = []
    const giveBack = (): Promise<void> => uncount(tenant, taken)
    const stored = await failureCountersOf(tenant)
      .find({ _id: { $in: counters.map(({ id }) => id) } })
      .lean()
    for (const { id, max } of counters) {
      const counted = await count(tenant, { id, max, now }, stored.find(({ _id }) => _id === id) ?? null)
      if (counted.kind === 'full') {
        await giveBack()
        return { kind: 'reached', retryAfterSeconds: Math.max(1, Math.ceil((counted.until.getTime() - now.getTime()) / 1000)) }
      }
      taken.push(counted)
    }
    const writeUnreached = async (): Promise<void> => {
      await failureCountersOf(tenant).updateOne({ _id: counters[0]?.id }, { $inc: { unreached: 1 } })
    }
    return { kind: 'taken', giveBack, writeUnreached }
  }

/**
 * One per mobile number, customer and card that was tried: failed calls of the window and calls
 * that are under way. The first failure begins the window; the counter ends by itself with it.
 */
interface Counter {
  key: string
  max: number
}

/** A number counts the same however it is written; a card is what a caller may know of it. */
function countersOf({ mobileNo, cardNoLastSix, expiryDate, entityId }: Tried): Counter[] {
  return [
    { key: `failures/mobile/${comparableMobileNumber(mobileNo)}`, max: FAILURES_MAX },
    ...(entityId === undefined ? [] : [{ key: `failures/customer/${entityId}`, max: FAILURES_MAX }]),
    { key: `failures/card/${cardNoLastSix}/${expiryDate}`, max: FAILURES_OF_ENDING_MAX },
  ]
}

interface Counted {
  kind: 'counted'
  id: string
  expiresAt: Date
}

/**
 * Counts one failure in the window that runs, or begins a window; each step is one update that two
 * calls cannot both make. `known`: the counter as it was read a moment ago.
 */
async function count(
  tenant: Tenant,
  { id, max, now }: { id: string; max: number; now: Date },
  known: FailureCounter | null,
): Promise<Counted | { kind: 'full'; until: Date }> {
  const failures = failureCountersOf(tenant)
  for (let stored = known; ; stored = await failures.findById(id).lean()) {
    if (stored && stored.failures >= 1 && stored.expiresAt > now) {
      if (stored.failures >= max) return { kind: 'full', until: stored.expiresAt }
      const running = await failures
        .findOneAndUpdate(
          { _id: id, expiresAt: { $gt: now }, failures: { $gte: 1, $lt: max } },
          { $inc: { failures: 1 } },
          { returnDocument: 'after' },
        )
        .lean()
      if (running) return { kind: 'counted', id, expiresAt: running.expiresAt }
      continue
    }
    // Begun between two looks by another call: counted in it next time round, or this call would
    // set back what others counted.
    const expiresAt = new Date(now.getTime() + WINDOW_MS)
    if (await begin(tenant, id, stored, expiresAt)) return { kind: 'counted', id, expiresAt }
  }
}

/**
 * Begins a window where none runs: the last one is over, or all its calls succeeded. False when
 * somebody else was faster.
 */
async function begin(tenant: Tenant, id: string, stored: FailureCounter | null, expiresAt: Date): Promise<boolean> {
  if (stored) {
    const begun = await failureCountersOf(tenant).updateOne(
      { _id: id, expiresAt: stored.expiresAt, failures: stored.failures },
      { $set: { failures: 1, expiresAt } },
    )
    return begun.modifiedCount === 1
  }
  return (await place(failureCountersOf(tenant), { _id: id, failures: 1, expiresAt })) === 'placed'
}

/** Only within their own windows: a later one has not counted this call. */
async function uncount(tenant: Tenant, counted: readonly Counted[]): Promise<void> {
  if (counted.length === 0) return
  const updates = counted.map(({ id, expiresAt }) => ({
    updateOne: { filter: { _id: id, expiresAt, failures: { $gte: 1 } }, update: { $inc: { failures: -1 } } },
  }))
  await failureCountersOf(tenant).bulkWrite(updates, { ordered: false })
}
