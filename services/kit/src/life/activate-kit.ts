// Activating a kit. Contract: packages/contract/src/kit/activate-kit.ts.
import { activateKitEndpoint, type KitActivated, type RefusalOf } from '@dcms/contract'
import { command, type Decision, refuse } from '@dcms/service'
import { isIssued, type Kit, kitsOf, readKit } from '../kit.ts'
import { type At, takeStep } from '../take-step.ts'
import { isNextAfter } from './place.ts'
import { takeOver } from './take-over.ts'

/**
 * A repeat with the same idempotency key answers success; any other second activation is refused.
 * The card that an upgrade takes the place of is replaced right after; when this process dies in
 * between, the sweep `finishSuccessions` does it. A kit whose place another one has got is not
 * activated: the card names the one that has it, and names another only when that one can never be
 * activated any more.
 */
export const activateKit = command(activateKitEndpoint, async ({ kitNo, entityId }, scope) => {
  const kit = await readKit(scope.tenant, kitNo)
  const before = kit?.takesOver === undefined ? null : await readKit(scope.tenant, kit.takesOver)
  const isNext = !before || !kit || kit.activatedAt !== undefined || (await isNextAfter(before, kit._id, scope.tenant))
  const decision = decideActivation(kit, entityId, scope)
  const decided = decision.kind === 'changed' && !isNext ? refuse('card.status.active') : decision
  const activated = await scope.commit(kitsOf, kit, decided, 'success' as const)
  if (activated.kind === 'answer' && kit?.takesOver) await takeOver(kit, scope, before)
  return activated
})

/**
 * A kit is activated once, by the customer it belongs to, and never again after it was taken out of
 * use.
 */
export function decideActivation(kit: Kit | null, entityId: string, at: At): Decision<Kit, KitActivated, RefusalOf<'ACTIVATE'>> {
  if (!kit || kit.entityId !== entityId || !isIssued(kit)) return refuse('MCC007') // the same answer for all: no probing for kits
  const step = takeStep(kit, 'ACTIVATE', at)
  if (step.kind === 'refused') return step
  const { now } = at
  return {
    kind: 'changed',
    set: { ...step.set, activatedAt: now, ...(kit.takesOver && { takeOverPendingAt: now }) },
    events: [{ ...step.told, entityId, previousStatus: kit.status, activatedAt: now.toISOString() }],
  }
}
