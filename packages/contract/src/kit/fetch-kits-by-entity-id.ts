// What callers see of listing a customer's kits.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint, publicEndpoint } from '../endpoint.ts'
import { entityId, kitInfo, kitNo } from '../fields.ts'

const request = { type: 'object', additionalProperties: false, required: ['entityId'], properties: { entityId } } as const
export type FetchKitsByEntityId = FromSchema<typeof request>
export type KitInfo = FromSchema<typeof kitInfo>

export const fetchKitsByEntityIdEndpoint = publicEndpoint<FetchKitsByEntityId, KitInfo[]>()({
  name: 'fetchKitsByEntityId',
  method: 'POST',
  path: '/kit-manager/fetchKitsByEntityId',
  owner: 'kit',
  permission: 'kit.read',
  summary: 'All cards of a customer in every status, oldest first',
  idempotency: 'read',
  request,
  result: { type: 'array', items: kitInfo },
  errors: ['invalid.input.request', 'CUS001', 'service.unavailable'],
})

/** The kits of a customer as the owner has them now, for `viewCustomer`: without encryptedCardNumber. */
export const kitsOfEntityEndpoint = internalEndpoint<FetchKitsByEntityId, KitInfo[]>()({
  name: 'kitsOfEntity',
  method: 'POST',
  path: '/internal/kits-of-entity',
  owner: 'kit',
  callers: ['customer'],
  summary: 'The kits of a customer, fresh',
  idempotency: 'read',
  request,
  result: { type: 'array', items: kitInfo },
  errors: ['invalid.input.request'],
})

const kitRequest = { type: 'object', additionalProperties: false, required: ['kitNo'], properties: { kitNo } } as const
export type KitOwner = { entityId: string; productId: string; cardStatus: KitInfo['cardStatus'] } | null

/** Owner, product and status of one kit, for contexts whose projection has not met it yet; null when there is none. */
export const kitOwnerEndpoint = internalEndpoint<FromSchema<typeof kitRequest>, KitOwner>()({
  name: 'kitOwner',
  method: 'POST',
  path: '/internal/kit-owner',
  owner: 'kit',
  callers: ['pin-preference'],
  summary: 'Owner, product and status of one kit',
  idempotency: 'read',
  request: kitRequest,
  result: { type: ['object', 'null'] },
  errors: ['invalid.input.request'],
})
