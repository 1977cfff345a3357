// Events on the wire: CloudEvents 1.0, Kafka protocol binding in binary mode (section 3.2):
// attributes in `ce_` headers, payload as JSON.

/**
 * An event waiting in its aggregate's outbox, written in the same update as the state it tells of.
 */
export interface OutboxEvent {
  id: string
  type: string
  dataVersion: number
  /** 1, 2, 3 … per aggregate without gaps. */
  sequence: number
  time: Date
  /** Version of the tenant's definition that the change was made under. */
  definitionVersion?: number
  /** The idempotency key or request id of the command, for tracing a change back to its call. */
  requestId?: string
  traceparent?: string
  payload: object
}

/** An event as a follower receives it. */
export interface ReceivedEvent {
  topic: string
  partition: number
  offset: string
  key: string
  id: string
  type: string
  dataVersion: number
  source: string
  /** Id of the aggregate. */
  subject: string
  time: Date
  tenant: string
  sequence: number
  /**
   * Version of the tenant's definition that the change was made under: who has an older one may
   * lack what the event names.
   */
  definitionVersion?: number
  requestId?: string
  traceparent?: string
  payload: { type: string } & Record<string, unknown>
}

export interface WireMessage {
  key: string
  value: string
  headers: Record<string, string>
}

/** A message that is no event of ours: it can only be looked at, never applied. */
export class MalformedEvent extends Error {}

/**
 * The Kafka message of an outbox event. The key keeps all events of an aggregate on one partition,
 * hence in order.
 */
export function toMessage(event: OutboxEvent, from: { source: string; tenant: string; subject: string }): WireMessage {
  return {
    key: `${from.tenant}:${from.subject}`,
    value: JSON.stringify(event.payload),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: event.type,
      ce_source: from.source,
      ce_time: event.time.toISOString(),
      ce_subject: from.subject,
      ce_tenantid: from.tenant,
      ce_sequence: String(event.sequence),
      ce_dataversion: String(event.dataVersion),
      ...(event.definitionVersion && { ce_definitionversion: String(event.definitionVersion) }),
      ...(event.requestId && { ce_requestid: event.requestId }),
      ...(event.traceparent && { traceparent: event.traceparent }),
    },
  }
}

interface RawMessage {
  key: Buffer | string | null
  value: Buffer | string | null
  offset: string
  headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>
}

/**
 * Reads a Kafka message as an event.
 * @throws MalformedEvent when an attribute is missing or the payload is no JSON object with a
 * `type`
 */
export function fromMessage(topic: string, partition: number, message: RawMessage): ReceivedEvent {
  const optional = (name: string): string | undefined => {
    const value = message.headers?.[name]
    return Array.isArray(value) ? value[0]?.toString() : value?.toString()
  }
  const header = (name: string): string => {
    const value = optional(name)
    if (value === undefined) throw new MalformedEvent(`header ${name} is missing`)
    return value
  }
  const sequence = Number(header('ce_sequence'))
  const dataVersion = Number(optional('ce_dataversion') ?? 1)
  const time = new Date(header('ce_time'))
  if (!Number.isSafeInteger(sequence) || sequence < 1) throw new MalformedEvent('ce_sequence is no positive whole number')
  if (!Number.isSafeInteger(dataVersion) || dataVersion < 1) throw new MalformedEvent('ce_dataversion is no positive whole number')
  if (Number.isNaN(time.getTime())) throw new MalformedEvent('ce_time is no timestamp')
  const definitionVersion = Number(optional('ce_definitionversion') ?? 0)
  if (!Number.isSafeInteger(definitionVersion) || definitionVersion < 0) throw new MalformedEvent('ce_definitionversion is no whole number')
  const requestId = optional('ce_requestid')
  const traceparent = optional('traceparent')
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key?.toString() ?? '',
    id: header('ce_id'),
    type: header('ce_type'),
    dataVersion,
    source: header('ce_source'),
    subject: header('ce_subject'),
    time,
    tenant: header('ce_tenantid'),
    sequence,
    ...(definitionVersion && { definitionVersion }),
    ...(requestId && { requestId }),
    ...(traceparent && { traceparent }),
    payload: payloadOf(message.value),
  }
}

function payloadOf(value: RawMessage['value']): ReceivedEvent['payload'] {
  try {
    const payload: unknown = JSON.parse(value?.toString() ?? '')
    if (typeof payload === 'object' && payload !== null && 'type' in payload && typeof payload.type === 'string')
      return { ...payload, type: payload.type }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new MalformedEvent('the payload is no JSON object with a type')
}
