// The job that ends the life of cards whose last month is over, on the bank's own calendar.
import { type KitExpired, type RefusalOf, statusesFor } from '@dcms/contract'
import { type Decision, type Job, refuse } from '@dcms/service'
import { expiryOf, type Kit, kitsOf } from '../kit.ts'
import { type At, takeStep } from '../take-step.ts'
import { forKitsByExpiry } from './kits-by-expiry.ts'

const EVERY_MS = 3_600_000 // a bank's month ends at its own midnight

/** Expired by the time the run works by; a card that ended its life otherwise meanwhile is left. */
export const expireKits: Job = {
  name: 'expire-kits',
  summary: 'Ends the life of cards whose last month is over',
  everyMs: EVERY_MS,
  async run(run) {
    const { asOf, tenant } = run
    const thisMonth = expiryOf(asOf, 0, tenant.definition.timeZone)
    await forKitsByExpiry(run, { statuses: statusesFor('EXPIRE'), expiry: { $lt: thisMonth }, counted: 'expired' }, async (kit, scope) => {
      const at = { commandId: scope.commandId, now: asOf }
      const decide = (each: Kit | null) => (each ? decideExpiry(each, at) : refuse('MCC007'))
      return (await scope.change(kitsOf, kit._id, decide, { known: kit })).kind === 'answer'
    })
  },
}

export function decideExpiry(kit: Kit, at: At): Decision<Kit, KitExpired, RefusalOf<'EXPIRE'>> {
  const step = takeStep(kit, 'EXPIRE', at)
  if (step.kind === 'refused') return step
  if (kit.status === 'RESERVED') return refuse('MCC007')
  const owner = kit.entityId === undefined ? {} : { entityId: kit.entityId }
  const told = { ...owner, previousStatus: kit.status, expiredAt: at.now.toISOString() }
  return { kind: 'changed', set: step.set, events: [{ ...step.told, ...told }] }
}
