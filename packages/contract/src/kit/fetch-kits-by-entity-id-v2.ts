// What callers see of the second version of listing a customer's kits.
import { publicEndpoint } from '../wire/endpoint.ts'
import { kitInfo } from '../words/fields.ts'
import { type FetchKitsByEntityId, fetchKitsByEntityIdEndpoint, kitsOfEntityExample } from './fetch-kits-by-entity-id.ts'
import type { KitInfo } from './kit-info.ts'

export const fetchKitsByEntityIdV2Endpoint = publicEndpoint<FetchKitsByEntityId, KitInfo[]>()({
  name: 'fetchKitsByEntityIdV2',
  method: 'POST',
  path: '/kit-manager/v2/fetchKitsByEntityId',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.read',
  summary: 'As fetchKitsByEntityId, under its second address',
  description:
    'Returns what `fetchKitsByEntityId` returns. The two differed in how `encryptedCardNumber` was formed; both give AES-256-GCM under the field key now, so either may be called.',
  idempotency: 'read',
  request: fetchKitsByEntityIdEndpoint.request,
  result: { type: 'array', items: kitInfo },
  errors: ['invalid.input.request', 'CUS001', 'service.unavailable'],
  examples: [kitsOfEntityExample],
})
