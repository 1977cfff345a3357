// What callers see of the second version of fetchByCif.
import { publicEndpoint } from '../wire/endpoint.ts'
import { type CifView, cifExample, cifView, type FetchByCif, fetchByCifRequest } from './fetch-by-cif.ts'

export const fetchByCifV2Endpoint = publicEndpoint<FetchByCif, CifView>()({
  name: 'fetchByCifV2',
  method: 'POST',
  path: '/v2/fetchByCif',
  owner: 'customer',
  family: 'customer',
  permission: 'customer.read',
  summary: 'As fetchByCif, under its second address',
  description:
    'Returns what `fetchByCif` returns. The two differed in how `encryptedCardNumber` was formed; both give AES-256-GCM under the field key now, so either may be called.',
  idempotency: 'read',
  request: fetchByCifRequest,
  result: cifView,
  errors: ['invalid.input.request', 'CUS001', 'service.unavailable'],
  examples: [{ name: 'a replaced card', request: { entityId: '8765457' }, result: cifExample }],
})
