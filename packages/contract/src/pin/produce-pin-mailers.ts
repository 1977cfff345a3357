// What the maker of PIN-mailer files sees of the PINs that wait to be printed.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import type { RegeneratePinMailer } from './regenerate-pin-mailer.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['batchId', 'limit'],
  properties: {
    batchId: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$', maxLength: 64, description: 'Names the file' },
    limit: { type: 'integer', minimum: 1, maximum: 500, description: 'Maximum number of lines; only the first call of a batch counts' },
  },
} as const
export type ProducePinMailers = FromSchema<typeof request>

/** One mailer to print. */
export interface PinMailerLine extends Pick<RegeneratePinMailer, 'kitNo' | 'entityId' | 'addressType' | 'homeCurrencyCode'> {
  mailerId: string
  maskedCardNumber: string
  /** Under the tenant's `mailer` key, upper-case hex. */
  encryptedPinBlock: string
  /** ISO 9564-1. */
  pinBlockFormat: 0 | 3 | 4
}

/**
 * An ordered mailer that is not printed: its card went out of use, and `reason` is what an order
 * would be answered now.
 */
export interface ClosedPinMailer {
  kitNo: string
  mailerId: string
  reason: 'MCC007' | 'PIN004' | 'card.blocked' | 'card.status.active'
}

export interface PinMailerBatch {
  batchId: string
  lines: PinMailerLine[]
  closed: ClosedPinMailer[]
}

/**
 * The new PINs are the cards' from this call on. The same `batchId` answers the same lines for 30
 * days and finishes a batch that broke off; another one takes only mailers that no batch has taken.
 * A mailer of a LOCKED card waits.
 */
export const producePinMailersEndpoint = internalEndpoint<ProducePinMailers, PinMailerBatch>()({
  name: 'producePinMailers',
  method: 'POST',
  path: '/internal/produce-pin-mailers',
  owner: 'pin-preference',
  callers: ['ops', 'inventory-order'],
  summary: 'Makes the new PINs of ordered mailers, oldest first; encryption.key.not.found without a mailer key',
  idempotency: 'document',
  request,
  result: { type: 'object' },
  errors: ['invalid.input.request', 'encryption.key.not.found', 'concurrent.change', 'service.unavailable'],
})
