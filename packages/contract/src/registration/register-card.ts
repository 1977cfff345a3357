// What callers see of issuing further cards to a known customer.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { accountNo, type CallersView, deliveryAddress, entityId, requestId } from '../words/fields.ts'
import { type IssuedKits, issuedKits, issuingErrors, kitRequest } from '../words/issued-kits.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitInfo'],
  properties: {
    entityId,
    deliveryAddress: { ...deliveryAddress, description: 'Which of the customer’s addresses a card is sent to; required for PHYSICAL' },
    kitInfo: {
      type: 'array',
      minItems: 1,
      maxItems: 5,
      items: {
        ...kitRequest,
        required: ['accountNo', 'cardType'],
        properties: {
          ...kitRequest.properties,
          accountNo: { ...accountNo, description: 'Account of the card, one of the customer’s and not closed' },
        },
      },
      description: 'The cards to issue',
    },
    requestId,
  },
} as const
export type RegisterCard = FromSchema<typeof request, CallersView>

export const registerCardEndpoint = publicEndpoint<RegisterCard, IssuedKits>()({
  name: 'registerCard',
  method: 'POST',
  path: '/registerCard',
  owner: 'customer',
  family: 'registration',
  permission: 'customer.register',
  summary: 'Issues further cards to a known customer',
  description: `Issues 1 to 5 cards to accounts that the customer has. A generated kit starts \`INACTIVE\`, a kit from stock (\`kitNo\`) starts \`ASSIGNED\`; \`activateKit\` makes both usable. All cards of a call are issued, or none.

Send a \`requestId\`: a repeat with it gives the first answer again, a repeat without one issues another card. There is one exception: a call that was answered with 503 or 500. Either nothing was done and nothing will come of it, or it was begun and will soon be finished; in that case the same call again, with the same body and again without a \`requestId\`, returns the cards of the first, once, within 24 hours, and issues no further ones. This does not hold for other lost answers, such as 504: for those only a \`requestId\` helps.

While 20 calls that issue cards to one customer are unfinished, further ones are refused with \`concurrent.change\`.`,
  idempotency: 'stored',
  request,
  result: issuedKits,
  errors: [...issuingErrors, 'CUS001'],
  examples: [
    {
      name: 'a physical card',
      request: { entityId: '676765', deliveryAddress: 'PERMANENT', kitInfo: [{ accountNo: 8642135, cardType: 'PHYSICAL' }] },
      result: {
        entityId: '676765',
        kitInfo: [
          {
            accountNo: '8642135',
            bin: '608040',
            cardCategory: 'DEBIT',
            cardNumber: '608040XXXXXX6384',
            cardStatus: 'INACTIVE',
            cardType: 'PHYSICAL',
            encryptedCardNumber: '7uDVjCyBHjT4hJ1nchDtkSGP510RePm5y/ec8dZrCZ+WbBSuKfMLYR05P0q4AKQ+',
            entityId: '676765',
            expDate: '2029-07-31T00:00:00.000+00:00',
            kitNo: '4240181595',
            networkType: 'RUPAY',
            productId: '2003_PHYSICAL',
            productName: '2003_PHYSICAL',
          },
        ],
      },
    },
  ],
})
