// The sweep that gives up reservations whose command did not confirm in time: the customer side refused, or never came back.
import type { Sweep } from '@dcms/service'
import { type Kit, kitsOf } from './kit.ts'

const EVERY_MS = 30_000
const KITS_PER_RUN = 500

/** A kit that was never confirmed has told nobody of itself, so it is deleted; its card number stays reserved and is not used again. */
export const releaseReservations: Sweep = {
  name: 'release reservations',
  everyMs: EVERY_MS,
  async run(_scopeOf, tenant) {
    const late = await kitsOf(tenant)
      .find({ 'reservation.until': { $lt: new Date() } }, { _id: 1, version: 1 })
      .limit(KITS_PER_RUN)
      .lean<Pick<Kit, '_id' | 'version'>[]>()
    for (const { _id, version } of late) await kitsOf(tenant).deleteOne({ _id, version, status: 'RESERVED' })
  },
}
