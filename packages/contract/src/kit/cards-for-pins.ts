// What the pin-preference context asks the owner of kits when PINs are made for the cards of an
// order: their numbers, for its HSM.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { kitNo } from '../words/fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['orderId', 'kitNos'],
  properties: { orderId: { type: 'string', maxLength: 64 }, kitNos: { type: 'array', minItems: 1, maxItems: 500, items: kitNo } },
} as const

/** A card that may have a PIN: in stock, or with an owner and not out of use. */
export interface CardForPin {
  kitNo: string
  productId: string
  maskedCardNumber: string
  /** PAN under the key that the HSMs share, bound to `zoneAadOf(kitNo)`. */
  sealedCardNumber: string
}

export const cardsForPinsEndpoint = internalEndpoint<FromSchema<typeof request>, { cards: CardForPin[] }>()({
  name: 'cardsForPins',
  method: 'POST',
  path: '/internal/cards-for-pins',
  owner: 'kit',
  callers: ['pin-preference'],
  summary: 'Those of an order’s kits whose cards may have a PIN, with their numbers for another HSM',
  idempotency: 'read',
  request,
  result: { type: 'object' },
  errors: ['invalid.input.request'],
})
