// What outboxes are on the wire: each event on its context's topic and, where the bank is told of
// it, on the bank's.
import { bankTopicOf, toBankMessages } from './bank-stream.ts'
import { type OutboxEvent, toMessage } from './cloud-event.ts'
import type { OutboxSource, WaitingDocument } from './outbox.ts'
import type { PlainMessage } from './publisher.ts'

type Source = Pick<OutboxSource, 'topic' | 'source' | 'compacted' | 'forBank'>

/** An event in an outbox that cannot be written as a message. */
export class UnreadableEvent extends Error {
  readonly eventId: string

  constructor(eventId: string, cause: unknown) {
    super(`event ${eventId} cannot be written`, { cause })
    this.eventId = eventId
  }
}

/** Messages by topic, each topic's in the order in which they were added. */
export class MessagesByTopic {
  readonly #byTopic = new Map<string, PlainMessage[]>()

  add(topic: string, messages: readonly PlainMessage[]): void {
    const present = this.#byTopic.get(topic)
    if (present) present.push(...messages)
    else if (messages.length > 0) this.#byTopic.set(topic, [...messages])
  }

  get batches(): { topic: string; messages: PlainMessage[] }[] {
    return [...this.#byTopic].map(([topic, messages]) => ({ topic, messages }))
  }
}

/** The events of a document that the other contexts were not told of yet. */
export const ownMessages = (document: WaitingDocument, source: Source, tenant: string): PlainMessage[] =>
  document.outbox
    .filter(({ sequence }) => sequence > document.relayedSequence)
    .map((event) => ownMessage(event, source, tenant, document._id))

/**
 * What the bank is to be told of a document's events up to a sequence; never ahead of the events
 * themselves.
 */
export const bankMessages = (document: WaitingDocument, source: Source, tenant: string, upTo = document.sequence): PlainMessage[] =>
  source.forBank ? document.outbox.filter(({ sequence }) => sequence <= upTo).flatMap((event) => bankMessagesOfEvent(event, tenant)) : []

export const bankTopicName = (tenant: string): string => bankTopicOf(tenant).topic

/** @throws UnreadableEvent when the event is damaged */
export function ownMessage(event: OutboxEvent, source: Source, tenant: string, id: string): PlainMessage {
  try {
    const message = toMessage(event, { source: source.source, tenant: source.compacted ? id : tenant, subject: id })
    if (message.value === undefined) throw new TypeError('there is no payload')
    return source.compacted ? { ...message, key: id } : message
  } catch (error) {
    throw new UnreadableEvent(event.id, error)
  }
}

/** @throws UnreadableEvent when the event is damaged */
export function bankMessagesOfEvent(event: OutboxEvent, tenant: string): PlainMessage[] {
  try {
    return toBankMessages(event, tenant)
  } catch (error) {
    throw new UnreadableEvent(event.id, error)
  }
}
