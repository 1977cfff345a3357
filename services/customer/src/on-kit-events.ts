// Keeps the projection of kits in step with the kit context's events.
import type { KitActivated, KitBlocked, KitInfo, KitIssued, KitLocked, KitUnlocked } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { following } from '@dcms/service'
import { type KnownKit, knownKitsOf } from './kit-projection.ts'

export const onKitEvents = following({ of: 'kit', projection: knownKitsOf, apply: () => applyKitEvent })

type Known = Partial<Pick<KnownKit, 'entityId' | 'accountNo' | 'issuedAt' | 'kitInfo'>>

/** The kit as it stands after an event. Events that change nothing kept here only move the sequence on. */
export function applyKitEvent(kit: KnownKit | null, { payload }: Pick<ReceivedEvent, 'payload'>): Known {
  const event = payload as KitIssued | KitActivated | KitLocked | KitUnlocked | KitBlocked
  switch (event.type) {
    case 'KitIssued':
      return { entityId: event.entityId, accountNo: event.accountNo, issuedAt: event.issuedAt, kitInfo: kitInfoOf(event) }
    case 'KitActivated':
      return changed(kit, {
        cardStatus: 'ACTIVE',
        cardActivationDate: timestampOf(event.activatedAt),
        changedDate: timestampOf(event.activatedAt),
      })
    case 'KitLocked':
      return changed(kit, { cardStatus: 'LOCKED', changedDate: timestampOf(event.changedAt) })
    case 'KitUnlocked':
      return changed(kit, { cardStatus: 'ACTIVE', changedDate: timestampOf(event.changedAt) })
    case 'KitBlocked':
      return changed(kit, { cardStatus: 'BLOCKED', changedDate: timestampOf(event.changedAt) })
    default:
      return {}
  }
}

const changed = (kit: KnownKit | null, change: Partial<KitInfo>): Known => (kit?.kitInfo ? { kitInfo: { ...kit.kitInfo, ...change } } : {})

const kitInfoOf = (event: KitIssued): KitInfo => ({
  kitNo: event.kitNo,
  entityId: event.entityId,
  accountNo: event.accountNo,
  bin: event.bin,
  cardNumber: event.maskedCardNumber,
  cardStatus: event.cardStatus,
  cardType: event.cardType,
  cardCategory: event.cardCategory,
  networkType: event.networkType,
  productId: event.productId,
  productName: event.productName,
  ...(event.tierType && { tierType: event.tierType }),
  expDate: event.expDate,
  createdDate: timestampOf(event.issuedAt),
  changedDate: timestampOf(event.issuedAt),
})

const timestampOf = (iso: string): string => iso.replace('Z', '+00:00')
