// The AsyncAPI 3.0 document of the events: one channel per context, one for what a bank follows.
import { type Context, type EventType, eventTypes, topicOf } from '@dcms/contract'
import { bankStreamChannel, bankStreamMessages, bankStreamOperation } from './bank-stream-channel.ts'
import { contextEventHeaders, exampleHeaders } from './event-headers.ts'
import { type JsonObject, toJsonObject } from './json.ts'
import { resultSchema } from './schema.ts'
import { version } from './version.ts'

const KEPT_FOR_EVER_MS = -1
const PARTITIONS = 12

const description = `Two kinds of streams. **The bank stream** \`dcms.<tenant>.events\` is for the bank: public types about its cards, the same for years. **The
topics of the contexts** are for the services of an installation: every change is published there, written in the same update as the state it tells of, as
CloudEvents 1.0 in the binary mode of the Kafka binding (attributes in \`ce_\` headers, the payload as JSON). Of these:

- **Order.** The key \`<tenant>:<subject>\` keeps the events of one aggregate on one partition. \`ce_sequence\` counts them 1, 2, 3 … without gaps: drop what was
  seen, apply the next, wait where one is missing. Between topics there is no order.
- **Delivery** is at least once; \`ce_id\` is the same for every copy.
- **Payloads** carry no card number in clear, no PIN, no CVV. A change that readers must know raises \`ce_dataversion\`.`

/**
 * The AsyncAPI document: what is published, where, with which headers and payloads, each with an
 * example.
 */
export function asyncApi(): JsonObject {
  const owners = [...new Set(eventTypes.map(({ owner }) => owner))]
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'DCMS: events',
      version,
      description,
      license: { name: 'Apache-2.0' },
      tags: [...owners.map((owner) => ({ name: owner })), { name: 'bank stream' }],
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: '{brokers}',
        protocol: 'kafka',
        description: 'The Kafka cluster of the installation',
        variables: { brokers: { default: 'localhost:9192', description: 'Bootstrap brokers' } },
      },
    },
    channels: { ...Object.fromEntries(owners.map((owner) => [channelId(owner), contextChannel(owner)])), bankStream: bankStreamChannel() },
    operations: {
      ...Object.fromEntries(owners.map((owner) => [`publish-${owner}`, publishOperation(owner)])),
      'publish-bank-stream': bankStreamOperation(),
    },
    components: {
      messages: { ...Object.fromEntries(eventTypes.map((event) => [messageId(event), message(event)])), ...bankStreamMessages() },
    },
  }
}

const channelId = (owner: Context): string => owner

/** `KitActivated`; later versions of a type stand beside the first as `KitActivated.v2`. */
const messageId = ({ type, version: dataVersion }: EventType): string => (dataVersion === 1 ? type : `${type}.v${dataVersion}`)

const ofOwner = (owner: Context): readonly EventType[] => eventTypes.filter((event) => event.owner === owner)

function contextChannel(owner: Context): JsonObject {
  return {
    address: topicOf(owner),
    title: `Events of the ${owner} context`,
    description: `For the services of an installation. Topic names carry the installation’s prefix where it has one: \`<prefix>.${topicOf(owner)}\`.`,
    messages: Object.fromEntries(ofOwner(owner).map((event) => [messageId(event), { $ref: `#/components/messages/${messageId(event)}` }])),
    bindings: { kafka: { partitions: PARTITIONS, topicConfiguration: { 'retention.ms': KEPT_FOR_EVER_MS } } },
  }
}

function publishOperation(owner: Context): JsonObject {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${channelId(owner)}` },
    summary: `What the ${owner} context publishes`,
    messages: ofOwner(owner).map((event) => ({ $ref: `#/channels/${channelId(owner)}/messages/${messageId(event)}` })),
  }
}

function message(event: EventType): JsonObject {
  const { type, summary, owner, schema, example, version: dataVersion } = event
  return {
    name: type,
    title: type,
    summary,
    contentType: 'application/json',
    headers: contextEventHeaders(type, dataVersion, owner),
    payload: resultSchema(schema),
    bindings: { kafka: { key: { type: 'string', description: '`<tenant>:<subject>`' } } },
    tags: [{ name: owner }],
    examples: [{ name: type, headers: exampleHeaders(type, dataVersion, owner), payload: toJsonObject(example) }],
  }
}
