// Cutting what is to be published into requests that Kafka takes: a record batch above its
// `message.max.bytes` (1 MiB) is refused for good.
import type { PlainMessage } from './publisher.ts'

const REQUEST_BYTES_MAX = 800_000
// Length fields, offsets and timestamps of a record and its headers, generously.
const RECORD_BYTES = 200

interface TopicMessages {
  topic: string
  messages: readonly PlainMessage[]
}

/**
 * The same messages in the same order, in as few requests as fit; a message that is larger alone
 * stands alone.
 */
export function inRequests(batches: readonly TopicMessages[]): TopicMessages[][] {
  const requests: TopicMessages[][] = []
  let request: TopicMessages[] = []
  let bytes = 0
  for (const { topic, messages } of batches) {
    let part: PlainMessage[] = []
    for (const message of messages) {
      const messageBytes = bytesOf(message)
      if (bytes > 0 && bytes + messageBytes > REQUEST_BYTES_MAX) {
        if (part.length > 0) request.push({ topic, messages: part })
        requests.push(request)
        request = []
        part = []
        bytes = 0
      }
      part.push(message)
      bytes += messageBytes
    }
    if (part.length > 0) request.push({ topic, messages: part })
  }
  if (request.length > 0) requests.push(request)
  return requests
}

/** Whether it fills a request alone, and may be more than Kafka takes. */
export const isLarge = (message: PlainMessage): boolean => bytesOf(message) > REQUEST_BYTES_MAX

function bytesOf({ key, value, headers = {} }: PlainMessage): number {
  let bytes = RECORD_BYTES + Buffer.byteLength(key) + Buffer.byteLength(value ?? '')
  for (const [name, text] of Object.entries(headers)) bytes += name.length + Buffer.byteLength(text)
  return bytes
}
