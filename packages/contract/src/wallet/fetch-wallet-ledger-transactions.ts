// What callers see of the wallet's ledger.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { transactionFilters, walletDaysMax, walletKey, walletKeyRequired, walletRowsMax } from './fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: walletKeyRequired,
  properties: {
    ...walletKey,
    ...transactionFilters,
    pageNo: { type: 'integer', minimum: 1, maximum: 1_000_000, description: 'Page, from 1' },
    pageSize: { type: 'integer', minimum: 1, maximum: walletRowsMax, description: `Rows of a page; ${walletRowsMax} when absent` },
  },
} as const
export type FetchWalletLedgerTransactions = FromSchema<typeof request>

const text = { type: 'string' } as const
const textOrNull = { type: ['string', 'null'] } as const

const row = {
  type: 'object',
  additionalProperties: false,
  required: [
    'accountNo',
    'amount',
    'convertedAmount',
    'crDr',
    'errorCode',
    'errorDescription',
    'kitNo',
    'time',
    'transactionCurrencyCode',
    'transactionStatus',
    'transactionType',
    'txnId',
    'txnOrigin',
  ],
  properties: {
    accountNo: { type: 'string', description: 'The wallet’s own account in the ledger' },
    amount: { type: 'string', pattern: '^\\d+\\.\\d{2}$', description: 'Rupees, two decimals' },
    convertedAmount: { type: 'number', description: 'Amount in another currency; 0 when none was converted' },
    crDr: { enum: ['C', 'D'], description: 'Credit or debit of the wallet' },
    errorCode: { ...textOrNull, description: 'Why a FAILED row failed, such as TX0057; otherwise null' },
    errorDescription: textOrNull,
    kitNo: text,
    time: {
      type: 'string',
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d$',
      description: '`YYYY-MM-DDThh:mm:ss` in the bank’s time zone, no zone given',
    },
    transactionCurrencyCode: { type: 'string', description: 'ISO 4217, three digits' },
    transactionStatus: { enum: ['SUCCESS', 'FAILED', 'PENDING', 'REVERSED'] },
    transactionType: {
      enum: [
        'LOAD',
        'OFFLINE_LOAD_CASH',
        'SERVICE_CREATION',
        'OFFLINE_LOAD_ACCOUNT',
        'BALANCE_UPDATE',
        'OFFLINE_PURCHASE',
        'OFFLINE_REFUND',
        'AUTO_RELOAD',
        'LOAD_REVERSAL',
        'OFFLINE_LOAD_REVERSAL',
        'WALLET_CLOSURE',
      ],
    },
    txnId: { ...textOrNull, description: 'Id of the load, as the bank or auto-reload named it; null where a row has none' },
    txnOrigin: { enum: ['WEB', 'MOBILE', 'POS', 'AUTO', 'BRANCH', 'BATCH'] },
  },
} as const
export type WalletLedgerRow = FromSchema<typeof row>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'ledgerOfflineStagedTransactionData', 'ledgerOfflineTransactionData'],
  properties: {
    entityId: text,
    kitNo: text,
    ledgerOfflineStagedTransactionData: {
      type: 'array',
      maxItems: walletRowsMax,
      items: row,
      description: 'Every row of the wallet, newest first',
    },
    ledgerOfflineTransactionData: {
      type: 'array',
      maxItems: walletRowsMax,
      items: row,
      description: 'Those of the same rows that changed the confirmed balance',
    },
  },
} as const
export type WalletLedgerTransactions = FromSchema<typeof result>

export const fetchWalletLedgerTransactionsEndpoint = publicEndpoint<FetchWalletLedgerTransactions, WalletLedgerTransactions>()({
  name: 'fetchWalletLedgerTransactions',
  method: 'POST',
  path: '/wallet/fetch/ledger/transaction',
  owner: 'wallet-ncmc',
  family: 'wallet',
  permission: 'wallet.read',
  summary: 'The ledger of a wallet: loads, updates, spends, reversals, failed ones included',
  description: `Newest first. Without \`pageNo\` and \`pageSize\` the newest ${walletRowsMax} rows are returned; with either of them, that page, and \`pagination\` is filled. Pages are taken from \`ledgerOfflineStagedTransactionData\`, which has every row; \`ledgerOfflineTransactionData\` repeats those of them that changed the confirmed balance.

Days are inclusive and in the bank's time zone; a day that does not exist, a start after the end and more than ${walletDaysMax} days are refused with \`invalid.input.request\`. \`isSuccessTransaction: true\` leaves only \`SUCCESS\`. Works in every status of the card.`,
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'product.level.disable', 'service.unavailable'],
  examples: [
    {
      name: 'A load over the limit',
      request: {
        kitNo: '10000077',
        entityId: '900007',
        walletType: 'NCMC',
        startDate: '01-05-2024',
        endDate: '11-05-2024',
        isSuccessTransaction: false,
      },
      result: {
        entityId: '900007',
        kitNo: '10000077',
        ledgerOfflineStagedTransactionData: [
          {
            accountNo: '2405030617682',
            amount: '250.00',
            convertedAmount: 0,
            crDr: 'C',
            errorCode: 'TX0057',
            errorDescription: 'balance greater than Maximum Balance',
            kitNo: '10000077',
            time: '2024-05-08T16:57:48',
            transactionCurrencyCode: '356',
            transactionStatus: 'FAILED',
            transactionType: 'LOAD',
            txnId: '123456789021',
            txnOrigin: 'WEB',
          },
        ],
        ledgerOfflineTransactionData: [],
      },
    },
    {
      name: 'The second page of twenty',
      request: { kitNo: '10000077', entityId: '900007', walletType: 'NCMC', pageNo: 2, pageSize: 20 },
      result: { entityId: '900007', kitNo: '10000077', ledgerOfflineStagedTransactionData: [], ledgerOfflineTransactionData: [] },
    },
  ],
})
