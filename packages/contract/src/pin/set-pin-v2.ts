// What callers see of setting a PIN, v2: PIN block under AES-GCM.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { cardAndPinV2 } from './fields.ts'

export type SetPinV2 = FromSchema<typeof cardAndPinV2>

export const setPinV2Endpoint = publicEndpoint<SetPinV2, true>()({
  name: 'setPinV2',
  method: 'POST',
  path: '/kit-manager/v2/setPin',
  owner: 'pin-preference',
  family: 'pin',
  permission: 'pin.write',
  summary: 'Sets or changes the PIN of a card; the PIN block is encrypted by AES-GCM (v2)',
  description: `Does what \`setPin\` does: sets the PIN of a card in \`ASSIGNED\`, \`INACTIVE\` or \`ACTIVE\`, resets the try counter and unlocks a locked PIN. Only the way the PIN block is encrypted differs.

Build the block (ISO 9564-1 format 0) from the PIN and the card number: PIN 1234 and card number 6080390000022751 give \`0412376FFFFFDD8A\`. Encrypt its 16 characters by AES-256-GCM under the
PIN key with a random IV of 16 bytes, and send the Base64 of IV, ciphertext and tag. The example is that block under the key \`000102…1f\` (hex) with the IV \`000102…0f\`.

A repeat with the same \`requestId\` gives the first answer, even though the ciphertext differs each time; without one it sets the PIN again.`,
  idempotency: 'stored',
  request: cardAndPinV2,
  result: { const: true },
  errors: [
    'invalid.input.request',
    'MCC007',
    'PIN001',
    'PIN003',
    'pin.already.set',
    'card.blocked',
    'card.status.active',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'Set a PIN; the block made with the card number',
      request: {
        entityId: 'validatePin0',
        expiryDate: '0729',
        kitNo: '4240181647',
        pin: 'AAECAwQFBgcICQoLDA0OD1dYkUQK03xu27mdbxHgFPJ7HVTFG7uiQMywBd/HFBpC',
      },
      result: true,
    },
  ],
})
