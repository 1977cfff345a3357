// Ends the life of kits that left the stock unused.
import type { KitExpired, KitsWithdrawn } from '@dcms/contract'
import { type Decision, NotYet, type Reaction, unchanged } from '@dcms/service'
import { type Kit, kitsOf, withoutOutbox } from '../kit.ts'
import type { At } from '../take-step.ts'
import { decideExpiry } from './expire-kits.ts'

const AT_ONCE = 16
/** Only the own store can hold it up. */
const OTHERS_WAIT_MS = 5_000

/**
 * A repeat finds them expired. A kit that has an owner by now stays his: it was handed out first.
 */
export const onKitsWithdrawn: Reaction = {
  of: 'inventory-order',
  group: 'kit-withdrawals',
  othersWaitMs: OTHERS_WAIT_MS,
  async react(scopeOf, { type, payload }) {
    if (type !== 'KitsWithdrawn') return
    const { kitNos, withdrawalId, withdrawnAt } = payload as unknown as KitsWithdrawn
    const { tenant } = scopeOf(withdrawalId)
    const kits = await kitsOf(tenant)
      .find({ _id: { $in: kitNos }, status: 'UNALLOCATED' }, withoutOutbox)
      .lean<Kit[]>()
    for (let from = 0; from < kits.length; from += AT_ONCE)
      await Promise.all(
        kits.slice(from, from + AT_ONCE).map(async (kit) => {
          const scope = scopeOf(`withdraw/${withdrawalId}/${kit._id}`)
          const at = { commandId: scope.commandId, now: new Date(withdrawnAt) }
          const done = await scope.change(kitsOf, kit._id, (each) => decideWithdrawal(each, at), { known: kit })
          if (done.kind !== 'answer') throw new NotYet(`kit ${kit._id} changes all the time`)
        }),
      )
  },
}

/** Only what is still in stock is withdrawn. */
export function decideWithdrawal(kit: Kit | null, at: At): Decision<Kit, KitExpired, never> {
  if (kit?.status !== 'UNALLOCATED') return unchanged
  const expired = decideExpiry(kit, at)
  return expired.kind === 'refused' ? unchanged : expired
}
