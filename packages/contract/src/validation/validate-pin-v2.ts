// What callers see of checking a PIN, v2: PIN block under AES-GCM.
import type { FromSchema } from 'json-schema-to-ts'
import { cardAndPinV2 } from '../pin/fields.ts'
import { publicEndpoint } from '../wire/endpoint.ts'

export type ValidatePinV2 = FromSchema<typeof cardAndPinV2>

export const validatePinV2Endpoint = publicEndpoint<ValidatePinV2, true>()({
  name: 'validatePinV2',
  method: 'POST',
  path: '/kit-manager/v2/validatePin',
  owner: 'pin-preference',
  family: 'validation',
  permission: 'pin.validate',
  summary: 'Checks the PIN of a card; the PIN block is encrypted by AES-GCM (v2)',
  description: `Does what \`validatePin\` does, with the same tries, lock and statuses; only the way the PIN block is encrypted differs. Returns \`true\` when the PIN matches; a wrong one is the error \`PIN002\`, never \`false\`.

The account field of the block is made from the card number, or from the kit number padded to 16 digits with leading zeros: PIN 1234 and kit 4240181647 give \`041234FBDBFE7E9B\`. A block that does not decode with the
card number is tried with the kit number, unless the bank has fixed one. The example is that block under the key \`000102…1f\` (hex) with the IV \`000102…0f\`.

A repeat with the same \`requestId\` gives the first answer and does not count as a second try; without one it counts.`,
  idempotency: 'stored',
  request: cardAndPinV2,
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
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'A right PIN; the block made with the kit number',
      request: {
        entityId: 'validatePin0',
        expiryDate: '0729',
        kitNo: '4240181647',
        pin: 'AAECAwQFBgcICQoLDA0OD1dYkUQK0Axq2b2dbGLhFfGmo42UXUW/Gq5vApRIxcB6',
      },
      result: true,
    },
  ],
})
