// What the bank is told of an event between contexts: a pure function, so that a repeat tells the
// same.

import type { KitEventType } from '../kit/card-life.ts'
import { type KitReplaced, managementReason } from '../kit/manage-kit.ts'
import { isKitEventType, type StatusChange, statusChangeOf } from '../kit/status-change.ts'
import type { PinSet } from '../pin/set-pin.ts'
import type { WalletStaged } from '../wallet/load-wallet.ts'
import type {
  CardActivatedMessage,
  CardBlockedMessage,
  CardStatusChangedMessage,
  PinChangedMessage,
  WalletLoadedMessage,
} from './bank-stream-messages.ts'

/** Messages about a card that events of this release lead to. */
export type CardMessage = CardStatusChangedMessage | CardActivatedMessage | CardBlockedMessage | PinChangedMessage | WalletLoadedMessage

type StatusData = CardStatusChangedMessage['data']
type Payload = { readonly type: string; readonly [member: string]: unknown }

/** What the bank is told changed the status; null for what it is not told of. */
const operations: Readonly<Record<KitEventType, StatusData['operation'] | null>> = {
  KitIssued: 'ISSUE',
  KitAssigned: null, // KitIssued comes with it
  KitActivated: 'ACTIVATE',
  KitLocked: 'LOCK',
  KitUnlocked: 'UNLOCK',
  KitBlocked: 'BLOCK',
  KitReplaced: 'REPLACE',
  KitHotlisted: 'HOTLIST',
  KitUpgraded: null, // KitReplaced follows when the new card is activated
  KitConverted: null, // the status stays
  KitExpired: 'EXPIRE',
  KitClosed: 'CLOSE',
}

/**
 * The public messages of one event, in the order in which the bank gets them; none for an event
 * that the bank is not told of. Member by member, so that nothing that an event says of the card
 * number (mask, BIN) gets through.
 * @param payload an event of the contract, by its type
 */
export function bankMessagesOf(payload: Payload, tenant: string): readonly CardMessage[] {
  if (payload.type === 'PinSet') return [pinChanged(payload as unknown as PinSet, tenant)]
  if (payload.type === 'WalletStaged') return [walletLoaded(payload as unknown as WalletStaged, tenant)]
  const operation = operationOf(payload)
  const change = statusChangeOf(payload)
  const { entityId, kitNo } = payload
  if (!operation || !change || typeof entityId !== 'string' || typeof kitNo !== 'string') return [] // a card in stock is nobody's
  const changed = statusChanged(tenant, { entityId, kitNo }, change, operation, orderOf(payload))
  switch (operation) {
    case 'ACTIVATE':
      return [changed, { eventType: 'CARD_ACTIVATED', timestamp: change.at, tenantId: tenant, data: { entityId, kitNo } }]
    case 'BLOCK':
    case 'BLOCK_AND_REPLACE': // told as blocked too
      return [
        changed,
        { eventType: 'CARD_BLOCKED', timestamp: change.at, tenantId: tenant, data: { entityId, kitNo, ...orderOf(payload) } },
      ]
    default:
      return [changed]
  }
}

function operationOf(payload: Payload): StatusData['operation'] | null {
  if (!isKitEventType(payload.type)) return null
  const { operation } = payload as Partial<KitReplaced>
  if (payload.type !== 'KitReplaced' || operation === undefined) return operations[payload.type]
  return operation === 'TAKE_OVER' ? 'UPGRADE' : operation
}

const statusChanged = (
  tenantId: string,
  card: Pick<StatusData, 'entityId' | 'kitNo'>,
  { previousStatus, cardStatus: currentStatus, at: timestamp }: StatusChange,
  operation: StatusData['operation'],
  order: Order,
): CardStatusChangedMessage => ({
  eventType: 'CARD_STATUS_CHANGED',
  timestamp,
  tenantId,
  data: { ...card, ...(previousStatus && { previousStatus }), currentStatus, operation, ...order },
})

const pinChanged = ({ entityId, kitNo, setAt }: PinSet, tenantId: string): PinChangedMessage => ({
  eventType: 'PIN_CHANGED',
  timestamp: setAt,
  tenantId,
  data: { entityId, kitNo },
})

const PAISE_PER_RUPEE = 100

/** An NCMC wallet holds rupees, whatever the bank's accounts are in. */
const walletLoaded = ({ entityId, kitNo, amountPaise, stagedAt }: WalletStaged, tenantId: string): WalletLoadedMessage => ({
  eventType: 'WALLET_LOADED',
  timestamp: stagedAt,
  tenantId,
  data: { entityId, kitNo, amount: (amountPaise / PAISE_PER_RUPEE).toFixed(2), currency: 'INR', walletType: 'NCMC' },
})

type Order = Pick<StatusData, 'channel' | 'changer' | 'reason'>

/** Who ordered it, through what and why, as far as it is told. */
function orderOf({ channel, changer, reason }: Payload): Order {
  const named = managementReason.channel.enum.find((each) => each === channel)
  return {
    ...(named && { channel: named }),
    ...(typeof changer === 'string' && changer && { changer }),
    ...(typeof reason === 'string' && reason && { reason }),
  }
}
