// What callers and followers see of ordering a new paper PIN.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { entityId, kitNo, requestId } from '../words/fields.ts'

const addressType = { enum: ['PERMANENT', 'COMMUNICATION'], description: 'Which address of the customer the mailer is posted to' } as const
const homeCurrencyCode = {
  type: 'string',
  pattern: '^\\d{3}$',
  maxLength: 3,
  formatText: 'three digits',
  description: 'Numeric currency code of the home country, three digits as in ISO 4217; whether it is assigned is not checked',
} as const

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'addressType', 'homeCurrencyCode'],
  properties: { entityId, kitNo, addressType, homeCurrencyCode, requestId },
} as const
export type RegeneratePinMailer = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'addressType', 'homeCurrencyCode', 'pinRegenerationStatus'],
  properties: {
    entityId: { type: 'string' },
    kitNo: { type: 'string' },
    addressType,
    homeCurrencyCode,
    pinRegenerationStatus: { type: 'boolean', description: 'true: accepted for printing' },
  },
} as const
export type PinMailerOrdered = FromSchema<typeof result>

export const regeneratePinMailerEndpoint = publicEndpoint<RegeneratePinMailer, PinMailerOrdered>()({
  name: 'regeneratePinMailer',
  method: 'POST',
  path: '/kit-manager/regeneratePinMailer',
  owner: 'pin-preference',
  family: 'pin',
  permission: 'pin.write',
  summary: 'Orders a new PIN on paper for a physical card',
  description: `Queues a line for the next PIN-mailer file. A new random PIN is made inside the HSM when that line is produced: until then the present PIN stays valid, after that the new one is, and the try counter starts again. The card must be \`ASSIGNED\`, \`INACTIVE\` or \`ACTIVE\`; a blocked or hotlisted one is refused with \`card.blocked\`, any other status with \`card.status.active\`.

Only one mailer of a card may wait at a time (\`PIN005\`). A repeat with the same \`requestId\` gives the first answer.`,
  idempotency: 'stored',
  request,
  result,
  errors: [
    'invalid.input.request',
    'MCC007',
    'PIN004',
    'PIN005',
    'card.blocked',
    'card.status.active',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'A mailer to the address for letters',
      request: { entityId: '676765', kitNo: '4561789', addressType: 'COMMUNICATION', homeCurrencyCode: '564' },
      result: { entityId: '676765', kitNo: '4561789', addressType: 'COMMUNICATION', homeCurrencyCode: '564', pinRegenerationStatus: true },
    },
  ],
})

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'addressType', 'homeCurrencyCode', 'requestedAt'],
  properties: {
    type: { const: 'PinMailerRequested' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    addressType,
    homeCurrencyCode,
    requestedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type PinMailerRequested = FromSchema<typeof event>

export const pinMailerRequestedEvent = eventType<PinMailerRequested>()({
  type: 'PinMailerRequested',
  version: 1,
  owner: 'pin-preference',
  summary: 'A new PIN on paper was ordered; subject is the kitNo',
  schema: event,
  example: {
    type: 'PinMailerRequested',
    kitNo: '4561789',
    entityId: '676765',
    addressType: 'COMMUNICATION',
    homeCurrencyCode: '564',
    requestedAt: '2026-01-05T10:00:00.000Z',
  },
})
