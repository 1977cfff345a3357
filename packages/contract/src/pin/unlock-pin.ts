// What operators and followers see of unlocking a PIN.

import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { filledText } from '../wire/text.ts'
import { kitNo } from '../words/fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNo'],
  properties: {
    kitNo,
    reason: { type: 'string', ...filledText, minLength: 1, maxLength: 200 },
  },
} as const
export type UnlockPin = FromSchema<typeof request>

/** `unlocked` is false when the PIN was not locked: then nothing changed, the tries included. */
export const unlockPinEndpoint = internalEndpoint<UnlockPin, { kitNo: string; unlocked: boolean }>()({
  name: 'unlockPin',
  method: 'POST',
  path: '/internal/unlock-pin',
  owner: 'pin-preference',
  callers: ['ops'],
  summary: 'Makes a locked PIN usable again, with all its tries; MCC007 for a kit without an owner',
  idempotency: 'document',
  request,
  result: { type: 'object' },
  errors: ['invalid.input.request', 'MCC007', 'concurrent.change', 'service.unavailable'],
})

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'operator', 'unlockedAt'],
  properties: {
    type: { const: 'PinUnlocked' },
    kitNo: { type: 'string' },
    entityId: { type: 'string' },
    operator: { type: 'string' },
    reason: { type: 'string' },
    unlockedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type PinUnlocked = FromSchema<typeof event>

export const pinUnlockedEvent = eventType<PinUnlocked>()({
  type: 'PinUnlocked',
  version: 1,
  owner: 'pin-preference',
  summary: 'An operator unlocked the PIN of a card; subject is the kitNo',
  schema: event,
  example: {
    type: 'PinUnlocked',
    kitNo: '4240181647',
    entityId: 'validatePin0',
    operator: 'asha',
    reason: 'identified by telephone',
    unlockedAt: '2026-01-05T10:00:00.000Z',
  },
})
