// Fields that many endpoints share, as JSON Schema constants.
import { embossedText, filledText, freeText } from '../wire/text.ts'
import { cardStatuses } from './card-statuses.ts'

/**
 * Identifiers may arrive as a JSON number, as the published samples show; `acceptsNumber` has them
 * turned into text before validation. A number that JavaScript cannot hold exactly stays a number
 * and is refused.
 */
export const entityId = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9._@-]+$',
  acceptsNumber: true,
  description: 'Customer id, normally the CIF of the core banking system',
} as const

export const kitNo = {
  type: 'string',
  pattern: '^[A-Z0-9]{1,20}$',
  maxLength: 20,
  acceptsNumber: true,
  description: 'Number of the kit (one card instance); not the card number',
} as const

export const accountNo = {
  type: 'string',
  pattern: '^[A-Za-z0-9]{1,34}$',
  maxLength: 34,
  acceptsNumber: true,
  description: 'Account number in the core banking system; string or number, returned as string',
} as const

/** A mobile number, wherever one is taken. */
export const mobileNumber = {
  type: 'string',
  pattern: '^\\+?[0-9]{8,15}$',
  maxLength: 16,
  formatText: '8 to 15 digits, with or without a leading +',
  acceptsNumber: true,
  description: 'Mobile number, with or without the country code',
} as const

export const requestId = {
  type: 'string',
  minLength: 1,
  maxLength: 100,
  pattern: '^[\\x21-\\x7e]+$',
  description: 'Idempotency key: a repeat with the same id and body gives the first answer again, for 24 hours',
} as const

export const cardType = { enum: ['PHYSICAL', 'VIRTUAL'] } as const
export const deliveryAddress = { enum: ['PERMANENT', 'COMMUNICATION'], description: 'Which address a physical card is sent to' } as const

/** A line that is printed on a card or an address label. */
export const line = { type: 'string', ...filledText, minLength: 1, maxLength: 100 } as const
export const optionalLine = { type: ['string', 'null'], ...freeText, maxLength: 100 } as const

/** A line embossed on a card: letters of any case are taken and become capitals. */
export const embossedLine = { type: 'string', ...embossedText, minLength: 1, maxLength: 26, anyCase: true } as const

/** Statuses of a kit that callers see. */
export const cardStatus = { enum: cardStatuses } as const

/** The status that an event leads to. */
export const resultingStatus = {
  ...cardStatus,
  description: 'The status the card has now. Absent in events of earlier releases',
} as const

/**
 * In every event that tells a status of a kit from stock: who keeps the stock follows only those.
 */
export const orderOfKit = {
  type: 'string',
  description: 'The card order that the kit came with; absent for a kit that was made for its holder',
} as const

/** `2029-07-31T00:00:00.000+00:00`: the timestamp form of all kit fields. */
export const kitTimestamp = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+00:00$' } as const

/** A card in answers of registration and kit endpoints. */
export const kitInfo = {
  type: 'object',
  additionalProperties: false,
  required: [
    'kitNo',
    'entityId',
    'bin',
    'cardNumber',
    'cardStatus',
    'cardType',
    'cardCategory',
    'networkType',
    'productId',
    'productName',
    'expDate',
  ],
  properties: {
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    accountNo: { type: 'string' },
    bin: { type: 'string' },
    cardNumber: { type: 'string', description: 'Masked: first six, X, last four' },
    encryptedCardNumber: {
      type: 'string',
      description: 'Base64 of IV(16) ‖ ciphertext ‖ tag(16), AES-256-GCM under the field key; only where the bank has exchanged one',
    },
    cardStatus,
    cardType,
    cardCategory: { type: 'string' },
    networkType: { type: 'string' },
    productId: { type: 'string' },
    productName: { type: 'string' },
    tierType: { type: 'string' },
    aliasName: { type: 'string' },
    plasticCode: { type: 'string' },
    expDate: kitTimestamp,
    createdDate: kitTimestamp,
    changedDate: kitTimestamp,
    cardActivationDate: kitTimestamp,
  },
} as const

/**
 * Types of requests are as callers write them: members with a default may be left out. Services
 * find them filled in.
 */
export interface CallersView {
  keepDefaultedPropertiesOptional: true
}
