// What a batch of outboxes is on the wire: each event on its context's topic and, where the bank is told of it, on the bank's.
import { bankTopicOf, toBankMessages } from './bank-stream.ts'
import type { PlainMessage } from './broker.ts'
import { type OutboxEvent, toMessage } from './cloud-event.ts'
import type { Topic } from './topics.ts'

/** Outboxes of one collection of one tenant. */
export interface Outboxes {
  source: { topic: string; source: string; compacted?: boolean; forBank?: boolean }
  tenant: string
  documents: readonly { _id: string; outbox: readonly OutboxEvent[] }[]
}

/** The messages by topic, in the order of their events; and the topics of the banks among them, which may not exist yet. */
export function messagesOf(all: readonly Outboxes[]): { batches: { topic: string; messages: PlainMessage[] }[]; bankTopics: Topic[] } {
  const byTopic = new Map<string, PlainMessage[]>()
  const add = (topic: string, message: PlainMessage): void => {
    const present = byTopic.get(topic)
    if (present) present.push(message)
    else byTopic.set(topic, [message])
  }
  const bankTopics = new Map<string, Topic>()
  for (const { source, tenant, documents } of all) {
    for (const { _id, outbox } of documents) {
      for (const event of outbox) {
        add(source.topic, ownMessage(event, source, tenant, _id))
        if (!source.forBank) continue
        for (const message of toBankMessages(event, tenant)) {
          const bankTopic = bankTopics.get(tenant) ?? bankTopicOf(tenant)
          bankTopics.set(tenant, bankTopic)
          add(bankTopic.topic, message)
        }
      }
    }
  }
  return { batches: [...byTopic].map(([topic, messages]) => ({ topic, messages })), bankTopics: [...bankTopics.values()] }
}

function ownMessage(event: OutboxEvent, source: Outboxes['source'], tenant: string, id: string): PlainMessage {
  const message = toMessage(event, { source: source.source, tenant: source.compacted ? id : tenant, subject: id })
  return source.compacted ? { ...message, key: id } : message
}
