// What operators and followers see of closing a kit.

import type { FromSchema } from 'json-schema-to-ts'

import { internalEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { filledText } from '../wire/text.ts'
import { cardStatus, kitNo, orderOfKit, resultingStatus } from '../words/fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNo'],
  properties: {
    kitNo,
    reason: { type: 'string', ...filledText, minLength: 1, maxLength: 100 },
  },
} as const
export type CloseKit = FromSchema<typeof request>

export interface KitIsClosed {
  kitNo: string
  previousStatus: string
}

/** A kit of any status is closed, one in stock too. `previousStatus` is what it was before. */
export const closeKitEndpoint = internalEndpoint<CloseKit, KitIsClosed>()({
  name: 'closeKit',
  method: 'POST',
  path: '/internal/close-kit',
  owner: 'kit',
  callers: ['ops'],
  summary: 'Closes a kit for good; MCC007 for one that does not exist',
  idempotency: 'stored',
  request,
  result: { type: 'object' },
  errors: [
    'invalid.input.request',
    'MCC007',
    'card.already.closed',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
})

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'previousStatus', 'closedAt'],
  properties: {
    type: { const: 'KitClosed' },
    kitNo: { type: 'string' },
    entityId: { type: 'string', description: 'The customer; absent for a kit in stock' },
    previousStatus: cardStatus,
    cardStatus: resultingStatus,
    orderId: orderOfKit,
    reason: { type: 'string' },
    changer: { type: 'string', description: 'The operator' },
    closedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type KitClosed = FromSchema<typeof event>

export const kitClosedEvent = eventType<KitClosed>()({
  type: 'KitClosed',
  version: 1,
  owner: 'kit',
  summary: 'The bank’s back office closed a card for good; subject is the kitNo',
  schema: event,
  example: {
    type: 'KitClosed',
    kitNo: '4240171508',
    entityId: 'req7',
    previousStatus: 'BLOCKED',
    cardStatus: 'CLOSED',
    reason: 'account closed',
    changer: 'asha',
    closedAt: '2026-01-05T10:00:00.000Z',
  },
})
