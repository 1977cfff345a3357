// Publishing one document by itself, one event after the other: what can be published is, and what
// Kafka refuses is known by name.

import type { AsideReason, OutboxSource, WaitingDocument } from './outbox.ts'
import { bankMessagesOfEvent, bankTopicName, ownMessage, UnreadableEvent } from './outbox-messages.ts'
import type { PlainMessage } from './publisher.ts'
import { refusalForGood } from './refusal.ts'

export interface Refused {
  why: Exclude<AsideReason, 'BANK'>
  eventId: string
  /** In Kafka's words, or `UNREADABLE`. */
  refusal: string
}

export interface PublishedAlone {
  /** Events with which nothing is left to do. */
  eventIds: string[]
  /** Up to here the other contexts were told. */
  relayedSequence: number
  refused?: Refused
  /** A fault that may pass ended it early. */
  failure?: { of: 'own' | 'bank'; error: unknown }
}

export const refusalOf = (error: unknown): string | undefined => (error instanceof UnreadableEvent ? 'UNREADABLE' : refusalForGood(error))

/**
 * An event of its own that is refused ends it: followers take the later ones only after it. A
 * message for the bank that is refused holds up the later messages of this document for the bank,
 * and no event. Of a compacted source only the newest counts: it makes those before it needless.
 */
export async function publishAlone(
  { source, tenant }: { source: OutboxSource; tenant: string },
  document: WaitingDocument,
  publish: (topic: string, messages: readonly PlainMessage[]) => Promise<void>,
): Promise<PublishedAlone> {
  const eventIds: string[] = []
  let { relayedSequence } = document
  let refused: Refused | undefined
  const result = (): PublishedAlone => ({ eventIds, relayedSequence, ...(refused && { refused }) })
  for (const event of source.compacted ? document.outbox.slice(-1) : document.outbox) {
    let of: 'own' | 'bank' = 'own'
    try {
      if (event.sequence > relayedSequence) await publish(source.topic, [ownMessage(event, source, tenant, document._id)])
      relayedSequence = Math.max(relayedSequence, event.sequence)
      if (refused) continue
      of = 'bank'
      const messages = source.forBank ? bankMessagesOfEvent(event, tenant) : []
      if (messages.length > 0) await publish(bankTopicName(tenant), messages)
      eventIds.push(event.id)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === undefined) return { ...result(), failure: { of, error } }
      refused = { why: of === 'own' ? 'REFUSED' : 'BANK_REFUSED', eventId: event.id, refusal }
      if (of === 'own') return result()
    }
  }
  return result()
}
