// What other contexts ask of preferences: those of several cards as customer views show them.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { cardToggles } from '../words/card-toggles.ts'
import { kitNo, kitTimestamp } from '../words/fields.ts'

export const CARD_PREFERENCES_MAX = 50

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNos'],
  properties: { kitNos: { type: 'array', minItems: 1, maxItems: CARD_PREFERENCES_MAX, items: kitNo } },
} as const

const channel = {
  type: 'object',
  additionalProperties: false,
  required: ['isEnabled', 'dailyLimit', 'maxLimit'],
  properties: {
    isEnabled: { type: 'boolean' },
    dailyLimit: { type: 'string', description: 'Maximum per day, in whole units of the tenant’s currency' },
    maxLimit: { type: 'string', description: 'The highest daily limit the holder may choose, whole units' },
  },
} as const
const region = {
  type: 'object',
  additionalProperties: false,
  required: ['isEnabled'],
  description: 'Shown in full even when it is off; channels that the product does not offer are left out',
  properties: { isEnabled: { type: 'boolean' }, atm: channel, pos: channel, ecom: channel, contactless: channel },
} as const
const card = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNo', 'domestic', 'international', 'toggle'],
  properties: {
    kitNo: { type: 'string' },
    domestic: region,
    international: region,
    toggle: cardToggles,
    lastPinChangedDate: { ...kitTimestamp, description: 'Absent while no PIN is set' },
  },
} as const
export type CardPreferences = FromSchema<typeof card>
export type CardRegion = FromSchema<typeof region>

/**
 * Answers the cards in the order asked for; a kit that is not there or has no owner is left out.
 */
export const cardPreferencesEndpoint = internalEndpoint<FromSchema<typeof request>, CardPreferences[]>()({
  name: 'cardPreferences',
  method: 'POST',
  path: '/internal/card-preferences',
  owner: 'pin-preference',
  callers: ['kit', 'customer'],
  summary: 'Regions, features and last PIN change of up to 50 cards, as customer views show them',
  idempotency: 'read',
  request,
  result: { type: 'array', items: card },
  errors: ['invalid.input.request', 'service.unavailable'],
})
