// What followers see of balances that change otherwise than by a load: balance update, spend,
// refund, reversal, closure.
import type { FromSchema } from 'json-schema-to-ts'
import { eventType } from '../wire/event.ts'
import { balancesPaise } from './fields.ts'

const event = {
  type: 'object',
  required: [
    'type',
    'kitNo',
    'entityId',
    'transactionType',
    'offlineChangePaise',
    'stagedChangePaise',
    'offlineBalancePaise',
    'stagedBalancePaise',
    'updatedAt',
  ],
  properties: {
    type: { const: 'WalletUpdated' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    transactionType: {
      enum: [
        'BALANCE_UPDATE',
        'OFFLINE_PURCHASE',
        'OFFLINE_REFUND',
        'LOAD_REVERSAL',
        'OFFLINE_LOAD_REVERSAL',
        'SERVICE_CREATION',
        'WALLET_CLOSURE',
      ],
    },
    txnId: { type: 'string', description: 'The load that reached the chip or was given back' },
    offlineChangePaise: { type: 'integer', description: 'Below zero: the chip holds less' },
    stagedChangePaise: { type: 'integer', description: 'Below zero: less waits for a tap' },
    ...balancesPaise,
    updatedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type WalletUpdated = FromSchema<typeof event>

export const walletUpdatedEvent = eventType<WalletUpdated>()({
  type: 'WalletUpdated',
  version: 1,
  owner: 'wallet-ncmc',
  summary: 'A staged load reached the chip, or money was spent, refunded, reversed or paid out; subject is the kitNo',
  schema: event,
  example: {
    type: 'WalletUpdated',
    kitNo: '4240210463',
    entityId: '875826',
    transactionType: 'BALANCE_UPDATE',
    txnId: '123456789021',
    offlineChangePaise: 20_000,
    stagedChangePaise: -20_000,
    offlineBalancePaise: 30_000,
    stagedBalancePaise: 0,
    updatedAt: '2026-01-05T10:00:00.000Z',
  },
})
