// The headers of an event: CloudEvents 1.0, Kafka protocol binding, binary mode (section 3.2).
import type { JsonObject } from './json.ts'

const text: JsonObject = { type: 'string' }

/**
 * Schema of the headers of a context's event. Kafka headers are bytes; all of these are UTF-8 text.
 */
export function contextEventHeaders(type: string, dataVersion: number, owner: string): JsonObject {
  return {
    type: 'object',
    required: [
      'content-type',
      'ce_specversion',
      'ce_id',
      'ce_type',
      'ce_source',
      'ce_time',
      'ce_subject',
      'ce_tenantid',
      'ce_sequence',
      'ce_dataversion',
    ],
    properties: {
      'content-type': { const: 'application/json' },
      ce_specversion: { const: '1.0' },
      ce_id: { ...text, description: 'Unique id of the event, the same in every copy of it' },
      ce_type: { const: type },
      ce_source: { const: sourceOf(owner) },
      ce_time: { ...text, format: 'date-time', description: 'When the change was made, UTC' },
      ce_subject: { ...text, description: 'Id of the aggregate that changed' },
      ce_tenantid: { ...text, description: 'The bank whose data changed' },
      ce_sequence: { ...text, pattern: '^[1-9]\\d*$', description: 'Number of the event in its aggregate: 1, 2, 3 … without gaps' },
      ce_dataversion: { const: String(dataVersion), description: 'Version of the payload’s schema' },
      ce_definitionversion: {
        ...text,
        pattern: '^[1-9]\\d*$',
        description: 'Version of the bank’s definition that the change was made under',
      },
      ce_requestid: { ...text, description: 'The call that caused the change: its idempotency key or trace id' },
      traceparent: { ...text, description: 'W3C trace context of that call' },
    },
  }
}

export const exampleHeaders = (type: string, dataVersion: number, owner: string): JsonObject => ({
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: '0197b1c6-2f0a-7c3e-9d55-6a4f0b8c1e21',
  ce_type: type,
  ce_source: sourceOf(owner),
  ce_time: '2026-01-05T10:00:00.000Z',
  ce_subject: '4240171508',
  ce_tenantid: 'ACME_BANK',
  ce_sequence: '2',
  ce_dataversion: String(dataVersion),
  ce_requestid: '0b2f6c1e-5a0b-4d0e-9c53-2f3c9c1b7a10',
})

const sourceOf = (owner: string): string => `/dcms/${owner}`
