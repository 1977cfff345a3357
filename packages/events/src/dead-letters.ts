// Dead letters: events that a follower gives up, with what is wrong, on a topic of their own, where
// a person finds them.
import { Counter } from 'prom-client'
import type { BrokerLink } from './broker-link.ts'
import { withoutCardData } from './card-data-filter.ts'
import type { PlainMessage } from './publisher.ts'
import { refusalForGood } from './refusal.ts'

const ERROR_LENGTH_MAX = 500

const deadLetters = new Counter({
  name: 'dcms_dead_letters_total',
  help: 'Events given up, as messages on a topic of their own',
  labelNames: ['topic', 'group'],
})

/** The dead-letter topic of a follower. */
export const deadLetterTopic = (topic: string, group: string): string => `${topic}.dlq.${group}`

/** A message as it came, with its place. */
export interface PlacedMessage {
  partition: number
  offset: string
  key: string
  value: string | null
  headers: Record<string, string>
}

/**
 * Writes a message to the dead letters of a follower.
 * @throws when Kafka does not take it
 */
export async function writeDeadLetter(
  broker: BrokerLink,
  { topic, group }: { topic: string; group: string },
  { partition, offset, key, value, headers }: PlacedMessage,
  cause: unknown,
): Promise<void> {
  const letter = {
    key,
    value,
    headers: {
      ...headers,
      dlq_error: withoutCardData(cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown fault').slice(0, ERROR_LENGTH_MAX),
      dlq_topic: topic,
      dlq_partition: String(partition),
      dlq_offset: offset,
      dlq_time: new Date().toISOString(),
    },
  }
  await publishWhole(broker, deadLetterTopic(topic, group), letter)
  deadLetters.inc({ topic, group })
  broker.logger.error({ err: cause, topic, group, partition, offset }, 'event given up as a dead letter')
}

/**
 * With its further headers a message may be larger than Kafka takes; the original stands where
 * `dlq_offset` says.
 */
async function publishWhole(broker: BrokerLink, topic: string, letter: PlainMessage): Promise<void> {
  try {
    await broker.publish(topic, [letter])
  } catch (error) {
    if (refusalForGood(error) === undefined) throw error
    await broker.publish(topic, [{ ...letter, value: null, headers: { ...letter.headers, dlq_value: 'refused by Kafka' } }])
  }
}
