// What followers see of a money add at a terminal: cash or account money that goes straight to the
// chip.
import type { FromSchema } from 'json-schema-to-ts'
import { eventType } from '../wire/event.ts'
import { balancesPaise } from './fields.ts'

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'transactionType', 'amountPaise', 'offlineBalancePaise', 'stagedBalancePaise', 'loadedAt'],
  properties: {
    type: { const: 'WalletLoaded' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    transactionType: { enum: ['OFFLINE_LOAD_CASH', 'OFFLINE_LOAD_ACCOUNT'] },
    amountPaise: { type: 'integer', minimum: 1 },
    ...balancesPaise,
    retrievalReferenceNo: { type: 'string', description: 'ISO 8583 field 37' },
    systemTraceAuditNumber: { type: 'string', description: 'ISO 8583 field 11' },
    cardAcceptorTerminalId: { type: 'string', description: 'ISO 8583 field 41' },
    loadedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type WalletLoaded = FromSchema<typeof event>

export const walletLoadedEvent = eventType<WalletLoaded>()({
  type: 'WalletLoaded',
  version: 1,
  owner: 'wallet-ncmc',
  summary: 'Money was added at a terminal and is on the chip; subject is the kitNo',
  schema: event,
  example: {
    type: 'WalletLoaded',
    kitNo: '4240210463',
    entityId: '875826',
    transactionType: 'OFFLINE_LOAD_CASH',
    amountPaise: 50_000,
    offlineBalancePaise: 60_000,
    stagedBalancePaise: 20_000,
    retrievalReferenceNo: '407317123456',
    systemTraceAuditNumber: '123456',
    cardAcceptorTerminalId: '1148340A',
    loadedAt: '2026-01-05T10:00:00.000Z',
  },
})
