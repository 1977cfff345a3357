// Closing a kit, by the bank's back office. Contract: packages/contract/src/kit/close-kit.ts.
import { type CloseKit, closeKitEndpoint, type KitClosed, type RefusalOf } from '@dcms/contract'
import { command, type Decision, refuse } from '@dcms/service'
import { type Kit, kitsOf, readKit } from '../kit.ts'
import { type At, stepBy, takeStep } from '../take-step.ts'

/** A repeat with the same idempotency key gives the first answer. */
export const closeKit = command(closeKitEndpoint, async (input, scope) => {
  const kit = await readKit(scope.tenant, input.kitNo)
  const previousStatus = (kit && stepBy(kit, scope.commandId)?.from) ?? kit?.status ?? ''
  return scope.commit(kitsOf, kit, decideClosing(kit, { ...input, operator: scope.user }, scope), { kitNo: input.kitNo, previousStatus })
})

/** Also of a card that is out of use already, and of a kit that nobody has. */
export function decideClosing(
  kit: Kit | null,
  { operator, reason }: Pick<CloseKit, 'reason'> & { operator: string },
  at: At,
): Decision<Kit, KitClosed, RefusalOf<'CLOSE'>> {
  if (!kit || kit.status === 'RESERVED') return refuse('MCC007')
  const step = takeStep(kit, 'CLOSE', at)
  if (step.kind === 'refused') return step
  const owner = kit.entityId === undefined ? {} : { entityId: kit.entityId }
  const why = reason === undefined ? {} : { reason }
  const told = { ...owner, previousStatus: kit.status, ...why, changer: operator, closedAt: at.now.toISOString() }
  return { kind: 'changed', set: step.set, events: [{ ...step.told, ...told }] }
}
