// Locking, unlocking and blocking a kit. Contract: packages/contract/src/kit/manage-kit.ts.
import { type KitBlocked, type KitLocked, type KitUnlocked, type ManageKit, manageKitEndpoint } from '@dcms/contract'
import { command, type Decision, refuse } from '@dcms/service'
import { isIssued, type Kit, type KitStatus, kitsOf, withoutOutbox } from './kit.ts'

/** A repeat with the same idempotency key answers success; otherwise an operation that finds its end state already there is refused. */
export const manageKit = command(manageKitEndpoint, async (input, scope) => {
  const { operation } = input
  if (operation !== 'LOCK' && operation !== 'UNLOCK' && operation !== 'BLOCK') return refuse('endpoint.not.available')
  const kit = await kitsOf(scope.tenant).findById(input.oldKit, withoutOutbox).lean<Kit>()
  return scope.commit(kitsOf, kit, decideManagement(kit, { ...input, operation }, scope.now), { status: true })
})

type Operation = 'LOCK' | 'UNLOCK' | 'BLOCK'
type Management = Pick<ManageKit, 'entityId' | 'reason' | 'changer' | 'channel'> & { operation: Operation }
type Refusal = 'MCC007' | 'card.status.active' | 'card.already.blocked' | 'card.already.closed' | 'card.blocked'

/** What each operation does in each status: the end state, or the refusal. */
function endOf(status: KitStatus, operation: Operation): 'LOCKED' | 'ACTIVE' | 'BLOCKED' | Refusal {
  switch (status) {
    case 'ACTIVE':
      return operation === 'LOCK' ? 'LOCKED' : operation === 'BLOCK' ? 'BLOCKED' : 'card.status.active'
    case 'LOCKED':
      return operation === 'UNLOCK' ? 'ACTIVE' : operation === 'BLOCK' ? 'BLOCKED' : 'card.status.active'
    case 'ASSIGNED':
    case 'INACTIVE':
      return operation === 'BLOCK' ? 'BLOCKED' : 'card.status.active'
    case 'BLOCKED':
      return operation === 'BLOCK' ? 'card.already.blocked' : 'card.blocked'
    case 'HOTLISTED':
    case 'REPLACED':
    case 'EXPIRED_CARD':
      return 'card.status.active'
    case 'CLOSED':
      return 'card.already.closed'
    case 'RESERVED':
    case 'UNALLOCATED':
      return 'MCC007'
  }
}

/** LOCKED can be undone, BLOCKED cannot; nothing leaves a final status. */
export function decideManagement(
  kit: Kit | null,
  management: Management,
  now: Date,
): Decision<Kit, KitLocked | KitUnlocked | KitBlocked, Refusal> {
  const { entityId, operation, reason, changer, channel } = management
  if (!kit || kit.entityId !== entityId || !isIssued(kit)) return refuse('MCC007')
  const end = endOf(kit.status, operation)
  if (end !== 'LOCKED' && end !== 'ACTIVE' && end !== 'BLOCKED') return refuse(end)
  const told = {
    kitNo: kit._id,
    entityId,
    previousStatus: kit.status,
    changedAt: now.toISOString(),
    ...(reason && { reason }),
    ...(changer && { changer }),
    ...(channel && { channel }),
  }
  const type = end === 'LOCKED' ? 'KitLocked' : end === 'ACTIVE' ? 'KitUnlocked' : 'KitBlocked'
  return { kind: 'changed', set: { status: end, changedAt: now }, events: [{ type, ...told }] }
}
