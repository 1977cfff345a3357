// What callers and followers see of loading a wallet: money is staged until a terminal brings it to
// the chip.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { requestId } from '../words/fields.ts'
import { answeredKey, answeredKeyRequired, balancesPaise, money, walletKey, walletKeyRequired } from './fields.ts'

const txnId = {
  type: 'string',
  minLength: 1,
  maxLength: 100,
  pattern: '^[\\x21-\\x7e]+$',
  acceptsNumber: true,
  description: 'Names this load, unique within the bank for ever; a repeat gives the first result',
} as const

const request = {
  type: 'object',
  additionalProperties: false,
  required: [...walletKeyRequired, 'txnId', 'amount'],
  properties: {
    ...walletKey,
    txnId,
    amount: {
      type: 'string',
      pattern: '^(?=.*[1-9])\\d{1,9}(\\.\\d{1,2})?$',
      maxLength: 12,
      formatText: 'rupees as text, above zero, at most two decimals, such as 200.00',
      description: 'Rupees as text, above zero, at most two decimals, such as `200.00`',
    },
    requestId,
  },
} as const
export type LoadWallet = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: [...answeredKeyRequired, 'txnId', 'walletBalance', 'stagedWalletBalance'],
  properties: {
    ...answeredKey,
    txnId: { type: 'string' },
    walletBalance: { ...money, description: 'Confirmed: what the chip holds; rupees, two decimals' },
    stagedWalletBalance: { ...money, description: 'Loaded but not yet on the chip; rupees, two decimals' },
  },
} as const
export type WalletAfterLoad = FromSchema<typeof result>

export const loadWalletEndpoint = publicEndpoint<LoadWallet, WalletAfterLoad>()({
  name: 'loadWallet',
  method: 'POST',
  path: '/wallet/load',
  owner: 'wallet-ncmc',
  family: 'wallet',
  permission: 'wallet.write',
  summary: 'Loads money from the account into the NCMC wallet, where it waits for the next tap at a terminal',
  description: `Takes the amount from the card's default account and stages it: \`stagedWalletBalance\` grows, \`walletBalance\` only when the card is tapped for a balance update at a terminal. Staged loads are a queue: one tap per load.

The card must be \`ACTIVE\` and its product NCMC (\`product.level.disable\`); a blocked or hotlisted card is refused with \`card.blocked\`, any other status with \`card.status.active\`. Confirmed, staged and new amount together may not exceed the
wallet maximum of the product (\`TX0057\`; ₹2,000 unless it says otherwise).

A repeat of a \`txnId\` gives the first result, whenever it comes; with another card, customer or amount it is refused with \`TX0094\`. A refusal because of the limit (\`TX0057\`) or for lack of funds (\`TX0051\`) is final for its \`txnId\` and appears in the ledger as \`FAILED\`. When the core banking system does not answer in time (\`service.timeout\`) the load is \`PENDING\` until its outcome is known: repeat with the same \`txnId\`. A load whose outcome cannot be learned within 15 minutes is taken back and ends as \`FAILED\`; its \`txnId\` then answers \`service.timeout\` for ever. The \`txnId\` alone is the key of a repeat: a \`requestId\` adds nothing.`,
  idempotency: 'document',
  request,
  result,
  errors: [
    'invalid.input.request',
    'MCC007',
    'TX0051',
    'TX0057',
    'TX0094',
    'product.level.disable',
    'card.blocked',
    'card.status.active',
    'concurrent.change',
    'service.unavailable',
    'service.timeout',
  ],
  examples: [
    {
      name: 'Load 200 rupees',
      request: { kitNo: '4240210463', entityId: '875826', walletType: 'NCMC', txnId: '123456789021', amount: '200.00' },
      result: {
        entityId: '875826',
        kitNo: '4240210463',
        stagedWalletBalance: '200.00',
        txnId: '123456789021',
        walletBalance: '100.00',
        walletType: 'NCMC',
      },
    },
  ],
})

const transactionType = { enum: ['LOAD', 'AUTO_RELOAD'] } as const
const amountPaise = { type: 'integer', minimum: 1 } as const
const instant = { type: 'string', format: 'date-time' } as const
const keyText = { kitNo: { type: 'string' }, entityId: { type: 'string' } } as const

const staged = {
  type: 'object',
  required: [
    'type',
    'kitNo',
    'entityId',
    'txnId',
    'transactionType',
    'amountPaise',
    'accountNo',
    'offlineBalancePaise',
    'stagedBalancePaise',
    'stagedAt',
  ],
  properties: {
    type: { const: 'WalletStaged' },
    ...keyText,
    txnId: { type: 'string' },
    transactionType,
    amountPaise,
    accountNo: { type: 'string', description: 'The account that paid' },
    ...balancesPaise,
    stagedAt: instant,
  },
} as const
export type WalletStaged = FromSchema<typeof staged>

export const walletStagedEvent = eventType<WalletStaged>()({
  type: 'WalletStaged',
  version: 1,
  owner: 'wallet-ncmc',
  summary: 'Money was taken from the account and waits for a tap, by a load or an auto-reload; subject is the kitNo',
  schema: staged,
  example: {
    type: 'WalletStaged',
    kitNo: '4240210463',
    entityId: '875826',
    txnId: '123456789021',
    transactionType: 'LOAD',
    amountPaise: 20_000,
    accountNo: '1234567890',
    offlineBalancePaise: 10_000,
    stagedBalancePaise: 20_000,
    stagedAt: '2026-01-05T10:00:00.000Z',
  },
})

const failed = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'txnId', 'transactionType', 'amountPaise', 'errorCode', 'failedAt'],
  properties: {
    type: { const: 'WalletLoadFailed' },
    ...keyText,
    txnId: { type: 'string' },
    transactionType,
    amountPaise,
    errorCode: { type: 'string', description: 'Code of the refusal, such as TX0057' },
    failedAt: instant,
  },
} as const
export type WalletLoadFailed = FromSchema<typeof failed>

export const walletLoadFailedEvent = eventType<WalletLoadFailed>()({
  type: 'WalletLoadFailed',
  version: 1,
  owner: 'wallet-ncmc',
  summary: 'A load or auto-reload was refused for good: limit or funds; subject is the kitNo',
  schema: failed,
  example: {
    type: 'WalletLoadFailed',
    kitNo: '4240210463',
    entityId: '875826',
    txnId: '123456789022',
    transactionType: 'LOAD',
    amountPaise: 250_000,
    errorCode: 'TX0057',
    failedAt: '2026-01-05T10:00:00.000Z',
  },
})
