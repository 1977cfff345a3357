// What callers and followers see of kit activation.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../endpoint.ts'
import { eventType } from '../event.ts'
import { entityId, kitNo } from '../fields.ts'

const request = { type: 'object', additionalProperties: false, required: ['entityId', 'kitNo'], properties: { entityId, kitNo } } as const
export type ActivateKit = FromSchema<typeof request>

export const activateKitEndpoint = publicEndpoint<ActivateKit, 'success'>()({
  name: 'activateKit',
  method: 'POST',
  path: '/kit-manager/kitActivation',
  owner: 'kit',
  permission: 'kit.write',
  summary: 'Makes an issued card usable',
  idempotency: 'document',
  request,
  result: { const: 'success' },
  errors: ['invalid.input.request', 'MCC007', 'card.already.active', 'card.already.blocked', 'card.already.closed', 'card.status.active'],
})

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'activatedAt'],
  properties: {
    type: { const: 'KitActivated' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    activatedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type KitActivated = FromSchema<typeof event>

export const kitActivatedEvent = eventType<KitActivated>()({
  type: 'KitActivated',
  version: 1,
  owner: 'kit',
  summary: 'A card became usable; subject is the kitNo',
  schema: event,
})
