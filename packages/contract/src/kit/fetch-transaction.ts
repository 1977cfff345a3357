// What callers see of a customer's card transactions.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { accountNo, type CallersView, entityId, kitNo } from '../words/fields.ts'
import { cardTransaction } from './card-transaction.ts'

const day = {
  type: 'string',
  pattern: '^(0[1-9]|[12]\\d|3[01])-(0[1-9]|1[0-2])-\\d{4}$',
  maxLength: 10,
  formatText: 'DD-MM-YYYY',
} as const
const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId'],
  properties: {
    entityId,
    kitNo: { ...kitNo, description: 'This card only' },
    accountNumber: { ...accountNo, description: 'This account only; string or number' },
    startDate: { ...day, description: 'First day, `DD-MM-YYYY`, inclusive, in the tenant’s time zone; 30 days back when absent' },
    endDate: { ...day, description: 'Last day, `DD-MM-YYYY`, inclusive; today when absent' },
    transactionChannel: { enum: ['ATM', 'POS', 'ECOM', 'CONTACTLESS'] },
    responseCode: {
      type: 'string',
      pattern: '^[0-9A-Z]{2}$',
      maxLength: 2,
      formatText: 'two digits or capital letters',
      description: 'ISO 8583 data element 39: `00` approved, others declined',
    },
    page: { type: 'integer', minimum: 0, maximum: 100_000, default: 0, description: 'From 0' },
    size: { type: 'integer', minimum: 1, maximum: 100, default: 10, description: 'Rows per page' },
  },
} as const
export type FetchTransaction = FromSchema<typeof request, CallersView>

const count = { type: 'integer', minimum: 0 } as const
const result = {
  type: 'object',
  additionalProperties: false,
  required: ['currentPage', 'totalItems', 'totalPages', 'data'],
  properties: {
    currentPage: { ...count, description: 'From 0' },
    totalItems: { ...count, description: 'Rows of all pages' },
    totalPages: count,
    data: { type: 'array', items: cardTransaction, description: 'Newest first' },
  },
} as const
export type TransactionHistory = FromSchema<typeof result>

export const fetchTransactionEndpoint = publicEndpoint<FetchTransaction, TransactionHistory>()({
  name: 'fetchTransaction',
  method: 'POST',
  path: '/kit-manager/fetchTransaction',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.read',
  summary: 'Card transactions of a customer, newest first, by card, account, day, channel and response code',
  description: `Only \`entityId\` is mandatory; the other filters narrow the list. A range covers at most 365 days, both ends included, in the tenant's time zone; without dates it is the last 30 days.

The page is inside \`result\` (\`currentPage\`, \`totalItems\`, \`totalPages\`, \`data\`); the envelope's own \`pagination\` is null. If nothing is found, the page is empty. A range that starts after its end, or is too long, is refused with \`invalid.input.request\`; a kit of another customer, with \`MCC007\`.`,
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'CUS001', 'MCC007', 'service.unavailable'],
  examples: [
    {
      name: 'declined at an ATM',
      request: {
        entityId: '5000012988',
        kitNo: '10930000801',
        accountNumber: 2021561001386,
        startDate: '12-03-2023',
        endDate: '12-12-2023',
        transactionChannel: 'ATM',
        responseCode: '06',
        page: 0,
        size: 9,
      },
      result: {
        currentPage: 0,
        totalItems: 1,
        totalPages: 1,
        data: [
          {
            accountNumber: '2021561001386',
            acquiringCountryCode: '356',
            binValue: '817704',
            cardAcceptorNameLocation: 'CITY FUEL STATION LUDHIANA PBIN',
            cardAcceptorTerminalId: '12340098',
            cardHolderBillingAmount: '000000010000',
            channel: 'ATM',
            crDr: 'D',
            damount: '-100.00',
            dateTimeTransaction: '0828123529',
            description: 'Unknown Transaction Error code :: 006',
            emvTxn: true,
            entityId: '5000012988',
            kitNo: '10930000801',
            mcc: '6011',
            responseCode: '06',
            rrn: '324012123529',
            stan: '123529',
            transactionStatus: 'DECLINED',
          },
        ],
      },
    },
    {
      name: 'nothing in the last 30 days',
      request: { entityId: '5000012988' },
      result: { currentPage: 0, totalItems: 0, totalPages: 0, data: [] },
    },
  ],
})
