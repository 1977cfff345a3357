// Looking for a card by its last six digits, for card validation. Only the kit context can: it
// keeps a keyed index of them.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { entityId } from '../words/fields.ts'
import type { KitInfo } from './kit-info.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['cardNoLastSix', 'expiry', 'entityIds'],
  properties: {
    cardNoLastSix: { type: 'string', pattern: '^\\d{6}$', maxLength: 6 },
    expiry: { type: 'string', pattern: '^\\d{4}$', maxLength: 4, description: 'YYMM' },
    entityIds: {
      type: 'array',
      maxItems: 100,
      items: entityId,
      description: 'The customers it may belong to; an empty list finds nothing',
    },
    sealedCvv: { type: 'string', maxLength: 200, description: 'CVV2 under the key that the HSMs share, bound to `cvvAad`' },
  },
} as const
export type FindCards = FromSchema<typeof request>

export interface FoundKit {
  kitNo: string
  entityId: string
  productId: string
  cardStatus: KitInfo['cardStatus']
  accountNo?: string
}

/** What a CVV on its way to the kit context's HSM is bound to. */
export const cvvAad = 'zone/cvv-to-check'

export const findCardsEndpoint = internalEndpoint<FindCards, FoundKit[]>()({
  name: 'findCards',
  method: 'POST',
  path: '/internal/find-cards',
  owner: 'kit',
  callers: ['pin-preference'],
  summary:
    'The cards of these customers with these last six digits, this expiry and, where asked, this CVV; does the same work when there are none',
  idempotency: 'read',
  request,
  result: { type: 'array' },
  errors: ['invalid.input.request'],
})
