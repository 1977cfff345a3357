// What callers and followers see of changing a card's preferences.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { entityId, kitNo, line } from '../words/fields.ts'
import { dynamicAuth, preferenceView, sampleState, toggle } from './fields.ts'

const wholeRupees = {
  type: 'string',
  pattern: '^(0|[1-9]\\d{0,9})$',
  maxLength: 10,
  formatText: 'whole rupees, digits only',
  acceptsNumber: true,
} as const
const isEnabled = { type: 'boolean' } as const
const dailyLimit = {
  ...wholeRupees,
  description: 'Maximum per day: whole rupees, text or number; at most maxLimit and the product’s daily cap',
} as const
const maxLimit = {
  ...wholeRupees,
  description: 'The highest daily limit the holder may choose: whole rupees, text or number; at most the product’s maximum',
} as const
const channel = { type: 'object', additionalProperties: false, properties: { isEnabled, dailyLimit, maxLimit } } as const
const region = {
  type: 'object',
  additionalProperties: false,
  properties: {
    isEnabled: { type: 'boolean', description: 'Master switch of the region' },
    atm: channel,
    pos: channel,
    ecom: channel,
    contactless: channel,
    tokenization: channel,
    recurringPayments: toggle,
  },
} as const

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'domestic', 'international'],
  properties: {
    entityId,
    kitNo,
    domestic: region,
    international: region,
    dynamicAuth: { ...dynamicAuth, required: [] },
    swipeToPay: channel,
    cardType: line,
    changer: { ...line, description: 'Who changes, for the audit trail' },
    channel: { ...line, description: 'Where the change comes from, such as MOBILE' },
    creator: { ...line, description: 'Who set the change up, for the audit trail' },
  },
} as const
export type SetPreference = FromSchema<typeof request>

const auditField = { type: ['string', 'null'], description: 'As sent; null when it was not' } as const
const result = {
  ...preferenceView,
  required: [...preferenceView.required, 'cardType', 'changer', 'channel', 'creator'],
  properties: { ...preferenceView.properties, cardType: auditField, changer: auditField, channel: auditField, creator: auditField },
} as const
export type PreferenceSet = FromSchema<typeof result>

export const setPreferenceEndpoint = publicEndpoint<SetPreference, PreferenceSet>()({
  name: 'setPreference',
  method: 'POST',
  path: '/preference/set',
  owner: 'pin-preference',
  family: 'preference',
  permission: 'preference.write',
  summary: 'Switches regions and channels of a card on and off and sets their daily limits',
  description: `Changes what is sent and keeps everything else: a region, channel, switch or limit that is left out stays as it is. It takes effect at once; the answer is the whole state. Old and new values go to the audit trail.

\`maxLimit\` is the highest daily limit the holder may choose: \`maxLimit\` ≤ the product's maximum, and \`dailyLimit\` ≤ \`maxLimit\` and the product's daily cap, otherwise \`invalid.daily.limit.product\`. One transaction may use what is left of the day.
Monthly and yearly limits follow from the product and cannot be set. Switching on a region or channel that the product does not offer is refused with \`product.level.disable\`. A refusal changes nothing.

A blocked or hotlisted card is refused with \`card.blocked\`; a replaced, expired or closed one with \`card.status.active\`. A repeat sets the same values and returns the same state; a call that changes nothing emits no event.`,
  idempotency: 'document',
  request,
  result,
  errors: [
    'invalid.input.request',
    'MCC007',
    'invalid.daily.limit.product',
    'product.level.disable',
    'card.blocked',
    'card.status.active',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'Channels at home',
      request: {
        entityId: 'req7',
        kitNo: '4240171508',
        domestic: {
          isEnabled: true,
          pos: { isEnabled: false, dailyLimit: '20000', maxLimit: '150000' },
          ecom: { isEnabled: true, dailyLimit: '5000', maxLimit: '150000' },
          contactless: { isEnabled: true, dailyLimit: '1000', maxLimit: '100000' },
        },
        international: { isEnabled: false },
        dynamicAuth: { otp: false, pin: false },
        swipeToPay: { isEnabled: true, dailyLimit: 10000, maxLimit: 100000 },
      },
      result: {
        entityId: 'req7',
        kitNo: '4240171508',
        cardType: null,
        changer: null,
        channel: null,
        creator: null,
        ...sampleState,
      },
    },
  ],
})

const value = { type: ['boolean', 'string'], description: 'Switches are boolean, limits whole rupees as text' } as const
const event = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'changes', 'changedAt'],
  properties: {
    type: { const: 'PreferencesChanged' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    changes: {
      type: 'array',
      minItems: 1,
      maxItems: 60,
      items: {
        type: 'object',
        required: ['field', 'from', 'to'],
        properties: {
          field: { type: 'string', description: 'Path in the preference state, such as `domestic.pos.dailyLimit`' },
          from: value,
          to: value,
        },
      },
    },
    changer: { type: 'string' },
    channel: { type: 'string' },
    creator: { type: 'string' },
    changedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type PreferencesChanged = FromSchema<typeof event>

export const preferencesChangedEvent = eventType<PreferencesChanged>()({
  type: 'PreferencesChanged',
  version: 1,
  owner: 'pin-preference',
  summary: 'Switches or limits of a card changed, with old and new values; subject is the kitNo',
  schema: event,
  example: {
    type: 'PreferencesChanged',
    kitNo: '4240171508',
    entityId: 'req7',
    changes: [
      { field: 'domestic.ecom.isEnabled', from: false, to: true },
      { field: 'domestic.ecom.dailyLimit', from: '100000', to: '5000' },
    ],
    changedAt: '2026-01-05T10:00:00.000Z',
  },
})
