// Cards that a bank brings in a file, looked at by the kit context before the file is taken: only
// it can read card numbers, and knows which are taken.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { bin } from '../words/stock.ts'

/** Cards of one call. */
export const CHECKED_CARDS_MAX = 500

const broughtKitNo = { type: 'string', pattern: '^[A-Z0-9]{1,20}$', maxLength: 20 } as const
const request = {
  type: 'object',
  additionalProperties: false,
  required: ['cards'],
  properties: {
    cards: {
      type: 'array',
      minItems: 1,
      maxItems: CHECKED_CARDS_MAX,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['kitNo', 'bin', 'lastFour', 'encryptedCardNumber'],
        properties: {
          kitNo: broughtKitNo,
          parentKitNo: broughtKitNo,
          bin,
          lastFour: { type: 'string', pattern: '^\\d{4}$', maxLength: 4 },
          encryptedCardNumber: { type: 'string', pattern: '^[A-Za-z0-9+/]{62,68}={0,2}$', maxLength: 68 },
        },
      },
    },
  },
} as const
export type CheckCards = FromSchema<typeof request>
export type BroughtCard = CheckCards['cards'][number]

/** What can be wrong with a card that a bank brings. */
export const cardFaults = [
  'KIT_NO_NUMBERED',
  'PARENT_KIT_NO_NUMBERED',
  'KIT_NO_TAKEN',
  'CARD_NUMBER_UNREADABLE',
  'CARD_NUMBER_OF_ANOTHER_BIN',
  'CARD_NUMBER_NOT_FOR_FILES',
  'LAST_FOUR_DIFFERS',
  'CARD_NUMBER_TAKEN',
] as const
export type CardFault = (typeof cardFaults)[number]

/** The faults in words, as they follow the number of a line. */
export const cardFaultWords: Readonly<Record<CardFault, string>> = {
  KIT_NO_NUMBERED: 'kitNo is in the range of kit numbers that are given here',
  PARENT_KIT_NO_NUMBERED: 'parentKitNo is in the range of kit numbers that are given here',
  KIT_NO_TAKEN: 'kitNo is taken',
  CARD_NUMBER_UNREADABLE: 'the card number cannot be opened under the field key, or fails its check digit',
  CARD_NUMBER_OF_ANOTHER_BIN: 'the card number is not one of the BIN',
  CARD_NUMBER_NOT_FOR_FILES: 'the card number is not in the part of the BIN that is kept for files',
  LAST_FOUR_DIFFERS: 'the last four digits are not those of the card number',
  CARD_NUMBER_TAKEN: 'the card number is taken',
}

/**
 * For each card, in order: a `mark` that is the same for the same card number and tells nothing of
 * it, or what is wrong.
 */
export type CheckedCard = { mark: string; fault?: undefined } | { mark?: undefined; fault: CardFault }

export const checkCardsEndpoint = internalEndpoint<CheckCards, { cards: readonly CheckedCard[] }>()({
  name: 'checkCards',
  method: 'POST',
  path: '/internal/check-cards',
  owner: 'kit',
  callers: ['inventory-order'],
  summary: 'Whether cards that a bank brings in a file can be taken: readable, of their BIN, free',
  idempotency: 'read',
  request,
  result: {
    type: 'object',
    required: ['cards'],
    properties: {
      cards: { type: 'array', items: { type: 'object', properties: { mark: { type: 'string' }, fault: { enum: cardFaults } } } },
    },
  },
  errors: ['invalid.input.request', 'service.unavailable'],
})
