// The life of a card as one table: for each operation and status the status that follows and the
// event that tells it, or the refusal. Every command of the kit context decides by it; the picture
// and the tables of the documentation are made from it.
import type { ErrorCode } from '../errors/errors.ts'
import { type CardStatus, type KitStatus, kitStatuses } from '../words/card-statuses.ts'

export type KitEventType =
  | 'KitIssued'
  | 'KitAssigned'
  | 'KitActivated'
  | 'KitLocked'
  | 'KitUnlocked'
  | 'KitBlocked'
  | 'KitReplaced'
  | 'KitHotlisted'
  | 'KitUpgraded'
  | 'KitConverted'
  | 'KitExpired'
  | 'KitClosed'

export type KitRefusal = Extract<
  ErrorCode,
  'MCC007' | 'card.already.active' | 'card.already.blocked' | 'card.already.closed' | 'card.blocked' | 'card.status.active'
>

export interface Taken<Event extends KitEventType = KitEventType> {
  readonly to: CardStatus
  readonly event: Event
}
export type Step<Refusal extends KitRefusal = KitRefusal, Event extends KitEventType = KitEventType> =
  | Taken<Event>
  | { readonly refusal: Refusal }
type Row<Refusal extends KitRefusal = KitRefusal, Event extends KitEventType = KitEventType> = Readonly<
  Record<KitStatus, Step<Refusal, Event>>
>

const to = <const Event extends KitEventType>(status: CardStatus, event: Event): Taken<Event> => ({ to: status, event })
const no = <const Refusal extends KitRefusal>(refusal: Refusal): { readonly refusal: Refusal } => ({ refusal })

const unseen = { RESERVED: no('MCC007'), UNALLOCATED: no('MCC007') } as const
/** What manageKit answers to a card that is out of use for good. */
const out = {
  HOTLISTED: no('card.status.active'),
  REPLACED: no('card.status.active'),
  EXPIRED_CARD: no('card.status.active'),
  CLOSED: no('card.already.closed'),
} as const
/** What every other command answers to it, and to a blocked one. */
const unusable = {
  BLOCKED: no('card.blocked'),
  HOTLISTED: no('card.blocked'),
  REPLACED: no('card.status.active'),
  EXPIRED_CARD: no('card.status.active'),
  CLOSED: no('card.status.active'),
} as const
const notYet = no('card.status.active')

const life = {
  /** A kit made for a customer: reserved first, then confirmed. */
  ISSUE: every('MCC007', { RESERVED: to('INACTIVE', 'KitIssued') }),
  /** The new kit of an upgrade. */
  ISSUE_UPGRADE: every('MCC007', { RESERVED: to('ASSIGNED', 'KitIssued') }),
  /** A kit out of stock gets its owner. */
  ASSIGN: every('MCC007', { UNALLOCATED: to('ASSIGNED', 'KitAssigned') }),
  ACTIVATE: {
    ...unseen,
    ASSIGNED: to('ACTIVE', 'KitActivated'),
    INACTIVE: to('ACTIVE', 'KitActivated'),
    ACTIVE: no('card.already.active'),
    LOCKED: notYet,
    BLOCKED: no('card.already.blocked'),
    HOTLISTED: no('card.already.blocked'),
    REPLACED: no('card.status.active'),
    EXPIRED_CARD: no('card.status.active'),
    CLOSED: no('card.already.closed'),
  },
  LOCK: {
    ...unseen,
    ASSIGNED: notYet,
    INACTIVE: notYet,
    ACTIVE: to('LOCKED', 'KitLocked'),
    LOCKED: no('card.status.active'),
    BLOCKED: no('card.blocked'),
    ...out,
  },
  UNLOCK: {
    ...unseen,
    ASSIGNED: notYet,
    INACTIVE: notYet,
    ACTIVE: no('card.status.active'),
    LOCKED: to('ACTIVE', 'KitUnlocked'),
    BLOCKED: no('card.blocked'),
    ...out,
  },
  BLOCK: {
    ...unseen,
    ASSIGNED: to('BLOCKED', 'KitBlocked'),
    INACTIVE: to('BLOCKED', 'KitBlocked'),
    ACTIVE: to('BLOCKED', 'KitBlocked'),
    LOCKED: to('BLOCKED', 'KitBlocked'),
    BLOCKED: no('card.already.blocked'),
    ...out,
  },
  REPLACE: {
    ...unseen,
    ASSIGNED: notYet,
    INACTIVE: notYet,
    ACTIVE: to('REPLACED', 'KitReplaced'),
    LOCKED: to('REPLACED', 'KitReplaced'),
    BLOCKED: to('REPLACED', 'KitReplaced'),
    ...out,
  },
  BLOCK_AND_REPLACE: {
    ...unseen,
    ASSIGNED: to('REPLACED', 'KitReplaced'),
    INACTIVE: to('REPLACED', 'KitReplaced'),
    ACTIVE: to('REPLACED', 'KitReplaced'),
    LOCKED: to('REPLACED', 'KitReplaced'),
    BLOCKED: no('card.already.blocked'),
    ...out,
  },
  HOTLIST: {
    ...unseen,
    ASSIGNED: to('HOTLISTED', 'KitHotlisted'),
    INACTIVE: to('HOTLISTED', 'KitHotlisted'),
    ACTIVE: to('HOTLISTED', 'KitHotlisted'),
    LOCKED: to('HOTLISTED', 'KitHotlisted'),
    BLOCKED: to('HOTLISTED', 'KitHotlisted'),
    ...out,
  },
  /** The card gets a successor and stays usable until that one is activated. */
  UPGRADE: {
    ...unseen,
    ASSIGNED: notYet,
    INACTIVE: notYet,
    ACTIVE: to('ACTIVE', 'KitUpgraded'),
    LOCKED: to('LOCKED', 'KitUpgraded'),
    ...unusable,
  },
  /**
   * Its successor was activated. A card that was hotlisted, expired or closed meanwhile stays so.
   */
  TAKE_OVER: {
    ...unseen,
    ASSIGNED: notYet,
    INACTIVE: notYet,
    ACTIVE: to('REPLACED', 'KitReplaced'),
    LOCKED: to('REPLACED', 'KitReplaced'),
    BLOCKED: to('REPLACED', 'KitReplaced'),
    HOTLISTED: no('card.blocked'),
    REPLACED: no('card.status.active'),
    EXPIRED_CARD: no('card.status.active'),
    CLOSED: no('card.status.active'),
  },
  /** A virtual card gets its plastic; the status stays. */
  CONVERT: {
    ...unseen,
    ASSIGNED: to('ASSIGNED', 'KitConverted'),
    INACTIVE: to('INACTIVE', 'KitConverted'),
    ACTIVE: to('ACTIVE', 'KitConverted'),
    LOCKED: to('LOCKED', 'KitConverted'),
    ...unusable,
  },
  /** The month of expiry is over, or a kit in stock was withdrawn. */
  EXPIRE: {
    RESERVED: no('MCC007'),
    UNALLOCATED: to('EXPIRED_CARD', 'KitExpired'),
    ASSIGNED: to('EXPIRED_CARD', 'KitExpired'),
    INACTIVE: to('EXPIRED_CARD', 'KitExpired'),
    ACTIVE: to('EXPIRED_CARD', 'KitExpired'),
    LOCKED: to('EXPIRED_CARD', 'KitExpired'),
    BLOCKED: to('EXPIRED_CARD', 'KitExpired'),
    ...out,
  },
  /** By the bank's back office, for good. */
  CLOSE: {
    RESERVED: no('MCC007'),
    UNALLOCATED: to('CLOSED', 'KitClosed'),
    ASSIGNED: to('CLOSED', 'KitClosed'),
    INACTIVE: to('CLOSED', 'KitClosed'),
    ACTIVE: to('CLOSED', 'KitClosed'),
    LOCKED: to('CLOSED', 'KitClosed'),
    BLOCKED: to('CLOSED', 'KitClosed'),
    HOTLISTED: to('CLOSED', 'KitClosed'),
    REPLACED: to('CLOSED', 'KitClosed'),
    EXPIRED_CARD: to('CLOSED', 'KitClosed'),
    CLOSED: no('card.already.closed'),
  },
} as const satisfies Record<string, Row>

export type KitOperation = keyof typeof life
/** The codes that an operation refuses with in one status or another. */
export type RefusalOf<Operation extends KitOperation> = Extract<(typeof life)[Operation][KitStatus], { refusal: unknown }>['refusal']

/** The event that tells an operation, whatever the status it began in. */
export type EventOf<Operation extends KitOperation> = Extract<(typeof life)[Operation][KitStatus], { event: unknown }>['event']

/** The table. `cardLife.LOCK.ACTIVE` is what LOCK does to an ACTIVE card. */
export const cardLife: Readonly<Record<KitOperation, Row>> = life

/** What an operation does to a card in this status. */
export const stepOf = <Operation extends KitOperation>(
  operation: Operation,
  status: KitStatus,
): Step<RefusalOf<Operation>, EventOf<Operation>> => cardLife[operation][status] as Step<RefusalOf<Operation>, EventOf<Operation>>

/** The statuses in which an operation is not refused. */
export const statusesFor = (operation: KitOperation): readonly KitStatus[] =>
  kitStatuses.filter((status) => 'to' in stepOf(operation, status))

function every<const Refusal extends KitRefusal, const Event extends KitEventType>(
  refusal: Refusal,
  steps: Partial<Record<KitStatus, Taken<Event>>>,
): Row<Refusal, Event> {
  return { ...(Object.fromEntries(kitStatuses.map((status) => [status, no(refusal)])) as Row<Refusal, Event>), ...steps }
}
