// What a cardholder is told of an event, and in which words. No PIN, no CVV, of the card number the
// last four digits.
import type { KitEventType } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'

export interface Notice {
  /** Name of the text, for the partner's own records. */
  template: string
  subject: string
  text: string
}

interface About {
  bank: string
  /** `608040XXXXXX6954`; undefined when it is not known here. */
  maskedCardNumber: string | undefined
}

type Wording = (card: string, event: ReceivedEvent['payload']) => Omit<Notice, 'template'>

const callUs = 'If this was not you, call us at once.'

type Words = readonly [template: string, Wording]
/** Besides the steps of a card's life. */
type ToldBesides = 'KitRenewalDue' | 'PinSet' | 'PinLocked' | 'PinMailerRequested'

/**
 * By event type; null for a step that the cardholder is not told of. Transactions are told by the
 * card switch.
 */
const wordings: Readonly<Record<KitEventType | ToldBesides, Words | null>> = {
  KitIssued: null, // the bank tells it with its welcome letter
  KitAssigned: null,
  KitUpgraded: null,
  KitConverted: null,
  KitClosed: null, // the bank's back office tells why
  KitActivated: ['CARD_ACTIVATED', (card) => ({ subject: 'Your card is active', text: `Your ${card} is active now. ${callUs}` })],
  KitLocked: ['CARD_LOCKED', (card) => ({ subject: 'Your card is locked', text: `Your ${card} is locked for the time being. ${callUs}` })],
  KitUnlocked: ['CARD_UNLOCKED', (card) => ({ subject: 'Your card is unlocked', text: `Your ${card} can be used again. ${callUs}` })],
  KitBlocked: ['CARD_BLOCKED', (card) => ({ subject: 'Your card is blocked', text: `Your ${card} is blocked for good. ${callUs}` })],
  KitHotlisted: [
    'CARD_HOTLISTED',
    (card) => ({ subject: 'Your card is blocked', text: `Your ${card} was reported lost or stolen and is blocked for good. ${callUs}` }),
  ],
  KitReplaced: [
    'CARD_REPLACED',
    (card) => ({ subject: 'Your card is replaced', text: `Your ${card} is replaced by a new one and cannot be used any more. ${callUs}` }),
  ],
  KitExpired: [
    'CARD_EXPIRED',
    (card) => ({ subject: 'Your card has expired', text: `Your ${card} has expired and cannot be used any more.` }),
  ],
  KitRenewalDue: [
    'CARD_RENEWAL_DUE',
    (card, { expDate }) => ({
      subject: 'Your card expires soon',
      text: `Your ${card} expires ${expiryText(expDate)}. Ask us for a new one in time.`,
    }),
  ],
  PinSet: [
    'PIN_CHANGED',
    (card, { firstPin }) => ({
      subject: firstPin === true ? 'Your PIN is set' : 'Your PIN was changed',
      text: `The PIN of your ${card} was ${firstPin === true ? 'set' : 'changed'}. ${callUs}`,
    }),
  ],
  PinLocked: [
    'PIN_LOCKED',
    (card) => ({
      subject: 'Your PIN is locked',
      text: `The PIN of your ${card} is locked after too many wrong tries. Set a new one to use it again.`,
    }),
  ],
  PinMailerRequested: [
    'PIN_MAILER_ORDERED',
    (card) => ({ subject: 'A new PIN is on its way', text: `A new PIN for your ${card} was ordered and comes by post. ${callUs}` }),
  ],
}

const wordsFor = (type: string): Words | null => (Object.hasOwn(wordings, type) ? wordings[type as keyof typeof wordings] : null)

/** Blocked cards and cards in stock expire unnoticed. */
const isSilent = ({ type, entityId, previousStatus }: ReceivedEvent['payload']): boolean =>
  typeof entityId !== 'string' || (type === 'KitExpired' && previousStatus === 'BLOCKED')

/** Whether the holder of the card is told of the event. */
export const isNotified = ({ type, payload }: Pick<ReceivedEvent, 'type' | 'payload'>): boolean =>
  wordsFor(type) !== null && !isSilent(payload)

/** The words for an event of which `isNotified` holds. */
export function noticeOf({ type, payload }: Pick<ReceivedEvent, 'type' | 'payload'>, { bank, maskedCardNumber }: About): Notice {
  const wording = wordsFor(type)
  if (!wording) throw new Error(`there is no text for ${type}`)
  const [template, words] = wording
  const card = maskedCardNumber === undefined ? `${bank} card` : `${bank} card ending ${maskedCardNumber.slice(-4)}`
  return { template, ...words(card, payload) }
}

/** `2029-07-31T00:00:00.000+00:00` → `at the end of 07/2029`, as it stands on the card. */
function expiryText(expDate: unknown): string {
  const [, year, month] = typeof expDate === 'string' ? (/^(\d{4})-(\d{2})/.exec(expDate) ?? []) : []
  return year === undefined ? 'soon' : `at the end of ${month}/${year}`
}
