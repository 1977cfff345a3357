// The sweep that gives up reservations whose command did not confirm in time: the customer side refused, or never came back.
import type { Sweep, Tenant } from '@dcms/service'
import { type Kit, kitsOf } from './kit.ts'

const EVERY_MS = 30_000
const KITS_PER_RUN = 500

/**
 * A kit that was never confirmed has told nobody of itself, so it is deleted; its card number stays reserved and is not used again. One that the
 * kit before it names as its successor is left: the sweep `finishSuccessions` confirms it.
 */
export const releaseReservations: Sweep = {
  name: 'release reservations',
  everyMs: EVERY_MS,
  async run(_scopeOf, tenant) {
    const late = await lateReservations(tenant, new Date()).lean<Pick<Kit, '_id' | 'version' | 'predecessor'>[]>()
    for (const { _id, version, predecessor } of late) {
      if (predecessor !== undefined && !(await isGivenUp(_id, predecessor, tenant))) continue
      await kitsOf(tenant).deleteOne({ _id, version, status: 'RESERVED' })
    }
  },
}

/**
 * False for a kit that the one before it names. Otherwise the version of that one is moved on, so that a command that stood still for all that
 * time and is about to name the kit is overtaken: it comes back to find the kit gone (see `putSuccessor`).
 */
async function isGivenUp(_id: string, predecessor: string, tenant: Tenant): Promise<boolean> {
  const movedOn = await kitsOf(tenant).updateOne({ _id: predecessor, 'successor.kitNo': { $ne: _id } }, { $inc: { version: 1 } })
  return movedOn.matchedCount === 1
}

/** Without `$exists` the store does not see that the partial index has them all. */
export const lateReservations = (tenant: Tenant, now: Date) =>
  kitsOf(tenant)
    .find({ 'reservation.until': { $exists: true, $lt: now } }, { _id: 1, version: 1, predecessor: 1 })
    .limit(KITS_PER_RUN)
