// What callers and followers see of locking, unlocking, blocking, replacing and hotlisting a kit.
import type { FromSchema } from 'json-schema-to-ts'

import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import {
  cardStatus,
  cardType,
  deliveryAddress,
  entityId,
  kitInfo,
  kitNo,
  line,
  orderOfKit,
  requestId,
  resultingStatus,
} from '../words/fields.ts'

/** Why and through what a card was managed: kept with the change and told in its event. */
export const managementReason = {
  reason: { ...line, description: 'Why, in the bank’s words; kept with the change' },
  changer: { ...line, description: 'Who asked for it at the bank' },
  channel: { enum: ['IVR', 'WEB', 'MOBILE', 'BRANCH'], description: 'Where the order came from' },
} as const

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'oldKit', 'operation'],
  properties: {
    entityId,
    oldKit: { ...kitNo, description: 'Number of the kit to act on' },
    operation: { enum: ['LOCK', 'UNLOCK', 'BLOCK', 'REPLACE', 'BLOCK_AND_REPLACE', 'HOTLIST'] },
    cardType: { ...cardType, description: 'Type of the new card; required for REPLACE and BLOCK_AND_REPLACE' },
    deliveryAddress: { ...deliveryAddress, description: 'Where a new PHYSICAL card is sent; required for BLOCK_AND_REPLACE with one' },
    requestId,
    ...managementReason,
  },
} as const
export type ManageKit = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['status'],
  properties: {
    status: { type: 'boolean', description: 'true: done' },
    entityId: { type: 'string', description: 'The customer, after a replacement' },
    kitInfo: { type: 'array', items: kitInfo, description: 'The new kit, after a replacement' },
  },
} as const
export type KitManaged = FromSchema<typeof result>

export const manageKitEndpoint = publicEndpoint<ManageKit, KitManaged>()({
  name: 'manageKit',
  method: 'POST',
  path: '/kit-manager/manageKit',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.control',
  permissionOfOperation: {
    LOCK: 'kit.control',
    UNLOCK: 'kit.control',
    BLOCK: 'kit.control',
    REPLACE: 'kit.write',
    BLOCK_AND_REPLACE: 'kit.write',
    HOTLIST: 'kit.write',
  },
  summary: 'Locks, unlocks, blocks, replaces or hotlists a card',
  description: `| operation | Effect |
| --- | --- |
| \`LOCK\` | off for the time being |
| \`UNLOCK\` | undoes LOCK |
| \`BLOCK\` | off for good |
| \`REPLACE\` | issues a new card in place of the old one, which becomes \`REPLACED\` |
| \`BLOCK_AND_REPLACE\` | both in one step |
| \`HOTLIST\` | reported lost or stolen: off for good, no replacement afterwards |

What becomes of the card depends on its present status:

| Present | LOCK | UNLOCK | BLOCK | REPLACE | BLOCK_AND_REPLACE | HOTLIST |
| --- | --- | --- | --- | --- | --- | --- |
| ASSIGNED, INACTIVE | \`card.status.active\` | \`card.status.active\` | BLOCKED | \`card.status.active\` | REPLACED | HOTLISTED |
| ACTIVE | LOCKED | \`card.status.active\` | BLOCKED | REPLACED | REPLACED | HOTLISTED |
| LOCKED | \`card.status.active\` | ACTIVE | BLOCKED | REPLACED | REPLACED | HOTLISTED |
| BLOCKED | \`card.blocked\` | \`card.blocked\` | \`card.already.blocked\` | REPLACED | \`card.already.blocked\` | HOTLISTED |
| HOTLISTED, REPLACED, EXPIRED_CARD | \`card.status.active\` for every operation | | | | | |
| CLOSED | \`card.already.closed\` for every operation | | | | | |

The new kit of a replacement has its own number, the same account, preferences and limits (the product’s defaults where the setting \`replacementPreferences\` is \`RESET\`), starts \`INACTIVE\` and has no PIN; \`kitInfo\` of the answer shows it. Its product is the one of the same scheme and tier for \`cardType\`; if there is none, the call is refused with \`product.not.found\`. A \`PHYSICAL\` one is sent to \`deliveryAddress\`, which must be among the customer’s addresses; \`REPLACE\` without one sends it where the old card went, otherwise to \`PERMANENT\`.

While an upgrade of the card is waiting to be activated, \`REPLACE\` and \`BLOCK_AND_REPLACE\` take the old card out of use and show the waiting kit as the new one, whatever \`cardType\` says: no further card is issued. The waiting kit itself may also be replaced; the one issued for it then takes the old card's place. If the place of a blocked kit has since been given to another one, that one replaces it while it is waiting; once it is active, the call is refused with \`card.status.active\`.

A bank may switch \`HOTLIST\` off (setting \`hotlist\`); it is then refused with \`product.level.disable\`.

A repeat of a replacement with the same \`requestId\` gives the first answer again. A repeat of another operation that took effect answers success again as long as its \`requestId\` is among the card's last eight changes; one that was refused is decided anew. Without a \`requestId\` a repeat meets the new status and is refused by the table. There is one exception: a \`REPLACE\` or \`BLOCK_AND_REPLACE\` that was answered with 503 or 500. Nothing was done, or it was begun and is finished; the same call again, with the same body and again without a \`requestId\`, then answers the new kit of the first, once, within 24 hours.`,
  idempotency: 'stored',
  // One update of one document, which remembers the command itself.
  idempotencyOfOperation: { LOCK: 'document', UNLOCK: 'document', BLOCK: 'document', HOTLIST: 'document' },
  request,
  result,
  errors: [
    'invalid.input.request',
    'MCC007',
    'card.status.active',
    'card.already.blocked',
    'card.already.closed',
    'card.blocked',
    'product.not.found',
    'bin.range.exhausted',
    'product.level.disable',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    { name: 'lock', request: { entityId: 'req11', oldKit: '4240181649', operation: 'LOCK' }, result: { status: true } },
    {
      name: 'block, with reason and channel',
      request: {
        entityId: 'req11',
        oldKit: '4240181649',
        operation: 'BLOCK',
        reason: 'CUSTOMER_REQUEST',
        changer: 'user',
        channel: 'IVR',
        requestId: '0d6f3c1e-0a45-4a0a-9a63-7a1d7c2f9b10',
      },
      result: { status: true },
    },
    {
      name: 'replace by a virtual card',
      request: { entityId: 'req11', oldKit: '4240181649', operation: 'REPLACE', cardType: 'VIRTUAL' },
      result: {
        status: true,
        entityId: 'req11',
        kitInfo: [
          {
            accountNo: '8642135',
            bin: '608040',
            cardCategory: 'DEBIT',
            cardNumber: '608040XXXXXX6962',
            cardStatus: 'INACTIVE',
            cardType: 'VIRTUAL',
            entityId: 'req11',
            expDate: '2029-07-31T00:00:00.000+00:00',
            kitNo: '4240181650',
            networkType: 'RUPAY',
            productId: '2003_VIRTUAL',
            productName: '2003_VIRTUAL',
          },
        ],
      },
    },
  ],
})

/** What every event of a managed card tells. */
const properties = {
  kitNo: { type: 'string' },
  entityId: { type: 'string' },
  previousStatus: cardStatus,
  cardStatus: resultingStatus,
  orderId: orderOfKit,
  reason: { type: 'string' },
  changer: { type: 'string' },
  channel: { type: 'string' },
  changedAt: { type: 'string', format: 'date-time' },
} as const
const required = ['type', 'kitNo', 'entityId', 'previousStatus', 'changedAt'] as const

const locked = { type: 'object', required, properties: { type: { const: 'KitLocked' }, ...properties } } as const
const unlocked = { type: 'object', required, properties: { type: { const: 'KitUnlocked' }, ...properties } } as const
const blocked = { type: 'object', required, properties: { type: { const: 'KitBlocked' }, ...properties } } as const
const hotlisted = { type: 'object', required, properties: { type: { const: 'KitHotlisted' }, ...properties } } as const
const replaced = {
  type: 'object',
  required: [...required, 'newKitNo'],
  properties: {
    type: { const: 'KitReplaced' },
    ...properties,
    newKitNo: { type: 'string', description: 'The kit that took its place; its own KitIssued says what it is' },
    operation: {
      enum: ['REPLACE', 'BLOCK_AND_REPLACE', 'TAKE_OVER'],
      description: 'TAKE_OVER: the new kit of an upgrade was activated. Absent in events of earlier releases',
    },
  },
} as const
export type KitLocked = FromSchema<typeof locked>
export type KitUnlocked = FromSchema<typeof unlocked>
export type KitBlocked = FromSchema<typeof blocked>
export type KitHotlisted = FromSchema<typeof hotlisted>
export type KitReplaced = FromSchema<typeof replaced>

const owner = 'kit'
const example = { kitNo: '4240181649', entityId: 'req11', previousStatus: 'ACTIVE', changedAt: '2026-01-05T10:00:00.000Z' } as const
export const kitLockedEvent = eventType<KitLocked>()({
  type: 'KitLocked',
  version: 1,
  owner,
  summary: 'A card is off for the time being; subject is the kitNo',
  schema: locked,
  example: { type: 'KitLocked', ...example, cardStatus: 'LOCKED', reason: 'CUSTOMER_REQUEST', changer: 'user', channel: 'MOBILE' },
})
export const kitUnlockedEvent = eventType<KitUnlocked>()({
  type: 'KitUnlocked',
  version: 1,
  owner,
  summary: 'A locked card is usable again; subject is the kitNo',
  schema: unlocked,
  example: { type: 'KitUnlocked', ...example, previousStatus: 'LOCKED', cardStatus: 'ACTIVE' },
})
export const kitBlockedEvent = eventType<KitBlocked>()({
  type: 'KitBlocked',
  version: 1,
  owner,
  summary: 'A card is off for good; subject is the kitNo',
  schema: blocked,
  example: { type: 'KitBlocked', ...example, cardStatus: 'BLOCKED', reason: 'CUSTOMER_REQUEST', changer: 'user', channel: 'IVR' },
})
export const kitHotlistedEvent = eventType<KitHotlisted>()({
  type: 'KitHotlisted',
  version: 1,
  owner,
  summary: 'A card was reported lost or stolen and is off for good; subject is the kitNo',
  schema: hotlisted,
  example: { type: 'KitHotlisted', ...example, cardStatus: 'HOTLISTED', reason: 'LOST', channel: 'IVR' },
})
export const kitReplacedEvent = eventType<KitReplaced>()({
  type: 'KitReplaced',
  version: 1,
  owner,
  summary: 'Another kit took the place of this one, by replacement or by activation of an upgrade; subject is the old kitNo',
  schema: replaced,
  example: { type: 'KitReplaced', ...example, cardStatus: 'REPLACED', newKitNo: '4240181650', operation: 'REPLACE' },
})
