// What callers and followers see of locking, unlocking and blocking a kit.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../endpoint.ts'
import { eventType } from '../event.ts'
import { cardStatus, cardType, deliveryAddress, entityId, kitNo, line, requestId } from '../fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'oldKit', 'operation'],
  properties: {
    entityId,
    oldKit: kitNo,
    operation: { enum: ['LOCK', 'UNLOCK', 'BLOCK', 'REPLACE', 'BLOCK_AND_REPLACE', 'HOTLIST'] },
    cardType,
    deliveryAddress,
    requestId,
    reason: line,
    changer: line,
    channel: { enum: ['IVR', 'WEB', 'MOBILE', 'BRANCH'] },
  },
} as const
export type ManageKit = FromSchema<typeof request>

const result = { type: 'object', additionalProperties: false, required: ['status'], properties: { status: { type: 'boolean' } } } as const
export type KitManaged = FromSchema<typeof result>

export const manageKitEndpoint = publicEndpoint<ManageKit, KitManaged>()({
  name: 'manageKit',
  method: 'POST',
  path: '/kit-manager/manageKit',
  owner: 'kit',
  permission: 'kit.control',
  summary: 'Locks (can be undone), unlocks or blocks (for good) a card; REPLACE, BLOCK_AND_REPLACE and HOTLIST come in a later release',
  idempotency: 'document',
  request,
  result,
  errors: [
    'invalid.input.request',
    'MCC007',
    'card.status.active',
    'card.already.blocked',
    'card.already.closed',
    'card.blocked',
    'endpoint.not.available',
  ],
})

const properties = {
  kitNo: { type: 'string' },
  entityId: { type: 'string' },
  previousStatus: cardStatus,
  reason: { type: 'string' },
  changer: { type: 'string' },
  channel: { type: 'string' },
  changedAt: { type: 'string', format: 'date-time' },
} as const
const required = ['type', 'kitNo', 'entityId', 'previousStatus', 'changedAt'] as const

const locked = { type: 'object', required, properties: { type: { const: 'KitLocked' }, ...properties } } as const
const unlocked = { type: 'object', required, properties: { type: { const: 'KitUnlocked' }, ...properties } } as const
const blocked = { type: 'object', required, properties: { type: { const: 'KitBlocked' }, ...properties } } as const
export type KitLocked = FromSchema<typeof locked>
export type KitUnlocked = FromSchema<typeof unlocked>
export type KitBlocked = FromSchema<typeof blocked>

const owner = 'kit'
export const kitLockedEvent = eventType<KitLocked>()({
  type: 'KitLocked',
  version: 1,
  owner,
  summary: 'A card is off for the time being',
  schema: locked,
})
export const kitUnlockedEvent = eventType<KitUnlocked>()({
  type: 'KitUnlocked',
  version: 1,
  owner,
  summary: 'A locked card is usable again',
  schema: unlocked,
})
export const kitBlockedEvent = eventType<KitBlocked>()({
  type: 'KitBlocked',
  version: 1,
  owner,
  summary: 'A card is off for good',
  schema: blocked,
})
