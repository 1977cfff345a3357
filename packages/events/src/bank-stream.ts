// What a bank receives on its own topic, made of the events in an outbox.
import { createHash } from 'node:crypto'
import { BANK_STREAM_PARTITIONS, bankMessagesOf, bankStreamTopicOf, bankStreamTypes } from '@dcms/contract'
import type { OutboxEvent, WireMessage } from './cloud-event.ts'
import type { Topic } from './topics.ts'

// The name space of message ids (RFC 9562, section 5.5); chosen once, never changed.
const NAMESPACE = Buffer.from('5b7a1c0f2f6e4d0c9d3a8e41c6f07b92', 'hex')

const versions = new Map<string, number>()
for (const { eventType, version } of bankStreamTypes) versions.set(eventType, Math.max(version, versions.get(eventType) ?? 0))

export const bankTopicOf = (tenant: string): Topic => ({ topic: bankStreamTopicOf(tenant), partitions: BANK_STREAM_PARTITIONS })

/**
 * The Kafka messages for the bank that one event leads to, keyed by kitNo; `eventId` is the same
 * whenever the event is published again. An event that names no card, against its schema, leads to
 * none: it must not hold up the outboxes of others.
 */
export const toBankMessages = (event: Pick<OutboxEvent, 'id' | 'type' | 'payload'>, tenant: string): WireMessage[] =>
  bankMessagesOf({ ...event.payload, type: event.type }, tenant)
    .filter(({ data }) => typeof data.kitNo === 'string')
    .map((message) => ({
      key: message.data.kitNo,
      value: JSON.stringify(message),
      headers: {
        eventId: messageId(event.id, message.eventType),
        eventType: message.eventType,
        schemaVersion: String(versions.get(message.eventType) ?? 1),
      },
    }))

/** A UUID of version 5 (RFC 9562, section 5.5). */
function messageId(eventId: string, eventType: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(`${eventId} ${eventType}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
