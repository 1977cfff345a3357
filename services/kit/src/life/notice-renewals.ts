// The job that tells, once per card, that it ends soon: as many days before as the bank has set.
import { type KitRenewalDue, renewalNoticeDays, statusesThat, traitsOf } from '@dcms/contract'
import { type Decision, type Job, unchanged } from '@dcms/service'
import { expDateOf, expiryOf, isIssued, type Kit, kitsOf } from '../kit.ts'
import { forKitsByExpiry } from './kits-by-expiry.ts'

const EVERY_MS = 3_600_000
const DAY_MS = 86_400_000

export const noticeRenewals: Job = {
  name: 'notice-renewals',
  summary: 'Tells of cards that end soon, once per card',
  everyMs: EVERY_MS,
  async run(run) {
    const { asOf, tenant } = run
    const { timeZone } = tenant.definition
    const expiry = { $gte: expiryOf(asOf, 0, timeZone), $lte: lastDueMonth(asOf, renewalNoticeDays(tenant.definition), timeZone) }
    const wanted = { statuses: statusesThat('isRenewed'), expiry, further: { renewalNoticedAt: { $exists: false } }, counted: 'noticed' }
    await forKitsByExpiry(run, wanted, async (kit, scope) => {
      const decide = (each: Kit | null) => (each ? decideNotice(each, asOf) : unchanged)
      const noticed = await scope.change(kitsOf, kit._id, decide, { known: kit })
      return noticed.kind === 'answer' && noticed.result.decision.kind === 'changed'
    })
  },
}

/**
 * The last `YYMM` whose last day is at most so many days away: `2701` when asked for 30 days on 1
 * January 2027.
 */
export function lastDueMonth(asOf: Date, noticeDays: number, timeZone: string): string {
  const reached = new Date(asOf.getTime() + noticeDays * DAY_MS)
  const month = expiryOf(reached, 0, timeZone)
  const nextDay = new Date(reached.getTime() + DAY_MS)
  return expiryOf(nextDay, 0, timeZone) === month ? expiryOf(reached, -1, timeZone) : month
}

/** Once per card, also when its run is repeated. */
export function decideNotice(kit: Kit, asOf: Date): Decision<Kit, KitRenewalDue, never> {
  if (kit.renewalNoticedAt || !isIssued(kit) || !traitsOf(kit.status).isRenewed) return unchanged
  return {
    kind: 'changed',
    set: { renewalNoticedAt: asOf },
    events: [
      {
        type: 'KitRenewalDue',
        kitNo: kit._id,
        entityId: kit.entityId,
        ...(kit.accountNo && { accountNo: kit.accountNo }),
        productId: kit.productId,
        cardType: kit.cardType,
        cardStatus: kit.status,
        expDate: expDateOf(kit.expiry),
        noticedAt: asOf.toISOString(),
      },
    ],
  }
}
