// What callers see of the wallet's card-network messages.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { transactionFilters, walletDaysMax, walletKey, walletKeyRequired, walletRowsMax } from './fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: walletKeyRequired,
  properties: { ...walletKey, ...transactionFilters },
} as const
export type FetchWalletAuthntTransactions = FromSchema<typeof request>

const text = { type: 'string' } as const
const field = <const Name extends string>(name: Name) => ({ type: 'string', description: `ISO 8583 ${name}` }) as const

/** One ISO 8583 message. Members that a message does not carry are absent. */
const record = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'channel', 'dateTimeTransaction', 'description', 'processingCode', 'responseCode'],
  properties: {
    entityId: text,
    kitNo: text,
    network: text,
    channel: { type: 'string', description: 'Such as POS; derived from the message' },
    description: text,
    messageType: { type: 'string', description: 'ISO 8583 message type of the request, such as 0200' },
    transactionType: text,
    transactionStatus: text,
    crDr: { enum: ['C', 'D'], description: 'Credit or debit of the wallet' },
    processingCode: field('field 3'),
    transactionAmount: field('field 4; 12 digits, minor units'),
    dateTimeTransaction: field('field 7; MMDDhhmmss, 10 digits'),
    systemTraceAuditNumber: field('field 11'),
    timeLocalTransaction: field('field 12; hhmmss'),
    dateLocalTransaction: field('field 13; MMDD'),
    expiryDate: field('field 14; YYMM'),
    mcc: field('field 18; merchant category code'),
    acquiringCountryCode: field('field 19; numeric country code'),
    posEntryMode: field('field 22'),
    acquiringInstitutionCode: field('field 32'),
    retrievalReferenceNo: field('field 37'),
    authIdResponse: field('field 38'),
    responseCode: field('field 39; 00 is success'),
    cardAcceptorTerminalId: field('field 41'),
    cardAcceptorId: field('field 42'),
    cardAcceptorNameLocation: field('field 43'),
    transactionCurrencyCode: field('field 49; numeric currency code'),
    cardholderBillingCurrencyCode: field('field 51; numeric currency code'),
  },
} as const
export type AuthntTransaction = FromSchema<typeof record>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'authntOfflineTransactionData'],
  properties: {
    entityId: text,
    kitNo: text,
    authntOfflineTransactionData: { type: 'array', maxItems: walletRowsMax, items: record, description: 'Newest first' },
  },
} as const
export type WalletAuthntTransactions = FromSchema<typeof result>

export const fetchWalletAuthntTransactionsEndpoint = publicEndpoint<FetchWalletAuthntTransactions, WalletAuthntTransactions>()({
  name: 'fetchWalletAuthntTransactions',
  method: 'POST',
  path: '/wallet/fetch/authnt/transaction',
  owner: 'wallet-ncmc',
  family: 'wallet',
  permission: 'wallet.read',
  summary: 'The card-network messages of a wallet: money add, balance update, service creation, with their ISO 8583 fields',
  description: `Newest first, at most ${walletRowsMax}; narrow the days to see older ones. Days are inclusive and in the bank's time zone; a day that does not exist, a start after the end and more than ${walletDaysMax} days are refused with \`invalid.input.request\`. Works in every status of the card. Offline spends come in settlement files and are listed by \`fetchWalletLedgerTransactions\`.`,
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'product.level.disable', 'service.unavailable'],
  examples: [
    {
      name: 'Successful ones of eleven days',
      request: {
        kitNo: '4240210463',
        entityId: '875826',
        walletType: 'NCMC',
        startDate: '01-10-2024',
        endDate: '11-10-2024',
        isSuccessTransaction: true,
      },
      result: {
        entityId: '875826',
        kitNo: '4240210463',
        authntOfflineTransactionData: [
          {
            acquiringCountryCode: '356',
            cardAcceptorId: '0510751A0000009',
            cardAcceptorNameLocation: 'SARWAN SERVICE STATION LUDHIANA PBIN',
            cardAcceptorTerminalId: '1148340A',
            cardholderBillingCurrencyCode: '356',
            channel: 'POS',
            dateLocalTransaction: '1003',
            dateTimeTransaction: '1003171929',
            description: 'NCMC Offline load cash successful',
            entityId: '875826',
            expiryDate: '2907',
            processingCode: '280000',
            responseCode: '00',
            mcc: '4111',
            retrievalReferenceNo: '427717123456',
            systemTraceAuditNumber: '123456',
          },
        ],
      },
    },
  ],
})
