// What callers see of reading a card's preferences.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../endpoint.ts'
import { entityId, kitNo } from '../fields.ts'

const request = { type: 'object', additionalProperties: false, required: ['entityId', 'kitNo'], properties: { entityId, kitNo } } as const
export type FetchPreference = FromSchema<typeof request>

const toggle = {
  type: 'object',
  additionalProperties: false,
  required: ['isEnabled'],
  properties: { isEnabled: { type: 'boolean' } },
} as const
const rupees = { type: 'string', pattern: '^\\d+$', description: 'Whole rupees' } as const
const channel = {
  type: 'object',
  additionalProperties: false,
  required: ['isEnabled', 'dailyLimit', 'maxLimit', 'monthlyLimit', 'yearlyLimit'],
  properties: {
    isEnabled: { type: 'boolean' },
    dailyLimit: rupees,
    maxLimit: { ...rupees, description: 'The highest daily limit the holder may choose' },
    monthlyLimit: { ...rupees, description: '30 × the product’s daily cap' },
    yearlyLimit: { ...rupees, description: '12 × monthlyLimit' },
  },
} as const
const region = {
  type: 'object',
  additionalProperties: false,
  required: ['isEnabled'],
  properties: {
    isEnabled: { type: 'boolean', description: 'A region that is off shows this alone' },
    atm: channel,
    pos: channel,
    ecom: channel,
    contactless: channel,
    tokenization: channel,
    recurringPayments: toggle,
  },
} as const
const result = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'domestic', 'international', 'dynamicAuth', 'locationShield', 'swipeToPay'],
  properties: {
    entityId: { type: 'string' },
    kitNo: { type: 'string' },
    domestic: region,
    international: region,
    dynamicAuth: {
      type: 'object',
      additionalProperties: false,
      required: ['otp', 'pin'],
      properties: { otp: { type: 'boolean' }, pin: { type: 'boolean' } },
    },
    locationShield: toggle,
    swipeToPay: {
      type: 'object',
      additionalProperties: false,
      required: ['isEnabled', 'dailyLimit', 'maxLimit'],
      properties: { isEnabled: { type: 'boolean' }, dailyLimit: rupees, maxLimit: rupees },
    },
  },
} as const
export type PreferenceView = FromSchema<typeof result>
export type RegionView = FromSchema<typeof region>
export type ChannelView = FromSchema<typeof channel>

export const fetchPreferenceEndpoint = publicEndpoint<FetchPreference, PreferenceView>()({
  name: 'fetchPreference',
  method: 'POST',
  path: '/preference/fetch',
  owner: 'pin-preference',
  permission: 'preference.read',
  summary: 'The preferences of a card: regions, channels, limits, features',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'service.unavailable'],
})
