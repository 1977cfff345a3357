// What callers and followers see of setting a PIN, v1: PIN block under AES-ECB.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { cardAndPinV1 } from './fields.ts'

export type SetPin = FromSchema<typeof cardAndPinV1>

export const setPinEndpoint = publicEndpoint<SetPin, true>()({
  name: 'setPin',
  method: 'POST',
  path: '/kit-manager/setPin',
  owner: 'pin-preference',
  family: 'pin',
  permission: 'pin.write',
  summary: 'Sets or changes the PIN of a card; the PIN block is encrypted by AES-ECB (v1)',
  description: `Sets the PIN of a card in \`ASSIGNED\`, \`INACTIVE\` or \`ACTIVE\`, for the first time or anew; the try counter starts again and a locked PIN can be used again. A blocked or hotlisted card is refused with \`card.blocked\`, any other status with \`card.status.active\`.

The PIN has 4 to 6 digits, as the product says (4 by default). Only a verification value is kept, never the PIN. The account field of the PIN block is made from the card number, or from the kit number padded to 16 digits with leading zeros; both are tried unless the bank has fixed one.

ECB is weak, so v1 is off for new banks (\`product.level.disable\`): use \`setPinV2\`.
A repeat with the same \`requestId\` gives the first answer; without one it sets the PIN again.`,
  idempotency: 'stored',
  request: cardAndPinV1,
  result: { const: true },
  errors: [
    'invalid.input.request',
    'MCC007',
    'PIN001',
    'PIN003',
    'pin.already.set',
    'card.blocked',
    'card.status.active',
    'product.level.disable',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'Set a PIN',
      request: {
        entityId: 'validatePin0',
        expiryDate: 729,
        kitNo: '4240181647',
        pin: '4faN/yNdT8E+5wVy/GlfTWYsVPHAYFPaPWDn+SSL59w=',
      },
      result: true,
    },
  ],
})

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'firstPin', 'setAt'],
  properties: {
    type: { const: 'PinSet' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    firstPin: { type: 'boolean', description: 'true: the card had no PIN before' },
    setAt: { type: 'string', format: 'date-time' },
  },
} as const
export type PinSet = FromSchema<typeof event>

export const pinSetEvent = eventType<PinSet>()({
  type: 'PinSet',
  version: 1,
  owner: 'pin-preference',
  summary: 'A card got its PIN or another one (setPin, v1 and v2, or a printed PIN mailer); subject is the kitNo',
  schema: event,
  example: { type: 'PinSet', kitNo: '4240181647', entityId: 'validatePin0', firstPin: true, setAt: '2026-01-05T10:00:00.000Z' },
})
