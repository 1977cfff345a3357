// Locking, unlocking, blocking, hotlisting a kit, or replacing it. Contract:
// packages/contract/src/kit/manage-kit.ts.
import {
  type KitBlocked,
  type KitHotlisted,
  type KitLocked,
  type KitUnlocked,
  type ManageKit,
  manageKitEndpoint,
  type RefusalOf,
} from '@dcms/contract'
import { command, type Decision, refuse } from '@dcms/service'
import { isIssued, type Kit, kitsOf, readKit } from '../kit.ts'
import { type At, auditOf, takeStep } from '../take-step.ts'
import { replaceKit } from './replace-kit.ts'
import type { SuccessionParts } from './succession.ts'

/**
 * A repeat with the same idempotency key gives the first answer; otherwise an operation that finds
 * its end state already there is refused.
 */
export const manageKit = (parts: SuccessionParts) =>
  command(manageKitEndpoint, async (input, scope) => {
    const { operation, oldKit } = input
    if (operation === 'REPLACE' || operation === 'BLOCK_AND_REPLACE') return await replaceKit({ ...input, operation }, scope, parts)
    if (operation === 'HOTLIST' && scope.tenant.definition.settings?.hotlist === false) return refuse('product.level.disable')
    const kit = await readKit(scope.tenant, oldKit)
    return scope.commit(kitsOf, kit, decideManagement(kit, { ...input, operation }, scope), { status: true })
  })

type Operation = Exclude<ManageKit['operation'], 'REPLACE' | 'BLOCK_AND_REPLACE'>
type Management = Pick<ManageKit, 'entityId' | 'reason' | 'changer' | 'channel'> & { operation: Operation }
type Managed = KitLocked | KitUnlocked | KitBlocked | KitHotlisted

/** LOCKED can be undone, BLOCKED cannot; nothing leaves a final status. */
export function decideManagement(kit: Kit | null, management: Management, at: At): Decision<Kit, Managed, RefusalOf<Operation>> {
  const { entityId, operation } = management
  if (!kit || kit.entityId !== entityId || !isIssued(kit)) return refuse('MCC007')
  const step = takeStep(kit, operation, at)
  if (step.kind === 'refused') return step
  const told = { entityId, previousStatus: kit.status, changedAt: at.now.toISOString(), ...auditOf(management) }
  return { kind: 'changed', set: step.set, events: [{ ...step.told, ...told }] }
}
