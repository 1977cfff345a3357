// Errors of customers, kits and registration.
import type { CatalogueEntry } from './entry.ts'

export const cardErrors = {
  'invalid.input.request': {
    status: 400,
    shortMessage: 'Invalid input',
    detailMessage: 'One or more fields are missing or malformed; fieldError names each of them',
    when: 'a mandatory field is absent or a field is malformed',
  },
  'entity.already.exists': {
    status: 400,
    shortMessage: 'Entity already exists',
    detailMessage: 'A customer with this entityId is already registered',
    when: 'register with an entityId that is already taken',
  },
  CUS001: {
    status: 400,
    reasonCode: 'entity.not.found',
    shortMessage: 'Customer not found',
    detailMessage: 'No customer found for the given entity ID',
    fieldError: ['Invalid entityId'],
    when: 'the entityId is unknown',
  },
  MCC007: {
    status: 400,
    reasonCode: 'kit.not.found',
    shortMessage: 'valid kit not found',
    detailMessage: 'No valid kit found for the given kit number and entity ID',
    fieldError: ['Invalid Kit No'],
    when: 'the kit is unknown or belongs to another customer, or no card has the number asked for',
  },
  'entity.not.found': {
    status: 400,
    shortMessage: 'Entity not found',
    detailMessage: 'No customer found for the given entity ID',
    when: 'never as errorCode: it is the reasonCode of CUS001',
  },
  'card.not.found': {
    status: 400,
    shortMessage: 'Card not found',
    detailMessage: 'No card found for this customer and kit',
    when: 'published, but no call of this API raises it: MCC007 covers the case',
  },
  'kit.not.found': {
    status: 400,
    shortMessage: 'Kit not found',
    detailMessage: 'The kit number is not in the inventory',
    when: 'register or registerCard names a kitNo that is not in stock',
  },
  'invalid.kit.info': {
    status: 400,
    shortMessage: 'Invalid kit info',
    detailMessage: 'The kit is expired, already assigned or otherwise unusable',
    when: 'register or registerCard names a kit that cannot be handed out, or applyForCard a kit that is already physical',
  },
  'invalid.source.account': {
    status: 400,
    shortMessage: 'Invalid account',
    detailMessage: 'The account does not belong to the customer, or another customer holds it as primary',
    when: 'an account is unknown or not one of the customer’s, or a second customer claims it as primary',
  },
  'card.already.active': {
    status: 400,
    shortMessage: 'Card already active',
    detailMessage: 'The card is already active',
    when: 'activating an active card, or applying for a physical card when the customer has one',
  },
  'card.already.blocked': {
    status: 400,
    shortMessage: 'Card already blocked',
    detailMessage: 'The card has been permanently blocked',
    when: 'blocking or activating a blocked card',
  },
  'card.already.closed': {
    status: 400,
    shortMessage: 'Card closed',
    detailMessage: 'The card is closed; no operation is possible',
    when: 'any operation on a closed card',
  },
  'card.blocked': {
    status: 400,
    shortMessage: 'Card blocked',
    detailMessage: 'The card is blocked',
    when: 'using, locking or unlocking a blocked card',
  },
  'card.status.active': {
    status: 400,
    shortMessage: 'Operation not possible in this card status',
    detailMessage: 'The current status of the card does not allow this operation',
    when: 'the card’s status forbids the operation',
  },
} as const satisfies Record<string, CatalogueEntry>
