// Keeps the projection of kits in step with the kit context's events.
import type {
  KitActivated,
  KitBlocked,
  KitClosed,
  KitConverted,
  KitExpired,
  KitHotlisted,
  KitInfo,
  KitIssued,
  KitLocked,
  KitReplaced,
  KitUnlocked,
} from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { following } from '@dcms/service'
import { type KnownKit, knownKitsOf } from './kit-projection.ts'

export const onKitEvents = following({ of: 'kit', projection: knownKitsOf, apply: () => applyKitEvent })

type Known = Partial<Pick<KnownKit, 'entityId' | 'accountNo' | 'issuedAt' | 'kitInfo'>>

type Followed =
  | KitIssued
  | KitActivated
  | KitLocked
  | KitUnlocked
  | KitBlocked
  | KitReplaced
  | KitHotlisted
  | KitConverted
  | KitExpired
  | KitClosed

/** The kit as it stands after an event. Events that change nothing kept here only move the sequence on. */
export function applyKitEvent(kit: KnownKit | null, { payload }: Pick<ReceivedEvent, 'payload'>): Known {
  const event = payload as Followed
  switch (event.type) {
    case 'KitIssued':
      return { entityId: event.entityId, accountNo: event.accountNo, issuedAt: event.issuedAt, kitInfo: kitInfoOf(event) }
    case 'KitActivated':
      return changed(kit, event.activatedAt, { cardStatus: 'ACTIVE', cardActivationDate: timestampOf(event.activatedAt) })
    case 'KitLocked':
      return changed(kit, event.changedAt, { cardStatus: 'LOCKED' })
    case 'KitUnlocked':
      return changed(kit, event.changedAt, { cardStatus: 'ACTIVE' })
    case 'KitBlocked':
      return changed(kit, event.changedAt, { cardStatus: 'BLOCKED' })
    case 'KitReplaced':
      return changed(kit, event.changedAt, { cardStatus: 'REPLACED' })
    case 'KitHotlisted':
      return changed(kit, event.changedAt, { cardStatus: 'HOTLISTED' })
    case 'KitConverted':
      return changed(kit, event.convertedAt, {
        cardStatus: event.cardStatus,
        cardType: event.cardType,
        productId: event.productId,
        productName: event.productName,
        ...(event.tierType && { tierType: event.tierType }),
      })
    case 'KitExpired':
      return changed(kit, event.expiredAt, { cardStatus: 'EXPIRED_CARD' })
    case 'KitClosed':
      return changed(kit, event.closedAt, { cardStatus: 'CLOSED' })
    default:
      return {}
  }
}

const changed = (kit: KnownKit | null, at: string, change: Partial<KitInfo>): Known =>
  kit?.kitInfo ? { kitInfo: { ...kit.kitInfo, ...change, changedDate: timestampOf(at) } } : {}

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
