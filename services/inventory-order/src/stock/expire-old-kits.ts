// The job that withdraws kits in stock whose cards are not good for long enough any more.
import { randomUUID } from 'node:crypto'
import { KITS_MAX } from '@dcms/contract'
import type { Job, Tenant } from '@dcms/service'
import { dayOf } from '../bank-time.ts'
import { orderSettingsOf } from '../order-settings.ts'
import { withdraw } from './expire-insta-kits.ts'
import { stockOf } from './stock-kit.ts'

const EVERY_MS = 3_600_000 // a bank's day begins at its own midnight

/**
 * What is withdrawn is no longer found, so a run that is taken over goes on where the first one
 * died. Kits that a registration is handing out are left for the next run.
 */
export const expireOldKits: Job = {
  name: 'expire-insta-kits',
  summary: 'Withdraws kits in stock whose cards are good for less time than the bank wants',
  everyMs: EVERY_MS,
  async run({ tenant, asOf, scopeOf, counts, note }) {
    const { instaKitMonths } = orderSettingsOf(tenant.definition)
    const goodUntil = dayOf(asOf, tenant.definition.timeZone, instaKitMonths)
    for (let expired = counts.expired ?? 0; ; ) {
      const scope = scopeOf(randomUUID())
      const kits = await oldKits(tenant, goodUntil, scope.now).lean<{ _id: string }[]>()
      const kitNos = kits.map(({ _id }) => _id)
      const withdrawn = kitNos.length === 0 ? 0 : await withdraw(kitNos, {}, scope)
      if (withdrawn === 0) return
      expired += withdrawn
      await note(undefined, { expired })
    }
  },
}

/**
 * Up to 1,000 free kits whose last day is before this one, in no order: the store would read all
 * there are for one.
 * @param goodUntil `YYYY-MM-DD`
 */
export const oldKits = (tenant: Tenant, goodUntil: string, now: Date) =>
  stockOf(tenant)
    .find(
      {
        kitStatus: 'UNALLOCATED',
        expDate: { $lt: goodUntil },
        $or: [{ hold: { $exists: false } }, { 'hold.until': { $lte: now } }],
      },
      { _id: 1 },
    )
    .limit(KITS_MAX)
