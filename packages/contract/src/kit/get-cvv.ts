// What callers see of reading the CVV of a card.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../endpoint.ts'
import { kitNo } from '../fields.ts'

const request = { type: 'object', additionalProperties: false, required: ['kitNo'], properties: { kitNo } } as const
export type GetCvv = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['cvv', 'expiryCvv'],
  properties: {
    cvv: { type: 'string', pattern: '^\\d{3}$', description: 'Three digits; show it, never store or log it' },
    expiryCvv: { type: 'integer', minimum: 1, description: 'Seconds it may be shown' },
  },
} as const
export type RevealedCvv = FromSchema<typeof result>

export const getCvvEndpoint = publicEndpoint<GetCvv, RevealedCvv>()({
  name: 'getCvv',
  method: 'POST',
  path: '/kit-manager/getCvv',
  owner: 'kit',
  family: 'kit',
  permission: 'card.reveal',
  sealedOnly: true,
  summary: 'The CVV of an active card, to be shown to its holder for a short while',
  description: `Call it only after the holder was authenticated, and drop the value after \`expiryCvv\` seconds. The CVV is computed anew each time and stays the same over the card's life.

- Sealed bodies only, even where the tenant otherwise takes clear ones: \`encryption.required\`.
- The card must be \`ACTIVE\`: blocked or hotlisted is \`card.blocked\`, any other status \`card.status.active\`.
- At most 5 reads per kit and hour, then 429 \`rate.limit.exceeded\` with \`Retry-After\`. Every read is audited.`,
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'card.blocked', 'card.status.active', 'rate.limit.exceeded'],
  examples: [{ name: 'read', request: { kitNo: '4240181647' }, result: { cvv: '237', expiryCvv: 120 } }],
})
