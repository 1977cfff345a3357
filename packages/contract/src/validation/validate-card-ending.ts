// What callers see of checking five credentials of a card at once, v1: with CVV, PIN block under
// AES-ECB.
import type { FromSchema } from 'json-schema-to-ts'
import { customersOfMobileMax } from '../customer/customers-by-mobile.ts'
import { expiryDate, pinV1 } from '../pin/fields.ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { requestId } from '../words/fields.ts'
import { cardNoLastSix, foundCard, mobileNo } from './fields.ts'
import type { FoundCard } from './validate-card.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['pin', 'expiryDate', 'mobileNo', 'cardNoLastSix', 'cvv'],
  properties: {
    pin: pinV1,
    expiryDate,
    mobileNo,
    cardNoLastSix,
    cvv: {
      type: 'string',
      pattern: '^\\d{3}$',
      maxLength: 3,
      formatText: 'three digits',
      description: 'The three digits printed on the card',
    },
    requestId,
  },
} as const
export type ValidateCardEnding = FromSchema<typeof request>

export const validateCardEndingEndpoint = publicEndpoint<ValidateCardEnding, FoundCard>()({
  name: 'validateCardEnding',
  method: 'POST',
  path: '/kit-manager/validateCardEnding',
  owner: 'pin-preference',
  family: 'validation',
  permission: 'pin.validate',
  summary: 'Finds a card by PIN, expiry, mobile number, last six digits and CVV; the PIN block is encrypted by AES-ECB (v1)',
  description: `Needs neither customer nor kit: the mobile number leads to the customers, the last six digits and the expiry to the card, then CVV and PIN are checked, in this order. Cards in \`ASSIGNED\`, \`INACTIVE\` and \`ACTIVE\` are found.

Whatever does not fit, the answer is \`CRD002\`, also for a PIN that cannot be opened, a locked PIN, several matching cards and a card out of use: it does not say which credential was wrong. Only a PIN that was reached and is wrong
counts as a PIN try, and the last try locks the PIN as in \`validatePin\`. After ten failures of a mobile number, or a hundred of the same last six digits and expiry, which many cards share, within 15 minutes, those of \`validateCard\` included, the answer is \`rate.limit.exceeded\` until the 15 minutes are over; \`Retry-After\` says how long that is. A number that more than ${customersOfMobileMax} customers have is taken for a placeholder and leads to no card.

v1 is off for new banks (\`product.level.disable\`): use \`validateCardEndingV2\`. A repeat with the same \`requestId\` gives the first answer and does not count as a second try; without one it counts.`,
  idempotency: 'stored',
  request,
  result: foundCard,
  errors: [
    'invalid.input.request',
    'CRD002',
    'product.level.disable',
    'rate.limit.exceeded',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'All five fit',
      request: {
        pin: 'G17rbiLRuAEnkvkKVgg78WYsVPHAYFPaPWDn+SSL59w=',
        expiryDate: 729,
        mobileNo: '9876543210',
        cardNoLastSix: '136905',
        cvv: '237',
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
