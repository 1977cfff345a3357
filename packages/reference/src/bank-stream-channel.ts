// The stream that a bank follows, in the AsyncAPI document.
import { BANK_STREAM_PARTITIONS, type BankStreamType, bankStreamHeaders, bankStreamTopicOf, bankStreamTypes } from '@dcms/contract'
import { type JsonObject, toJsonObject } from './json.ts'
import { resultSchema } from './schema.ts'

const CHANNEL = '#/channels/bankStream'

/** `CARD_ACTIVATED`; later versions of a type stand beside the first as `CARD_ACTIVATED.v2`. */
const messageId = ({ eventType, version }: BankStreamType): string => (version === 1 ? eventType : `${eventType}.v${version}`)

export const bankStreamChannel = (): JsonObject => ({
  address: bankStreamTopicOf('{tenant}'),
  title: 'Bank stream',
  description:
    'What happens to the cards of one bank. Keyed by `kitNo` (`entityId` where there is none), so the messages of one card stay in order. At least once: the header `eventId` tells repeats.',
  bindings: { kafka: { partitions: BANK_STREAM_PARTITIONS, topicConfiguration: { 'retention.ms': -1 } } },
  parameters: { tenant: { description: 'The bank’s tenant, such as `ACME_BANK`' } },
  messages: Object.fromEntries(bankStreamTypes.map((each) => [messageId(each), { $ref: `#/components/messages/${messageId(each)}` }])),
})

export const bankStreamOperation = (): JsonObject => ({
  action: 'send',
  channel: { $ref: CHANNEL },
  summary: 'What a bank receives about its cards',
  messages: bankStreamTypes.map((each) => ({ $ref: `${CHANNEL}/messages/${messageId(each)}` })),
})

export const bankStreamMessages = (): Record<string, JsonObject> =>
  Object.fromEntries(bankStreamTypes.map((each) => [messageId(each), message(each)]))

function message(type: BankStreamType): JsonObject {
  const { eventType, version, group, summary, schema, example } = type
  return {
    name: eventType,
    title: eventType,
    summary,
    contentType: 'application/json',
    headers: resultSchema(bankStreamHeaders),
    payload: resultSchema(schema),
    bindings: { kafka: { key: { type: 'string', description: '`kitNo`, or `entityId` where there is no card' } } },
    tags: [{ name: 'bank stream' }, { name: group }],
    examples: [
      {
        name: eventType,
        headers: { eventId: '5d0f7d0a-7f4e-4a57-9a4e-6e0d3a1c9b21', eventType, schemaVersion: String(version) },
        payload: toJsonObject(example),
      },
    ],
  }
}
