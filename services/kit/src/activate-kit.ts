// Activating a kit. Contract: packages/contract/src/kit/activate-kit.ts.
import { activateKitEndpoint, type KitActivated } from '@dcms/contract'
import { command, type Decision, refuse } from '@dcms/service'
import { type Kit, kitsOf, withoutOutbox } from './kit.ts'

/** A repeat with the same idempotency key answers success; any other second activation is refused. */
export const activateKit = command(activateKitEndpoint, async ({ kitNo, entityId }, scope) => {
  const kit = await kitsOf(scope.tenant).findById(kitNo, withoutOutbox).lean<Kit>()
  return scope.commit(kitsOf, kit, decideActivation(kit, entityId, scope.now), 'success')
})

type Refusal = 'MCC007' | 'card.already.active' | 'card.already.blocked' | 'card.already.closed' | 'card.status.active'

/** A kit is activated once, by the customer it belongs to, and never again after it was taken out of use. */
export function decideActivation(kit: Kit | null, entityId: string, now: Date): Decision<Kit, KitActivated, Refusal> {
  if (!kit || kit.entityId !== entityId) return refuse('MCC007') // the same answer for both: no probing for kits
  switch (kit.status) {
    case 'ASSIGNED':
    case 'INACTIVE':
      return {
        kind: 'changed',
        set: { status: 'ACTIVE', activatedAt: now, changedAt: now },
        events: [{ type: 'KitActivated', kitNo: kit._id, entityId, previousStatus: kit.status, activatedAt: now.toISOString() }],
      }
    case 'ACTIVE':
      return refuse('card.already.active')
    case 'BLOCKED':
    case 'HOTLISTED':
      return refuse('card.already.blocked')
    case 'CLOSED':
      return refuse('card.already.closed')
    case 'LOCKED':
    case 'REPLACED':
    case 'EXPIRED_CARD':
      return refuse('card.status.active')
    case 'RESERVED':
    case 'UNALLOCATED':
      return refuse('MCC007') // nobody's yet
  }
}
