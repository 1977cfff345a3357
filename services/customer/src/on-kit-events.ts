// Keeps the projection of kits in step with the kit context's events.
import { isKitEventType, type KitConverted, type KitInfo, type KitIssued, statusChangeOf } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { following } from '@dcms/service'
import { type KnownKit, knownKitsOf } from './kit-projection.ts'

/**
 * Kits that have an owner: all their events name him. A kit in stock tells of itself only when it
 * ends there, and the production of an order is no kit.
 */
export const onKitEvents = following({
  of: 'kit',
  projection: knownKitsOf,
  apply: () => applyKitEvent,
  concerns: ({ payload }) => typeof payload.entityId === 'string',
})

type Known = Partial<Pick<KnownKit, 'entityId' | 'accountNo' | 'issuedAt' | 'kitInfo'>>

/**
 * The kit as it stands after an event. Events that change nothing kept here only move the sequence
 * on.
 */
export function applyKitEvent(kit: KnownKit | null, { payload }: Pick<ReceivedEvent, 'payload'>): Known {
  if (payload.type === 'KitIssued') return issued(payload as unknown as KitIssued)
  const change = statusChangeOf(payload)
  if (!change || !kit?.kitInfo) return {}
  const { cardStatus, at } = change
  const changedDate = timestampOf(at)
  return { kitInfo: { ...kit.kitInfo, ...besidesStatus(payload, changedDate), cardStatus, changedDate } }
}

const issued = (event: KitIssued): Known => {
  const { entityId, accountNo, issuedAt } = event
  return { entityId, accountNo, issuedAt, kitInfo: kitInfoOf(event) }
}

/** What an event changes besides the status. */
function besidesStatus(payload: ReceivedEvent['payload'], changedDate: string): Partial<KitInfo> {
  switch (isKitEventType(payload.type) && payload.type) {
    case 'KitActivated':
      return { cardActivationDate: changedDate }
    case 'KitConverted': {
      const { cardType, productId, productName, tierType } = payload as unknown as KitConverted
      return { cardType, productId, productName, ...(tierType && { tierType }) }
    }
    default:
      return {}
  }
}

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
