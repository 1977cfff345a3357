// The bank stream: what a bank receives on its own Kafka topic about its cards. No card number, PIN
// or CVV in any message, not even masked.
import {
  type CardActivatedMessage,
  type CardBlockedMessage,
  type CardStatusChangedMessage,
  cardActivated,
  cardBlocked,
  cardStatusChanged,
  type FraudAlertMessage,
  fraudAlert,
  type PinChangedMessage,
  pinChanged,
  type TransactionAuthorizedMessage,
  type TransactionDeclinedMessage,
  transactionAuthorized,
  transactionDeclined,
  type WalletLoadedMessage,
  walletLoaded,
} from './bank-stream-messages.ts'

export type {
  CardActivatedMessage,
  CardBlockedMessage,
  CardStatusChangedMessage,
  FraudAlertMessage,
  PinChangedMessage,
  TransactionAuthorizedMessage,
  TransactionDeclinedMessage,
  WalletLoadedMessage,
} from './bank-stream-messages.ts'
export { bankMessagesOf, type CardMessage } from './bank-stream-of-events.ts'

/** One public message type and version. `schema` is that of the whole message. */
export interface BankStreamType<Message extends BankStreamMessage = BankStreamMessage> {
  readonly eventType: Message['eventType']
  readonly version: number
  readonly group: 'Transaction' | 'Card Status' | 'Security' | 'NCMC' | 'Fraud'
  /** When it is sent. One line. */
  readonly summary: string
  readonly schema: object
  readonly example: Message
  readonly message?: Message
}

/** What all messages have. */
export interface BankStreamMessage {
  readonly eventType: string
  /** ISO 8601, UTC. */
  readonly timestamp: string
  readonly tenantId: string
  readonly data: object
}

/**
 * The topic of one bank. Messages are keyed by kitNo (entityId where there is none), so those of
 * one card stay in order; they may come more than once, and the header `eventId` tells repeats.
 */
export const bankStreamTopicOf = (tenant: string): string => `dcms.${tenant}.events`

/** Few: a bank reads one stream, and a cluster has as many streams as banks. */
export const BANK_STREAM_PARTITIONS = 3

/** Kafka headers of every message. */
export const bankStreamHeaders = {
  type: 'object',
  required: ['eventId', 'eventType', 'schemaVersion'],
  properties: {
    eventId: {
      type: 'string',
      format: 'uuid',
      description: 'The same for every delivery of one message: the key by which to recognise repeats',
    },
    eventType: { type: 'string' },
    schemaVersion: { type: 'string', pattern: '^\\d+$', description: 'Version of the schema of this type' },
  },
} as const

const bankStreamType =
  <Message extends BankStreamMessage>() =>
  (definition: Omit<BankStreamType<Message>, 'message'>): BankStreamType<Message> =>
    definition

const sent = { timestamp: '2025-03-30T10:15:00Z', tenantId: 'BANK_TENANT_ID' } as const
const holder = { entityId: 'CUST_001', kitNo: 'KIT20240001' } as const

/** Every type of the bank stream. */
export const bankStreamTypes: readonly BankStreamType[] = [
  bankStreamType<TransactionAuthorizedMessage>()({
    eventType: 'TRANSACTION_AUTHORIZED',
    version: 1,
    group: 'Transaction',
    summary: 'A card transaction was approved',
    schema: transactionAuthorized,
    example: {
      ...sent,
      eventType: 'TRANSACTION_AUTHORIZED',
      data: { ...holder, amount: '1500.00', currency: 'INR', channel: 'POS', merchantId: 'MERCH_001', status: 'AUTHORIZED' },
    },
  }),
  bankStreamType<TransactionDeclinedMessage>()({
    eventType: 'TRANSACTION_DECLINED',
    version: 1,
    group: 'Transaction',
    summary: 'A card transaction was declined',
    schema: transactionDeclined,
    example: {
      ...sent,
      eventType: 'TRANSACTION_DECLINED',
      data: {
        ...holder,
        amount: '1500.00',
        currency: 'INR',
        channel: 'POS',
        merchantId: 'MERCH_001',
        responseCode: '51',
        status: 'DECLINED',
      },
    },
  }),
  bankStreamType<CardActivatedMessage>()({
    eventType: 'CARD_ACTIVATED',
    version: 1,
    group: 'Card Status',
    summary: 'A card became usable; comes right after its CARD_STATUS_CHANGED',
    schema: cardActivated,
    example: { ...sent, eventType: 'CARD_ACTIVATED', data: holder },
  }),
  bankStreamType<CardBlockedMessage>()({
    eventType: 'CARD_BLOCKED',
    version: 1,
    group: 'Card Status',
    summary: 'A card was blocked by a call or a fraud rule; comes right after its CARD_STATUS_CHANGED',
    schema: cardBlocked,
    example: {
      ...sent,
      eventType: 'CARD_BLOCKED',
      data: { ...holder, channel: 'IVR', changer: 'user', reason: 'CUSTOMER_REQUEST' },
    },
  }),
  bankStreamType<CardStatusChangedMessage>()({
    eventType: 'CARD_STATUS_CHANGED',
    version: 1,
    group: 'Card Status',
    summary: 'The status of a card changed, in any way',
    schema: cardStatusChanged,
    example: {
      ...sent,
      eventType: 'CARD_STATUS_CHANGED',
      data: { ...holder, previousStatus: 'ACTIVE', currentStatus: 'LOCKED', operation: 'LOCK', channel: 'MOBILE' },
    },
  }),
  bankStreamType<PinChangedMessage>()({
    eventType: 'PIN_CHANGED',
    version: 1,
    group: 'Security',
    summary: 'The PIN of a card was set or changed',
    schema: pinChanged,
    example: { ...sent, eventType: 'PIN_CHANGED', data: { ...holder, channel: 'MOBILE' } },
  }),
  bankStreamType<WalletLoadedMessage>()({
    eventType: 'WALLET_LOADED',
    version: 1,
    group: 'NCMC',
    summary: 'Money was loaded into the wallet of a card',
    schema: walletLoaded,
    example: { ...sent, eventType: 'WALLET_LOADED', data: { ...holder, amount: '500.00', currency: 'INR', walletType: 'NCMC' } },
  }),
  bankStreamType<FraudAlertMessage>()({
    eventType: 'FRAUD_ALERT',
    version: 1,
    group: 'Fraud',
    summary: 'Suspicious activity on a card',
    schema: fraudAlert,
    example: { ...sent, eventType: 'FRAUD_ALERT', data: { ...holder, rule: 'velocity', severity: 'HIGH' } },
  }),
]
