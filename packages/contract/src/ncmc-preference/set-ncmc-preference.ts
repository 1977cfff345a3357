// What callers and followers see of setting the auto-reload of an NCMC card.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { accountNo, entityId, kitNo, line } from '../words/fields.ts'
import { autoReload, storedAt } from './fields.ts'

const rupees = { type: 'number', maximum: 1_000_000_000 } as const
const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo'],
  properties: {
    entityId,
    kitNo,
    accountNo: { ...accountNo, description: 'Account that pays for reloads, one linked to the card; the primary account when absent' },
    autoReload: {
      type: 'object',
      additionalProperties: false,
      properties: {
        enabled: { type: 'boolean' },
        threshold: { ...rupees, minimum: 0, description: 'Reload when the balance falls below it; rupees, at most two decimals' },
        loadAmount: { ...rupees, exclusiveMinimum: 0, description: 'Amount of one reload; rupees, at most two decimals' },
      },
    },
    channel: { ...line, description: 'Where the change comes from, such as MOBILE' },
    creator: { ...line, description: 'Who set the change up, for the audit trail' },
    changer: { ...line, description: 'Who changes, for the audit trail' },
  },
} as const
export type SetNcmcPreference = FromSchema<typeof request>

const echoed = { type: 'string', description: 'As sent; absent when it was not' } as const
const result = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'accountNo', 'autoReload', 'createdDate', 'changedDate'],
  properties: {
    entityId: { type: 'string' },
    kitNo: { type: 'string' },
    accountNo: { type: 'string', description: 'Account that pays for reloads' },
    autoReload,
    channel: echoed,
    creator: echoed,
    changer: echoed,
    createdDate: { ...storedAt, description: 'First time preferences were set; UTC' },
    changedDate: { ...storedAt, description: 'Last time preferences were set; UTC' },
  },
} as const
export type NcmcPreferenceSet = FromSchema<typeof result>

export const setNcmcPreferenceEndpoint = publicEndpoint<SetNcmcPreference, NcmcPreferenceSet>()({
  name: 'setNcmcPreference',
  method: 'POST',
  path: '/ncmc/preference/set',
  owner: 'wallet-ncmc',
  family: 'ncmc-preference',
  permission: 'preference.write',
  summary: 'Sets the auto-reload of an NCMC card: threshold, amount, funding account',
  description: `With auto-reload on, the wallet is loaded with \`loadAmount\` from the account when confirmed and staged balance together fall below \`threshold\`; the money is staged like any other load.

What is left out stays as it is. Auto-reload can be on only with a threshold and an amount (\`invalid.input.request\`), and \`threshold + loadAmount\` may not exceed the wallet maximum of the product (\`TX0057\`).
An account that is not linked to the card is refused with \`invalid.source.account\`; without one the primary account pays. A card that is not NCMC is refused with \`product.level.disable\`, a blocked or hotlisted one with \`card.blocked\`,
a replaced, expired or closed one with \`card.status.active\`.

A repeat sets the same values: \`createdDate\` stays, \`changedDate\` moves.`,
  idempotency: 'document',
  request,
  result,
  errors: [
    'invalid.input.request',
    'MCC007',
    'product.level.disable',
    'invalid.source.account',
    'TX0057',
    'card.blocked',
    'card.status.active',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'Reload 500 below 100',
      request: {
        entityId: 'ENTITY123',
        kitNo: 'KIT001',
        accountNo: '1234567890',
        autoReload: { enabled: true, threshold: 100, loadAmount: 500 },
        channel: 'MOBILE',
        creator: 'ENTITY123',
        changer: 'ENTITY123',
      },
      result: {
        entityId: 'ENTITY123',
        kitNo: 'KIT001',
        accountNo: '1234567890',
        autoReload: { enabled: true, threshold: 100, loadAmount: 500 },
        channel: 'MOBILE',
        creator: 'ENTITY123',
        changer: 'ENTITY123',
        createdDate: '2024-01-15T10:30:00Z',
        changedDate: '2024-01-15T10:30:00Z',
      },
    },
  ],
})

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'accountNo', 'autoReload', 'reason', 'changedAt'],
  properties: {
    type: { const: 'NcmcPreferenceChanged' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    accountNo: { type: 'string' },
    autoReload: {
      type: 'object',
      required: ['enabled', 'thresholdPaise', 'loadAmountPaise'],
      properties: {
        enabled: { type: 'boolean' },
        thresholdPaise: { type: 'integer', minimum: 0 },
        loadAmountPaise: { type: 'integer', minimum: 0 },
      },
    },
    reason: {
      enum: ['REQUESTED', 'RELOADS_FAILED'],
      description: 'RELOADS_FAILED: switched off by the system after failures in a row',
    },
    channel: { type: 'string' },
    creator: { type: 'string' },
    changer: { type: 'string' },
    changedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type NcmcPreferenceChanged = FromSchema<typeof event>

export const ncmcPreferenceChangedEvent = eventType<NcmcPreferenceChanged>()({
  type: 'NcmcPreferenceChanged',
  version: 1,
  owner: 'wallet-ncmc',
  summary: 'The auto-reload of an NCMC card changed; the payload is the whole setting, subject is the kitNo',
  schema: event,
  example: {
    type: 'NcmcPreferenceChanged',
    kitNo: 'KIT001',
    entityId: 'ENTITY123',
    accountNo: '1234567890',
    autoReload: { enabled: true, thresholdPaise: 10_000, loadAmountPaise: 50_000 },
    reason: 'REQUESTED',
    channel: 'MOBILE',
    creator: 'ENTITY123',
    changer: 'ENTITY123',
    changedAt: '2024-01-15T10:30:00.000Z',
  },
})
