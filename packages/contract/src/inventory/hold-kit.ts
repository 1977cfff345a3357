// Holding a kit in stock for a registration, so that nobody transfers, withdraws or hands it out
// meanwhile. The hold ends by itself, when the kit is assigned (KitAssigned), or when it is
// released.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { kitNo } from '../words/fields.ts'
import { productId } from '../words/stock.ts'

const commandId = { type: 'string', minLength: 1, maxLength: 200, description: 'Names the command that hands the kit out' } as const

const hold = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNo', 'productId', 'commandId'],
  properties: {
    kitNo,
    productId: { ...productId, description: 'The product that was ordered: a kit of another one is refused' },
    commandId,
  },
} as const
export type HoldKit = FromSchema<typeof hold>

/** Longer than a reservation of the kit context lasts, so that the hold never ends before it. */
export const HELD_FOR_MS = 15 * 60_000

/**
 * `kit.not.found` for a kit that is not in stock, or not in the branch of a caller who works for
 * one; `invalid.kit.info` for one that is taken, held by another command, expired, withdrawn, in
 * transit, or of another product.
 */
export const holdKitEndpoint = internalEndpoint<HoldKit, true>()({
  name: 'holdKit',
  method: 'POST',
  path: '/internal/hold-kit',
  owner: 'inventory-order',
  callers: ['kit'],
  summary: 'Holds a kit in stock for a command; a repeat holds it anew',
  idempotency: 'document',
  request: hold,
  result: { const: true },
  errors: ['invalid.input.request', 'kit.not.found', 'invalid.kit.info', 'service.unavailable'],
})

const release = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNo', 'commandId'],
  properties: { kitNo, commandId },
} as const
export type ReleaseKit = FromSchema<typeof release>

export const releaseKitEndpoint = internalEndpoint<ReleaseKit, true>()({
  name: 'releaseKit',
  method: 'POST',
  path: '/internal/release-kit',
  owner: 'inventory-order',
  callers: ['kit'],
  summary: 'Ends a hold of this command; nothing happens when it has none',
  idempotency: 'document',
  request: release,
  result: { const: true },
  errors: ['invalid.input.request', 'service.unavailable'],
})
