// What an event of a kit says of the card's status. Followers, the bank stream and notices read it
// here and spell no event types of their own.

import type { CardStatus } from '../words/card-statuses.ts'
import { cardLife, type KitEventType } from './card-life.ts'

/** A card's new status, as an event tells it. */
export interface StatusChange {
  /** Absent for a card that was just issued, and in events of earlier releases. */
  readonly previousStatus?: CardStatus
  readonly cardStatus: CardStatus
  /** ISO 8601 in UTC. */
  readonly at: string
}

/** The member that says when it was; null for an event that leaves the status as it is. */
const toldAt = {
  KitIssued: 'issuedAt',
  KitAssigned: 'assignedAt',
  KitActivated: 'activatedAt',
  KitLocked: 'changedAt',
  KitUnlocked: 'changedAt',
  KitBlocked: 'changedAt',
  KitReplaced: 'changedAt',
  KitHotlisted: 'changedAt',
  KitUpgraded: null, // the old card stays what it is until KitReplaced
  KitConverted: 'convertedAt',
  KitExpired: 'expiredAt',
  KitClosed: 'closedAt',
} as const satisfies Record<KitEventType, string | null>

/** Whether an event of this type tells a step of a card's life. */
export const isKitEventType = (type: string): type is KitEventType => Object.hasOwn(toldAt, type)

/**
 * The new status that an event of the kit context tells; null for an event that changes none.
 * @param payload an event as it came from the topic
 */
export function statusChangeOf(payload: { readonly type: string; readonly [member: string]: unknown }): StatusChange | null {
  if (!isKitEventType(payload.type)) return null
  const at = toldAt[payload.type]
  if (at === null) return null
  const cardStatus = (payload.cardStatus as CardStatus | undefined) ?? onlyStatusAfter(payload.type)
  if (cardStatus === undefined) return null
  const previousStatus = payload.previousStatus as CardStatus | undefined
  return { ...(previousStatus && { previousStatus }), cardStatus, at: String(payload[at]) }
}

/**
 * For events of earlier releases, which did not say the status: the table leads to one status by
 * each of theirs.
 */
function onlyStatusAfter(event: KitEventType): CardStatus | undefined {
  const statuses = new Set(
    Object.values(cardLife).flatMap((row) => Object.values(row).flatMap((step) => ('to' in step && step.event === event ? [step.to] : []))),
  )
  const [status] = statuses
  return statuses.size === 1 ? status : undefined
}
