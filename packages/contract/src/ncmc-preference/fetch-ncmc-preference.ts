// What callers see of reading the auto-reload of an NCMC card.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { entityId, kitNo } from '../words/fields.ts'
import { autoReload, storedAt } from './fields.ts'

const request = { type: 'object', additionalProperties: false, required: ['entityId', 'kitNo'], properties: { entityId, kitNo } } as const
export type FetchNcmcPreference = FromSchema<typeof request>

const storedAtOrNull = { ...storedAt, type: ['string', 'null'] } as const
const result = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'accountNo', 'autoReload', 'createdDate', 'changedDate'],
  properties: {
    entityId: { type: 'string' },
    kitNo: { type: 'string' },
    accountNo: { type: ['string', 'null'], description: 'Account that pays for reloads; null when nothing was ever set' },
    autoReload,
    createdDate: { ...storedAtOrNull, description: 'First time preferences were set; UTC; null when never' },
    changedDate: { ...storedAtOrNull, description: 'Last time preferences were set; UTC; null when never' },
  },
} as const
export type NcmcPreferenceView = FromSchema<typeof result>

export const fetchNcmcPreferenceEndpoint = publicEndpoint<FetchNcmcPreference, NcmcPreferenceView>()({
  name: 'fetchNcmcPreference',
  method: 'POST',
  path: '/ncmc/preference/fetch',
  owner: 'wallet-ncmc',
  family: 'ncmc-preference',
  permission: 'preference.read',
  summary: 'The auto-reload of an NCMC card',
  description: `Works in every status of the card. If nothing was ever set, auto-reload is off with zeros, and account and dates are \`null\`. Who set it and through which channel is not shown.`,
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'product.level.disable', 'service.unavailable'],
  examples: [
    {
      name: 'Changed once',
      request: { entityId: 'ENTITY123', kitNo: 'KIT001' },
      result: {
        entityId: 'ENTITY123',
        kitNo: 'KIT001',
        accountNo: '1234567890',
        autoReload: { enabled: true, threshold: 100, loadAmount: 500 },
        createdDate: '2024-01-15T10:30:00Z',
        changedDate: '2024-01-15T14:45:00Z',
      },
    },
    {
      name: 'Never set',
      request: { entityId: 'ENTITY123', kitNo: 'KIT001' },
      result: {
        entityId: 'ENTITY123',
        kitNo: 'KIT001',
        accountNo: null,
        autoReload: { enabled: false, threshold: 0, loadAmount: 0 },
        createdDate: null,
        changedDate: null,
      },
    },
  ],
})
