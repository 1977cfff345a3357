// What callers see of confirming a card without a PIN.
import type { FromSchema } from 'json-schema-to-ts'
import { expiryDate } from '../pin/fields.ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { entityId } from '../words/fields.ts'
import { cardNoLastSix, foundCard, mobileNo } from './fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['cardNoLastSix', 'entityId', 'expiryDate', 'mobileNo'],
  properties: { cardNoLastSix, entityId, expiryDate, mobileNo },
} as const
export type ValidateCard = FromSchema<typeof request>
export type FoundCard = FromSchema<typeof foundCard>

export const validateCardEndpoint = publicEndpoint<ValidateCard, FoundCard>()({
  name: 'validateCard',
  method: 'POST',
  path: '/kit-manager/validateCard',
  owner: 'pin-preference',
  family: 'validation',
  permission: 'pin.validate',
  summary: 'Finds a customer’s card by its last six digits, expiry and mobile number',
  description: `Confirms that a caller knows the card, and returns the card with its accounts. Cards in \`ASSIGNED\`, \`INACTIVE\`, \`ACTIVE\` and \`LOCKED\` are found.

Whatever does not fit, the answer is \`CRD001\`, also for several matching cards and cards out of use: it does not say which field was wrong. After ten failures of a mobile number or of a customer, or a hundred of the same last six digits and expiry, which many cards share, within 15 minutes, those of \`validateCardEnding\` included, the answer is \`rate.limit.exceeded\` until the 15 minutes are over;
\`Retry-After\` says how long that is. Calls that are under way count until they have succeeded. A repeat looks again and changes nothing.`,
  idempotency: 'read',
  request,
  result: foundCard,
  errors: ['invalid.input.request', 'CRD001', 'rate.limit.exceeded', 'service.unavailable'],
  examples: [
    {
      name: 'The card is found',
      request: { cardNoLastSix: '000507', entityId: '6766570', expiryDate: 129, mobileNo: '6786774109' },
      result: {
        entityId: '6766570',
        kitNo: '40000000',
        cardStatus: 'ACTIVE',
        accountInfo: [
          {
            accountNo: '036657655673',
            accountStatus: 'ACTIVE',
            accountType: 'SAVING',
            accountsCurrency: 'INR',
            branchId: '1',
            defaultAccount: true,
            ifscCode: '',
            initialFunding: '0',
            isPrimary: false,
            schemeCode: '0000',
          },
        ],
      },
    },
  ],
})
