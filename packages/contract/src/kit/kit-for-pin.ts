// What the pin-preference context asks the owner of kits: one kit as it stands now, and its card
// number for the HSM.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { kitNo } from '../words/fields.ts'
import type { KitInfo } from './kit-info.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNo'],
  properties: { kitNo, withCardNumber: { type: 'boolean', description: 'Only a context that does not hold it yet asks for it' } },
} as const

/** A kit that has an owner. */
export interface KitForPin {
  entityId: string
  productId: string
  cardType: 'PHYSICAL' | 'VIRTUAL'
  cardStatus: KitInfo['cardStatus']
  maskedCardNumber: string
  /** YYMM. */
  expiry: string
  accountNo?: string
  /** The kit whose place it takes: its preferences and limits go on. */
  predecessor?: string
  /** PAN under the key that the HSMs share, bound to `zoneAadOf(kitNo)`; only where asked for. */
  sealedCardNumber?: string
}

/** What a card number on its way between two HSMs is bound to. */
export const zoneAadOf = (kit: string): string => `zone/kit/${kit}/pan`

export const kitForPinEndpoint = internalEndpoint<FromSchema<typeof request>, KitForPin | null>()({
  name: 'kitForPin',
  method: 'POST',
  path: '/internal/kit-for-pin',
  owner: 'kit',
  callers: ['pin-preference'],
  summary: 'One kit as it stands now, for PIN and preference calls; null when there is none with an owner',
  idempotency: 'read',
  request,
  result: { type: ['object', 'null'] },
  errors: ['invalid.input.request'],
})
