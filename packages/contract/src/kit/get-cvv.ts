// What callers and followers see of reading the CVV of a card.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { entityId, kitNo } from '../words/fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNo'],
  properties: {
    kitNo,
    entityId: { ...entityId, description: 'The customer the card belongs to; checked when sent, and a bank may require it' },
  },
} as const
export type GetCvv = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['cvv', 'expiryCvv'],
  properties: {
    cvv: { type: 'string', pattern: '^\\d{3}$', maxLength: 3, description: 'Three digits; show it, never store or log it' },
    expiryCvv: { type: 'integer', minimum: 1, description: 'Seconds for which it may be shown' },
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
  description: `Call it only after the holder has been authenticated, and discard the value after \`expiryCvv\` seconds. The CVV is computed anew each time and stays the same for the card's whole life.

- Sealed bodies only, even where the tenant otherwise accepts clear ones: \`encryption.required\`.
- \`entityId\` may be sent and is then checked: another customer's card is refused with \`MCC007\`. Where the bank's setting \`cvvNeedsEntity\` is on, it must be sent: \`invalid.input.request\`.
- The card must be \`ACTIVE\`: a blocked or hotlisted one is refused with \`card.blocked\`, any other status with \`card.status.active\`.
- At most 5 reads per kit and hour, and as many per hour as the bank allows one user and all users together (settings \`cvvReadsPerUser\`, \`cvvReadsPerBank\`); after that, 429 \`rate.limit.exceeded\` with \`Retry-After\`. A repeat counts as another read. Every read is audited.`,
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'card.blocked', 'card.status.active', 'rate.limit.exceeded', 'concurrent.change'],
  examples: [
    { name: 'read', request: { kitNo: '4240181647', entityId: '6766570' }, result: { cvv: '237', expiryCvv: 120 } },
    { name: 'by the kit alone', request: { kitNo: '4240181647' }, result: { cvv: '237', expiryCvv: 120 } },
  ],
})

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'revealedBy', 'revealedAt'],
  properties: {
    type: { const: 'CvvRevealed' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    revealedBy: { type: 'string', description: 'User of the bank whose call it was' },
    revealedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type CvvRevealed = FromSchema<typeof event>

export const cvvRevealedEvent = eventType<CvvRevealed>()({
  type: 'CvvRevealed',
  version: 1,
  owner: 'kit',
  summary: 'Somebody was shown the CVV of a card, which is not in this event; subject is the kitNo',
  schema: event,
  example: {
    type: 'CvvRevealed',
    kitNo: '4240181647',
    entityId: '6766570',
    revealedBy: 'api_user',
    revealedAt: '2026-01-05T10:00:00.000Z',
  },
})
