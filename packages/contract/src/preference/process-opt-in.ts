// What callers and followers see of opting a card into a feature, or out of it.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { entityId, kitNo, line } from '../words/fields.ts'

/** The features a card can be opted into; also the names among a product's `features`. */
export const optInOperations = ['super-pin', 'super-otp', 'location-shield', 'sms-alerts', 'email-alerts', 'ncmc-offline'] as const
export type OptInOperation = (typeof optInOperations)[number]

/**
 * `SUPER-PIN`, `SUPER_PIN` and `SUPERPIN`, each with the feature it means: what is left of a
 * spelling once it is in capitals.
 */
const spellings = Object.fromEntries(
  optInOperations.flatMap((operation) => ['-', '_', ''].map((joint) => [operation.toUpperCase().replace('-', joint), operation])),
)

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['operation', 'entityId', 'kitNo', 'optedIn'],
  properties: {
    operation: {
      type: 'string',
      minLength: 1,
      maxLength: 40,
      anyCase: true,
      synonyms: spellings,
      // No enum: an unknown feature is refused by the use case, with a code of its own (PRF001).
      description: `The feature: ${optInOperations.map((operation) => `\`${operation}\``).join(', ')}; without regard to case, hyphen or underscore (\`superPin\`, \`SUPER_PIN\`)`,
    },
    entityId,
    kitNo,
    optedIn: { type: 'boolean', description: 'true: in; false: out' },
    channel: { ...line, description: 'Where the choice was made, such as SMS' },
    creator: { ...line, description: 'Who set the change up, for the audit trail' },
    changer: { ...line, description: 'Who changes, for the audit trail' },
    approver: { ...line, description: 'Who approved, for the audit trail' },
  },
} as const
export type ProcessOptIn = FromSchema<typeof request>

export const processOptInEndpoint = publicEndpoint<ProcessOptIn, true>()({
  name: 'processOptIn',
  method: 'POST',
  path: '/preference/{operation}/optIn',
  owner: 'pin-preference',
  family: 'preference',
  permission: 'preference.write',
  summary: 'Opts a card into a feature or out of it',
  description: `Switches one feature of the card: Super PIN (a one-time PIN for sensitive operations), Super OTP (a one-time password bound to a device), location shield, alerts by SMS or e-mail, NCMC offline payments.
Customer views show \`superPin\`, \`superOtp\` and \`locationShield\` under \`toggle\`.

The product must offer the feature (\`product.level.disable\`); a name that is not one of the features is refused with \`PRF001\`. A blocked or hotlisted card is refused with \`card.blocked\`; a replaced, expired or closed one with \`card.status.active\`. A repeat with the same \`optedIn\` succeeds and changes nothing.`,
  idempotency: 'document',
  request,
  parametersIn: { operation: 'path' },
  result: { const: true },
  errors: [
    'invalid.input.request',
    'MCC007',
    'PRF001',
    'product.level.disable',
    'card.blocked',
    'card.status.active',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'Out of SMS alerts',
      request: {
        operation: 'sms-alerts',
        entityId: '1232443',
        kitNo: '6768767',
        optedIn: false,
        channel: 'SMS',
        creator: 'test',
        changer: 'test',
        approver: 'test',
      },
      result: true,
    },
    {
      name: 'Into Super PIN, spelled otherwise',
      request: { operation: 'superPin', entityId: '1232443', kitNo: '6768767', optedIn: true },
      result: true,
    },
  ],
})

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'operation', 'optedIn', 'changedAt'],
  properties: {
    type: { const: 'OptInChanged' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    operation: { enum: optInOperations },
    optedIn: { type: 'boolean' },
    channel: { type: 'string' },
    creator: { type: 'string' },
    changer: { type: 'string' },
    approver: { type: 'string' },
    changedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type OptInChanged = FromSchema<typeof event>

export const optInChangedEvent = eventType<OptInChanged>()({
  type: 'OptInChanged',
  version: 1,
  owner: 'pin-preference',
  summary: 'A card was opted into a feature or out of it; subject is the kitNo',
  schema: event,
  example: {
    type: 'OptInChanged',
    kitNo: '6768767',
    entityId: '1232443',
    operation: 'sms-alerts',
    optedIn: false,
    channel: 'SMS',
    creator: 'test',
    changer: 'test',
    approver: 'test',
    changedAt: '2026-01-05T10:00:00.000Z',
  },
})
