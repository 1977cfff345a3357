// What callers and followers see of checking a PIN, v1: PIN block under AES-ECB.
import type { FromSchema } from 'json-schema-to-ts'
import { cardAndPinV1 } from '../pin/fields.ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'

export type ValidatePin = FromSchema<typeof cardAndPinV1>

export const validatePinEndpoint = publicEndpoint<ValidatePin, true>()({
  name: 'validatePin',
  method: 'POST',
  path: '/kit-manager/validatePin',
  owner: 'pin-preference',
  family: 'validation',
  permission: 'pin.validate',
  summary: 'Checks the PIN of a card; the PIN block is encrypted by AES-ECB (v1)',
  description: `Returns \`true\` when the PIN matches; a wrong one is the error \`PIN002\`, never \`false\`. The card must be \`ASSIGNED\`, \`INACTIVE\` or \`ACTIVE\`; a blocked or hotlisted one is refused with \`card.blocked\`, any other status with \`card.status.active\`.

Wrong PINs are counted, and a right one resets the counter. The tries up to and including the limit (3 unless the product says otherwise) are answered with \`PIN002\`; the last of them locks the PIN. From then on every PIN, right or wrong, is answered with \`pin.locked\` until \`setPin\` or an operator's unlock. A card without a PIN (\`PIN002\`), a malformed block (\`PIN001\`) and a wrong expiry (\`PIN003\`) do not count as tries.

v1 is off for new banks (\`product.level.disable\`): use \`validatePinV2\`. A repeat with the same \`requestId\` gives the first answer and does not count as a second try; without one it counts.`,
  idempotency: 'stored',
  request: cardAndPinV1,
  result: { const: true },
  errors: [
    'invalid.input.request',
    'MCC007',
    'PIN001',
    'PIN002',
    'PIN003',
    'pin.locked',
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
      name: 'A right PIN',
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
  required: ['type', 'kitNo', 'entityId', 'tries', 'lockedAt'],
  properties: {
    type: { const: 'PinLocked' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    tries: { type: 'integer', minimum: 1, description: 'Wrong PINs in a row, the last one included' },
    lockedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type PinLocked = FromSchema<typeof event>

export const pinLockedEvent = eventType<PinLocked>()({
  type: 'PinLocked',
  version: 1,
  owner: 'pin-preference',
  summary: 'The PIN tries of a card are used up, by any of the calls that check a PIN; subject is the kitNo',
  schema: event,
  example: { type: 'PinLocked', kitNo: '4240181647', entityId: 'validatePin0', tries: 3, lockedAt: '2026-01-05T10:00:00.000Z' },
})
