// What the bank is told of an event between contexts: a pure function, so that a repeat tells the same.

import type { KitActivated } from '../kit/activate-kit.ts'
import type { KitClosed } from '../kit/close-kit.ts'
import type { KitExpired } from '../kit/events.ts'
import type { KitIssued } from '../kit/issue-kits.ts'
import {
  type KitBlocked,
  type KitHotlisted,
  type KitLocked,
  type KitReplaced,
  type KitUnlocked,
  managementReason,
} from '../kit/manage-kit.ts'
import type { PinSet } from '../pin/set-pin.ts'
import type { CardActivatedMessage, CardBlockedMessage, CardStatusChangedMessage, PinChangedMessage } from './bank-stream-messages.ts'

/** Messages about a card that events of this release lead to. */
export type CardMessage = CardStatusChangedMessage | CardActivatedMessage | CardBlockedMessage | PinChangedMessage

type Managed = KitLocked | KitUnlocked | KitBlocked | KitHotlisted | KitReplaced
type Announced = Managed | KitIssued | KitActivated | KitExpired | KitClosed | PinSet
type StatusData = CardStatusChangedMessage['data']

/**
 * The public messages of one event, in the order in which the bank gets them; none for an event that the bank is not told of. Member by member,
 * so that nothing that an event says of the card number (mask, BIN) gets through.
 * @param payload an event of the contract, by its type
 */
export function bankMessagesOf(payload: { readonly type: string }, tenant: string): readonly CardMessage[] {
  const event = payload as Announced
  switch (event.type) {
    case 'KitIssued': {
      const { entityId, kitNo, cardStatus, issuedAt } = event
      return [statusChanged(tenant, issuedAt, { entityId, kitNo, currentStatus: cardStatus, operation: 'ISSUE' })]
    }
    case 'KitActivated': {
      const { entityId, kitNo, previousStatus, activatedAt } = event
      const status = { ...(previousStatus && { previousStatus }), currentStatus: 'ACTIVE', operation: 'ACTIVATE' } as const
      return [
        statusChanged(tenant, activatedAt, { entityId, kitNo, ...status }),
        { eventType: 'CARD_ACTIVATED', timestamp: activatedAt, tenantId: tenant, data: { entityId, kitNo } },
      ]
    }
    case 'KitLocked':
      return [managed(tenant, event, { currentStatus: 'LOCKED', operation: 'LOCK' })]
    case 'KitUnlocked':
      return [managed(tenant, event, { currentStatus: 'ACTIVE', operation: 'UNLOCK' })]
    case 'KitBlocked':
      return [managed(tenant, event, { currentStatus: 'BLOCKED', operation: 'BLOCK' }), cardBlocked(tenant, event)]
    case 'KitHotlisted':
      return [managed(tenant, event, { currentStatus: 'HOTLISTED', operation: 'HOTLIST' })]
    case 'KitReplaced':
      return replaced(tenant, event)
    case 'KitExpired': {
      const { entityId, kitNo, previousStatus, expiredAt } = event
      if (entityId === undefined) return [] // withdrawn from stock: nobody's card
      const status = { previousStatus, currentStatus: 'EXPIRED_CARD', operation: 'EXPIRE' } as const
      return [statusChanged(tenant, expiredAt, { entityId, kitNo, ...status })]
    }
    case 'KitClosed': {
      const { entityId, kitNo, previousStatus, changer, reason, closedAt } = event
      if (entityId === undefined) return [] // it was in stock: nobody's card
      const status = { previousStatus, currentStatus: 'CLOSED', operation: 'CLOSE' } as const
      return [statusChanged(tenant, closedAt, { entityId, kitNo, ...status, ...(changer && { changer }), ...(reason && { reason }) })]
    }
    case 'PinSet': {
      const { entityId, kitNo, setAt } = event
      return [{ eventType: 'PIN_CHANGED', timestamp: setAt, tenantId: tenant, data: { entityId, kitNo } }]
    }
    default:
      return []
  }
}

/** A card that is blocked and replaced in one step is told as blocked too. */
function replaced(tenant: string, event: KitReplaced): readonly CardMessage[] {
  const operation = event.operation === 'TAKE_OVER' ? 'UPGRADE' : (event.operation ?? 'REPLACE')
  const status = managed(tenant, event, { currentStatus: 'REPLACED', operation })
  return operation === 'BLOCK_AND_REPLACE' ? [status, cardBlocked(tenant, event)] : [status]
}

const cardBlocked = (tenant: string, event: Managed): CardMessage => ({
  eventType: 'CARD_BLOCKED',
  timestamp: event.changedAt,
  tenantId: tenant,
  data: { ...holderOf(event), ...orderOf(event) },
})

const statusChanged = (tenant: string, timestamp: string, data: StatusData): CardStatusChangedMessage => ({
  eventType: 'CARD_STATUS_CHANGED',
  timestamp,
  tenantId: tenant,
  data,
})

const managed = (tenant: string, event: Managed, status: Pick<StatusData, 'currentStatus' | 'operation'>): CardStatusChangedMessage =>
  statusChanged(tenant, event.changedAt, { ...holderOf(event), previousStatus: event.previousStatus, ...status, ...orderOf(event) })

const holderOf = ({ entityId, kitNo }: Managed) => ({ entityId, kitNo })

/** Who ordered it, through what and why, as far as it is told. */
function orderOf({ channel, changer, reason }: Managed): Pick<StatusData, 'channel' | 'changer' | 'reason'> {
  const named = managementReason.channel.enum.find((each) => each === channel)
  return { ...(named && { channel: named }), ...(changer && { changer }), ...(reason && { reason }) }
}
