// What an event of the contract is: its type, version, owner and schema; payloads carry no PAN, PIN
// or CVV in clear.
import type { Context } from './endpoint.ts'

/**
 * One event type and version. The aggregate it belongs to is the CloudEvents subject; `schema` is
 * that of the payload.
 */
export interface EventType<Payload extends { type: string } = { type: string }> {
  readonly type: Payload['type']
  readonly version: number
  readonly owner: Context
  readonly summary: string
  readonly schema: object
  /** A payload as it is published; checked against the schema by a test. */
  readonly example: Payload
  readonly payload?: Payload
}

/** Declares an event: `eventType<KitActivated>()({ … })`. */
export const eventType =
  <Payload extends { type: string }>() =>
  (definition: Omit<EventType<Payload>, 'payload'>): EventType<Payload> =>
    definition

/** The topic of a context's events; one per context. */
export const topicOf = (context: Context): string => `dcms.${context}`

/** Compacted topic of tenant definitions: key = tenant, value = the whole definition. */
export const tenantsTopic = 'dcms.tenants'

/** Audit records of the gateway, one per request, hash-chained per gateway process. */
export const auditTopic = 'dcms.audit'
