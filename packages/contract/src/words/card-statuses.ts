// The statuses of a card, and what the rules ask of each besides what an operation does in it
// (card-life.ts). A new status has to answer every question here before anything compiles.

/** Statuses of a kit that callers see. */
export const cardStatuses = [
  'UNALLOCATED',
  'ASSIGNED',
  'INACTIVE',
  'ACTIVE',
  'LOCKED',
  'BLOCKED',
  'HOTLISTED',
  'REPLACED',
  'EXPIRED_CARD',
  'CLOSED',
] as const
export type CardStatus = (typeof cardStatuses)[number]

/** RESERVED is the kit context's own: numbered, not confirmed yet, unseen by callers. */
export const kitStatuses = ['RESERVED', ...cardStatuses] as const
export type KitStatus = (typeof kitStatuses)[number]

/** What a call about a card is refused with because of the card's status. */
type StatusRefusal = 'MCC007' | 'card.blocked' | 'card.status.active'

/** What the rules ask of a status. */
export interface StatusTraits {
  /**
   * Usable, or so after activation or unlocking: shown among the cards of an account without being
   * asked for.
   */
  readonly isLiving: boolean
  /** Still sent to its holder. */
  readonly isShippable: boolean
  /** Its holder may pay with it, or unlock it at any time: its account is not closed. */
  readonly holdsAccount: boolean
  /** Issued and never activated: a kit that may wait to take another one's place. */
  readonly awaitsActivation: boolean
  /** Its holder is told that it ends soon. A blocked one is replaced, not renewed. */
  readonly isRenewed: boolean
  /** Found by what its holder knows (validateCard). */
  readonly isFoundByHolder: boolean
  /** Found where PIN or CVV are compared as well (validateCardEnding). */
  readonly isFoundWithPin: boolean
  /** Off for the time being: a PIN mailer that was ordered waits until it is on again. */
  readonly delaysPinMailer: boolean
  /** What setting and checking its PIN is refused with. */
  readonly pinRefusal: StatusRefusal | null
  /** What changing its preferences is refused with. */
  readonly preferenceRefusal: StatusRefusal | null
  /** What showing its CVV is refused with. */
  readonly cvvRefusal: StatusRefusal | null
}

/** Nobody's: no caller learns that it is there. */
const unheld = {
  isLiving: false,
  isShippable: false,
  holdsAccount: false,
  awaitsActivation: false,
  isRenewed: false,
  isFoundByHolder: false,
  isFoundWithPin: false,
  delaysPinMailer: false,
  pinRefusal: 'MCC007',
  preferenceRefusal: 'MCC007',
  cvvRefusal: 'MCC007',
} as const
/** Its holder has it, or will have it soon. */
const issued = {
  isLiving: true,
  isShippable: true,
  holdsAccount: false,
  awaitsActivation: true,
  isRenewed: true,
  isFoundByHolder: true,
  isFoundWithPin: true,
  delaysPinMailer: false,
  pinRefusal: null,
  preferenceRefusal: null,
  cvvRefusal: 'card.status.active',
} as const
const ended = {
  ...unheld,
  pinRefusal: 'card.status.active',
  preferenceRefusal: 'card.status.active',
  cvvRefusal: 'card.status.active',
} as const
const stopped = { ...unheld, pinRefusal: 'card.blocked', preferenceRefusal: 'card.blocked', cvvRefusal: 'card.blocked' } as const

const traits = {
  RESERVED: unheld,
  UNALLOCATED: unheld,
  ASSIGNED: issued,
  INACTIVE: issued,
  ACTIVE: { ...issued, holdsAccount: true, awaitsActivation: false, cvvRefusal: null },
  LOCKED: {
    ...issued,
    holdsAccount: true,
    awaitsActivation: false,
    isFoundWithPin: false,
    delaysPinMailer: true,
    pinRefusal: 'card.status.active',
    // Preferences are taken: the card is in use again once it is unlocked.
  },
  BLOCKED: stopped,
  HOTLISTED: stopped,
  REPLACED: ended,
  EXPIRED_CARD: ended,
  CLOSED: ended,
} as const satisfies Record<KitStatus, StatusTraits>

type Trait = { [Name in keyof StatusTraits]: StatusTraits[Name] extends boolean ? Name : never }[keyof StatusTraits]
/** The statuses of which a trait holds. */
export type StatusesThat<Name extends Trait> = {
  [Status in CardStatus]: (typeof traits)[Status][Name] extends true ? Status : never
}[CardStatus]

/** What the rules ask of this status. */
export const traitsOf = <Status extends KitStatus>(status: Status): (typeof traits)[Status] => traits[status]

/** The statuses of which a trait holds, in the order of a card's life. */
export const statusesThat = <Name extends Trait>(trait: Name): readonly StatusesThat<Name>[] =>
  cardStatuses.filter((status): status is StatusesThat<Name> => traits[status][trait])
