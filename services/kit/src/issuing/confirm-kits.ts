// Confirming reserved kits: from here on the cards exist. Contract:
// packages/contract/src/kit/issue-kits.ts.
import { confirmKitsEndpoint, type KitAssigned, type KitInfo, type KitIssued } from '@dcms/contract'
import { answer, command, type Decision, refuse, unchanged } from '@dcms/service'
import { expDateOf, isIssued, type Kit, kitsOf, type NewOwner, readKit } from '../kit.ts'
import { shipmentDue } from '../shipments/shipment.ts'
import { type At, takeStep } from '../take-step.ts'
import type { CardVault } from '../vault/card-vault.ts'
import type { JustReserved } from './just-reserved.ts'

/**
 * Kit by kit, each one atomic update; a repeat passes over those it finds confirmed by the same
 * command.
 */
export const confirmKits = ({ vault, justReserved }: { vault: CardVault; justReserved: JustReserved }) =>
  command(confirmKitsEndpoint, async ({ commandId, kitNos }, scope) => {
    const kitInfo: KitInfo[] = []
    for (const kitNo of kitNos) {
      const kit = justReserved.take(scope.tenant, kitNo) ?? (await readKit(scope.tenant, kitNo))
      const decision = decideConfirmation(kit, commandId, scope)
      const committed = await scope.commit(kitsOf, kit, decision, null)
      if (committed.kind !== 'answer') return committed
      const confirmed = kit && decision.kind === 'changed' ? { ...kit, ...decision.set } : kit
      if (!confirmed || !isIssued(confirmed)) return { kind: 'overtaken' }
      kitInfo.push(await vault.kitInfoWithCardNumber(scope.tenant, confirmed))
    }
    return answer(kitInfo)
  })

/**
 * A reservation is confirmed by the command that made it, once. A kit from stock gets its owner by
 * that, and is handed out where it is: it is not sent.
 */
export function decideConfirmation(kit: Kit | null, commandId: string, at: At): Decision<Kit, KitAssigned | KitIssued, 'MCC007'> {
  if (!kit) return refuse('MCC007')
  if (kit.issuedBy === commandId) return unchanged
  const { reservation } = kit
  if (reservation?.commandId !== commandId) return refuse('MCC007')
  if (reservation.owner) return assigned(kit, { ...reservation, owner: reservation.owner }, at)
  const { entityId, accountNo } = kit
  if (kit.status !== 'RESERVED' || !entityId || !accountNo) return refuse('MCC007')
  const step = takeStep(kit, reservation.operation ?? 'ISSUE', at)
  if (step.kind === 'refused') return refuse('MCC007')
  return {
    kind: 'changed',
    set: { ...step.set, ...shipmentDue(kit, at.now), issuedBy: commandId },
    unset: ['reservation'],
    events: [{ ...step.told, ...issuedOf(kit, { entityId, accountNo }, at.now) }],
  }
}

type OfStock = Required<Pick<NonNullable<Kit['reservation']>, 'commandId' | 'owner'>>

function assigned(kit: Kit, { commandId, owner }: OfStock, at: At): Decision<Kit, KitAssigned | KitIssued, 'MCC007'> {
  const step = takeStep(kit, 'ASSIGN', at)
  if (step.kind === 'refused') return refuse('MCC007')
  const { told } = step
  const { entityId, accountNo } = owner
  const { parentKitNo } = kit
  return {
    kind: 'changed',
    set: { ...step.set, ...owner, assignedAt: at.now, issuedBy: commandId },
    unset: ['reservation'],
    events: [
      { ...told, ...(parentKitNo !== undefined && { parentKitNo }), entityId, accountNo, assignedAt: at.now.toISOString() },
      { ...told, ...issuedOf(kit, owner, at.now), type: 'KitIssued' },
    ],
  }
}

/** What KitIssued tells besides the step. */
const issuedOf = (kit: Kit, { entityId, accountNo }: Pick<NewOwner, 'entityId' | 'accountNo'>, now: Date) => ({
  entityId,
  accountNo,
  productId: kit.productId,
  productName: kit.productName,
  ...(kit.tierType && { tierType: kit.tierType }),
  bin: kit.bin,
  maskedCardNumber: kit.maskedPan,
  cardCategory: kit.cardCategory,
  cardType: kit.cardType,
  networkType: kit.networkType,
  expDate: expDateOf(kit.expiry),
  ...(kit.predecessor && { predecessor: kit.predecessor }),
  issuedAt: now.toISOString(),
})
