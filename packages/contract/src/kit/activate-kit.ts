// What callers and followers see of kit activation.
import type { FromSchema } from 'json-schema-to-ts'

import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { cardStatus, entityId, kitNo, orderOfKit, resultingStatus } from '../words/fields.ts'

const request = { type: 'object', additionalProperties: false, required: ['entityId', 'kitNo'], properties: { entityId, kitNo } } as const
export type ActivateKit = FromSchema<typeof request>

export const activateKitEndpoint = publicEndpoint<ActivateKit, 'success'>()({
  name: 'activateKit',
  method: 'POST',
  path: '/kit-manager/kitActivation',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.write',
  summary: 'Makes an issued card usable',
  description:
    'Moves a card from `ASSIGNED` or `INACTIVE` to `ACTIVE`, once, for the customer it belongs to. A kit of another customer is as unknown as one that does not exist. If the kit comes from an upgrade, the card whose place it takes becomes `REPLACED`; if that card has already been replaced by another kit, the activation is refused with `card.status.active`.',
  idempotency: 'document',
  request,
  result: { const: 'success' },
  errors: [
    'invalid.input.request',
    'MCC007',
    'card.already.active',
    'card.already.blocked',
    'card.already.closed',
    'card.status.active',
    'concurrent.change',
  ],
  examples: [{ name: 'activate', request: { entityId: 'req7', kitNo: '4240171508' }, result: 'success' }],
})

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'activatedAt'],
  properties: {
    type: { const: 'KitActivated' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    previousStatus: { ...cardStatus, description: 'Absent in events of earlier releases' },
    cardStatus: resultingStatus,
    orderId: orderOfKit,
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
  example: {
    type: 'KitActivated',
    kitNo: '4240171508',
    entityId: 'req7',
    previousStatus: 'INACTIVE',
    cardStatus: 'ACTIVE',
    activatedAt: '2026-01-05T10:00:00.000Z',
  },
})
