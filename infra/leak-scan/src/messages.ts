// Searches what stands in Kafka: keys, headers and values of every message of every topic.
import type { Broker, StoredMessage } from '@dcms/events'
import type { Finding } from './finding.ts'
import type { Searcher } from './searcher.ts'

export interface SearchedMessages {
  findings: Finding[]
  topics: number
  messages: number
}

/** @param wanted by a topic's name on the cluster */
export async function searchMessages(broker: Broker, searcher: Searcher, wanted: (topic: string) => boolean): Promise<SearchedMessages> {
  const topics = (await broker.allTopics()).filter(wanted)
  const findings: Finding[] = []
  let messages = 0
  await broker.readWhole(topics, (message) => {
    messages++
    for (const { secret } of searcher.search(textOf(message), 'text')) {
      const { topic, partition, offset } = message
      findings.push({ place: 'topics', source: topic, at: `partition ${partition} offset ${offset}`, secret })
    }
  })
  return { findings, topics: topics.length, messages }
}

/**
 * All of a message; each header as `name=value`, so that a PIN in a header of that name stands next
 * to its word.
 */
function textOf({ key, value, headers }: StoredMessage): Buffer {
  const parts: (Buffer | string)[] = [key ?? '', '\n', value ?? '', '\n']
  for (const [name, values] of Object.entries(headers))
    for (const each of Array.isArray(values) ? values : [values]) parts.push(`${name}=`, each ?? '', '\n')
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}
