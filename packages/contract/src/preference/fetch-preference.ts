// What callers see of reading a card's preferences.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { entityId, kitNo } from '../words/fields.ts'
import { type channelView, preferenceView, type regionView, sampleState } from './fields.ts'

const request = { type: 'object', additionalProperties: false, required: ['entityId', 'kitNo'], properties: { entityId, kitNo } } as const
export type FetchPreference = FromSchema<typeof request>

export type PreferenceView = FromSchema<typeof preferenceView>
export type RegionView = FromSchema<typeof regionView>
export type ChannelView = FromSchema<typeof channelView>

export const fetchPreferenceEndpoint = publicEndpoint<FetchPreference, PreferenceView>()({
  name: 'fetchPreference',
  method: 'POST',
  path: '/preference/fetch',
  owner: 'pin-preference',
  family: 'preference',
  permission: 'preference.read',
  summary: 'The preferences of a card: regions, channels, limits, features',
  description: `Works in every status of the card. A region that is off shows only \`isEnabled\`; its channels keep their values and show them again when it is switched on. All amounts are text, in whole rupees.

\`monthlyLimit\` is 30 × the product's daily cap and \`yearlyLimit\` 12 × that: they do not follow the daily limit of the holder. A new card has domestic ATM and POS on, and e-commerce, contactless and international use off, unless its product says otherwise.`,
  idempotency: 'read',
  request,
  result: preferenceView,
  errors: ['invalid.input.request', 'MCC007', 'service.unavailable'],
  examples: [
    {
      name: 'A card for use at home',
      request: { entityId: 'req7', kitNo: '4240171508' },
      result: { entityId: 'req7', kitNo: '4240171508', ...sampleState },
    },
  ],
})
