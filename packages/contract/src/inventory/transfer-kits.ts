// What callers and followers see of moving kits from one branch to another.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { kitNo, line, requestId } from '../words/fields.ts'
import { branchId, KITS_MAX } from '../words/stock.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['fromBranch', 'toBranch', 'kitNo'],
  properties: {
    fromBranch: { ...branchId, description: 'branchId where the kits are' },
    toBranch: { ...branchId, description: 'branchId that gets them' },
    kitNo: { type: 'array', minItems: 1, maxItems: KITS_MAX, items: kitNo, description: 'Kits or parent kits' },
    creator: { ...line, description: 'Who asked for it' },
    chnager: { ...line, alsoNamed: ['changer'], description: 'Who changes the stock; `changer` is accepted too' },
    approver: { ...line, description: 'Who approved it' },
    requestId,
  },
} as const
export type TransferKits = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['successCount', 'failedCount', 'failedKitNo'],
  properties: {
    successCount: { type: 'integer' },
    failedCount: { type: 'integer' },
    failedKitNo: { type: 'array', items: { type: 'string' }, description: 'Kits that stay where they are' },
  },
} as const
export type KitsMoved = FromSchema<typeof result>

const twoKits = { fromBranch: 'BRANCH001', toBranch: 'BRANCH002', kitNo: ['KIT12345678', 'KIT87654321'], creator: 'Aks' } as const

export const transferKitsEndpoint = publicEndpoint<TransferKits, KitsMoved>()({
  name: 'transferKits',
  method: 'POST',
  path: '/inventory/kitsTransfer',
  owner: 'inventory-order',
  family: 'inventory',
  permission: 'inventory.write',
  summary: 'Moves kits from one branch to another',
  description: [
    'A kit moves if it is at `fromBranch`, has no owner and has not expired; it is then `IN_TRANSIT` at `toBranch`. A parent kit moves with all its kits.',
    'Kits that cannot move are listed in `failedKitNo`, and the call succeeds for the others. When none moves, or a branch is unknown, or both are the same, the answer is `INV001`, **with `result` filled beside `exception`**.',
  ].join('\n\n'),
  idempotency: 'stored',
  request,
  result,
  errors: ['invalid.input.request', 'INV001'],
  examples: [
    {
      name: 'two kits',
      request: { ...twoKits, chnager: 'sja', approver: 'ya' },
      result: { successCount: 2, failedCount: 0, failedKitNo: [] },
    },
    {
      name: 'one of them is handed out already',
      request: { ...twoKits, changer: 'sja' },
      result: { successCount: 1, failedCount: 1, failedKitNo: ['KIT87654321'] },
    },
  ],
})

const event = {
  type: 'object',
  required: ['type', 'transferId', 'fromBranch', 'toBranch', 'kitNos', 'transferredAt'],
  properties: {
    type: { const: 'KitsTransferred' },
    transferId: { type: 'string' },
    fromBranch: { type: 'string' },
    toBranch: { type: 'string' },
    kitNos: {
      type: 'array',
      minItems: 1,
      maxItems: KITS_MAX,
      items: { type: 'string' },
      description: 'Kits that moved, including those of a parent kit',
    },
    parentKitNos: { type: 'array', maxItems: KITS_MAX, items: { type: 'string' }, description: 'Parent kits that moved as a whole' },
    creator: { type: 'string' },
    changer: { type: 'string' },
    approver: { type: 'string' },
    transferredAt: { type: 'string', format: 'date-time' },
  },
} as const
export type KitsTransferred = FromSchema<typeof event>

export const kitsTransferredEvent = eventType<KitsTransferred>()({
  type: 'KitsTransferred',
  version: 1,
  owner: 'inventory-order',
  summary: 'Kits are on their way to another branch; subject is the transferId, one event per 1,000 kits',
  schema: event,
  example: {
    type: 'KitsTransferred',
    transferId: '0f6c2a1e-6a53-4d0e-9a55-0c1f3a7f2b11',
    fromBranch: 'BRANCH001',
    toBranch: 'BRANCH002',
    kitNos: ['KIT12345678', 'KIT87654321'],
    creator: 'Aks',
    changer: 'sja',
    approver: 'ya',
    transferredAt: '2025-01-20T08:00:00.000Z',
  },
})
