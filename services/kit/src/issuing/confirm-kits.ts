// Confirming reserved kits: from here on the cards exist. Contract:
// packages/contract/src/kit/issue-kits.ts.
import { confirmKitsEndpoint, type KitInfo, type KitIssued } from '@dcms/contract'
import { answer, command, type Decision, refuse, unchanged } from '@dcms/service'
import { expDateOf, isIssued, type Kit, kitsOf, readKit } from '../kit.ts'
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

/** A reservation is confirmed by the command that made it, once. */
export function decideConfirmation(kit: Kit | null, commandId: string, at: At): Decision<Kit, KitIssued, 'MCC007'> {
  if (!kit?.entityId || !kit.accountNo) return refuse('MCC007')
  if (kit.status !== 'RESERVED') return kit.issuedBy === commandId ? unchanged : refuse('MCC007')
  if (kit.reservation?.commandId !== commandId) return refuse('MCC007')
  const step = takeStep(kit, kit.reservation.operation ?? 'ISSUE', at)
  if (step.kind === 'refused') return refuse('MCC007')
  return {
    kind: 'changed',
    set: { ...step.set, ...shipmentDue(kit, at.now), issuedBy: commandId },
    unset: ['reservation'],
    events: [
      {
        ...step.told,
        entityId: kit.entityId,
        accountNo: kit.accountNo,
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
        issuedAt: at.now.toISOString(),
      },
    ],
  }
}
