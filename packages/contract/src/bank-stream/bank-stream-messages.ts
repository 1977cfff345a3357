// The messages of the bank stream, one schema and type per public type; what a bank-stream type is
// stands in bank-stream.ts.
import type { FromSchema } from 'json-schema-to-ts'
import { managementReason } from '../kit/manage-kit.ts'
import { cardStatus } from '../words/fields.ts'

const text = { type: 'string' } as const
const card = {
  entityId: { ...text, description: 'The customer' },
  kitNo: { ...text, description: 'The card' },
} as const
const amount = { ...text, pattern: '^\\d+\\.\\d{2}$', description: 'In major units with two decimals' } as const
const currency = { ...text, pattern: '^[A-Z]{3}$', maxLength: 3, description: 'ISO 4217 code' } as const
const required = ['eventType', 'timestamp', 'tenantId', 'data'] as const
const envelope = {
  timestamp: { ...text, format: 'date-time', description: 'When it happened, ISO 8601 in UTC' },
  tenantId: { ...text, description: 'The bank' },
} as const
const { reason, changer, channel } = managementReason

const transaction = {
  ...card,
  amount,
  currency,
  channel: { enum: ['ATM', 'POS', 'ECOM', 'CONTACTLESS'] },
  merchantId: { ...text, description: 'Absent where there is no merchant' },
  transactionId: { ...text, description: 'As in fetchTransaction' },
  responseCode: { ...text, description: 'ISO 8583 data element 39; see the decline codes' },
} as const
export const transactionAuthorized = {
  type: 'object',
  required,
  properties: {
    eventType: { const: 'TRANSACTION_AUTHORIZED' },
    ...envelope,
    data: {
      type: 'object',
      required: ['entityId', 'kitNo', 'amount', 'currency', 'channel', 'status'],
      properties: { ...transaction, status: { const: 'AUTHORIZED' } },
    },
  },
} as const
export type TransactionAuthorizedMessage = FromSchema<typeof transactionAuthorized>

export const transactionDeclined = {
  type: 'object',
  required,
  properties: {
    eventType: { const: 'TRANSACTION_DECLINED' },
    ...envelope,
    data: {
      type: 'object',
      required: ['entityId', 'kitNo', 'amount', 'currency', 'channel', 'status', 'responseCode'],
      properties: { ...transaction, status: { const: 'DECLINED' } },
    },
  },
} as const
export type TransactionDeclinedMessage = FromSchema<typeof transactionDeclined>

export const cardActivated = {
  type: 'object',
  required,
  properties: {
    eventType: { const: 'CARD_ACTIVATED' },
    ...envelope,
    data: { type: 'object', required: ['entityId', 'kitNo'], properties: card },
  },
} as const
export type CardActivatedMessage = FromSchema<typeof cardActivated>

export const cardBlocked = {
  type: 'object',
  required,
  properties: {
    eventType: { const: 'CARD_BLOCKED' },
    ...envelope,
    data: { type: 'object', required: ['entityId', 'kitNo'], properties: { ...card, channel, changer, reason } },
  },
} as const
export type CardBlockedMessage = FromSchema<typeof cardBlocked>

export const cardStatusChanged = {
  type: 'object',
  required,
  properties: {
    eventType: { const: 'CARD_STATUS_CHANGED' },
    ...envelope,
    data: {
      type: 'object',
      required: ['entityId', 'kitNo', 'currentStatus', 'operation'],
      properties: {
        ...card,
        previousStatus: { ...cardStatus, description: 'Absent for a card that was just issued, and where it is not known' },
        currentStatus: cardStatus,
        operation: {
          enum: ['ISSUE', 'ACTIVATE', 'LOCK', 'UNLOCK', 'BLOCK', 'REPLACE', 'BLOCK_AND_REPLACE', 'HOTLIST', 'UPGRADE', 'EXPIRE', 'CLOSE'],
          description: 'What changed the status',
        },
        channel,
        changer,
        reason,
      },
    },
  },
} as const
export type CardStatusChangedMessage = FromSchema<typeof cardStatusChanged>

export const pinChanged = {
  type: 'object',
  required,
  properties: {
    eventType: { const: 'PIN_CHANGED' },
    ...envelope,
    data: {
      type: 'object',
      required: ['entityId', 'kitNo'],
      properties: { ...card, channel: { ...text, description: 'Where the order came from' } },
    },
  },
} as const
export type PinChangedMessage = FromSchema<typeof pinChanged>

export const walletLoaded = {
  type: 'object',
  required,
  properties: {
    eventType: { const: 'WALLET_LOADED' },
    ...envelope,
    data: {
      type: 'object',
      required: ['entityId', 'kitNo', 'amount', 'currency', 'walletType'],
      properties: { ...card, amount, currency, walletType: { ...text, description: '`NCMC`' } },
    },
  },
} as const
export type WalletLoadedMessage = FromSchema<typeof walletLoaded>

export const fraudAlert = {
  type: 'object',
  required,
  properties: {
    eventType: { const: 'FRAUD_ALERT' },
    ...envelope,
    data: {
      type: 'object',
      required: ['entityId', 'kitNo', 'rule', 'severity'],
      properties: { ...card, rule: { ...text, description: 'The rule that fired' }, severity: { enum: ['LOW', 'MEDIUM', 'HIGH'] } },
    },
  },
} as const
export type FraudAlertMessage = FromSchema<typeof fraudAlert>
