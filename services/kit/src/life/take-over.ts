// The end of an upgrade: the new card was activated, so the old one is replaced. Whoever comes next
// (a repeat, the sweep) carries on.
import type { KitReplaced } from '@dcms/contract'
import { type Decision, type Scope, unchanged } from '@dcms/service'
import { isIssued, type Kit, kitsOf } from '../kit.ts'
import { type At, takeStep } from '../take-step.ts'

/**
 * Replaces the card that `kit` takes the place of, then notes that it is done. `known`: that card
 * as it was read just before.
 */
export async function takeOver(kit: Pick<Kit, '_id' | 'takesOver'>, scope: Scope, known?: Kit | null): Promise<void> {
  if (kit.takesOver !== undefined) {
    const replaced = await scope.change(kitsOf, kit.takesOver, (old) => decideTakeOver(old, kit._id, scope), { known })
    if (replaced.kind === 'overtaken') throw new Error(`kit ${kit.takesOver} keeps changing; the sweep will replace it later`)
  }
  await kitsOf(scope.tenant).updateOne({ _id: kit._id, takeOverPendingAt: { $exists: true } }, { $unset: { takeOverPendingAt: '' } })
}

/** A card that was hotlisted, expired, closed or replaced meanwhile stays what it is. */
export function decideTakeOver(old: Kit | null, newKitNo: string, at: At): Decision<Kit, KitReplaced, never> {
  if (!old || !isIssued(old)) return unchanged
  const step = takeStep(old, 'TAKE_OVER', at, newKitNo)
  if (step.kind === 'refused') return unchanged
  const { now } = at
  const told = { entityId: old.entityId, previousStatus: old.status, changedAt: now.toISOString() }
  return { kind: 'changed', set: step.set, events: [{ ...step.told, ...told, newKitNo, operation: 'TAKE_OVER' }] }
}
