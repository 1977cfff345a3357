// What callers see of checking four credentials of a card at once, v2: without CVV, PIN block under
// AES-GCM.
import type { FromSchema } from 'json-schema-to-ts'
import { customersOfMobileMax } from '../customer/customers-by-mobile.ts'
import { expiryDate, pinV2 } from '../pin/fields.ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { requestId } from '../words/fields.ts'
import { cardNoLastSix, foundCard, mobileNo } from './fields.ts'
import type { FoundCard } from './validate-card.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['pin', 'expiryDate', 'mobileNo', 'cardNoLastSix'],
  properties: { pin: pinV2, expiryDate, mobileNo, cardNoLastSix, requestId },
} as const
export type ValidateCardEndingV2 = FromSchema<typeof request>

export const validateCardEndingV2Endpoint = publicEndpoint<ValidateCardEndingV2, FoundCard>()({
  name: 'validateCardEndingV2',
  method: 'POST',
  path: '/kit-manager/v2/validateCardEnding',
  owner: 'pin-preference',
  family: 'validation',
  permission: 'pin.validate',
  summary: 'Finds a card by PIN, expiry, mobile number and last six digits; the PIN block is encrypted by AES-GCM (v2)',
  description: `Does what \`validateCardEnding\` does, without the CVV and with the PIN block encrypted as in \`setPinV2\`; build the block with the card number. Cards in \`ASSIGNED\`, \`INACTIVE\` and \`ACTIVE\` are found.

Whatever does not fit, the answer is \`CRD002\`; only a PIN that was reached and is wrong counts as a PIN try. After ten failures of a mobile number, or a hundred of the same last six digits and expiry, which many cards share, within 15 minutes, those of \`validateCard\` included, the answer is \`rate.limit.exceeded\` until the 15 minutes are over; \`Retry-After\` says how long that is. A number that more than ${customersOfMobileMax} customers have is taken for a placeholder and leads to no card.

A repeat with the same \`requestId\` gives the first answer and does not count as a second try; without one it counts.`,
  idempotency: 'stored',
  request,
  result: foundCard,
  errors: [
    'invalid.input.request',
    'CRD002',
    'rate.limit.exceeded',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'All four fit',
      request: {
        pin: 'AAECAwQFBgcICQoLDA0OD1dYkUQK03xu27mdbxHgFPJ7HVTFG7uiQMywBd/HFBpC',
        expiryDate: '0729',
        mobileNo: '9876543210',
        cardNoLastSix: '022751',
      },
      result: {
        entityId: '6766570',
        kitNo: '40000000',
        cardStatus: 'ASSIGNED',
        accountInfo: [
          {
            accountNo: '036657655673',
            accountStatus: 'ACTIVE',
            accountType: 'SAVING',
            accountsCurrency: 'INR',
            defaultAccount: true,
            initialFunding: '8000',
            isPrimary: false,
            schemeCode: '2003',
          },
        ],
      },
    },
  ],
})
