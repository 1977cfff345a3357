// The bank's own topic on real engines: what happened to its cards, in order, under ids that tell
// repeats, without card data.
import {
  bankStreamHeaders,
  bankStreamTopicOf,
  type KitActivated,
  type KitIssued,
  kitIssuedEvent,
  type PinSet,
  validatorOf,
} from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type RawMessage, TestEngines, until, withOutbox } from '../test/engines.ts'
import { bankTopicOf, toBankMessages } from './bank-stream.ts'
import { Broker } from './broker.ts'
import type { OutboxDocument, OutboxSource } from './outbox.ts'
import { Relay } from './relay.ts'

const bank = 'ACME_BANK'
const at = '2026-11-21T10:00:00.000Z'
const issued: KitIssued = { ...kitIssuedEvent.example, kitNo: '4240171508', entityId: 'req7' }
const activated: KitActivated = { type: 'KitActivated', kitNo: '4240171508', entityId: 'req7', previousStatus: 'INACTIVE', activatedAt: at }
const pinSet: PinSet = { type: 'PinSet', kitNo: '4240171508', entityId: 'req7', firstPin: true, setAt: at }

let engines: TestEngines
beforeAll(async () => {
  engines = await TestEngines.start([{ topic: 'dcms.kit' }, { topic: 'dcms.pin-preference' }])
})
afterAll(() => engines.close())

const sourceOf = (collection: string, context: string, forBank = true): OutboxSource => ({
  name: collection,
  topic: `dcms.${context}`,
  source: `/dcms/${context}`,
  forBank,
  collection: () => engines.collection(collection),
})

/** An aggregate with these events waiting. */
function waiting(id: string, payloads: readonly { type: string }[]): OutboxDocument {
  const document = withOutbox(id, 1, payloads.length)
  const outbox = document.outbox.map((event, position) => ({ ...event, ...(payloads[position] && { payload: payloads[position] }) }))
  return { ...document, outbox: outbox.map((event) => ({ ...event, type: (event.payload as { type: string }).type })) }
}

/** @param isServed as where a process serves the bank since its start: its topic is there */
async function relayed(
  source: OutboxSource,
  document: OutboxDocument,
  tenant: string,
  { broker = engines.broker(), isServed = false }: { broker?: Broker; isServed?: boolean } = {},
): Promise<void> {
  await source.collection(tenant).insertOne(document)
  const relay = new Relay(broker, [source], () => [tenant])
  if (isServed) await relay.openBanks([tenant])
  relay.nudge(source, tenant, document._id)
  await until('the outbox is empty', async () => (await source.collection(tenant).findOne({ _id: document._id }))?.outbox.length === 0)
  await relay.stop()
}

const typesOf = (messages: readonly RawMessage[]) => messages.map(({ headers }) => headers.eventType)

/** Kafka takes the messages of the first publish, but its confirmation is lost. */
class UnconfirmedBroker extends Broker {
  publishes = 0

  override async publishBatch(batches: Parameters<Broker['publishBatch']>[0]): Promise<void> {
    await super.publishBatch(batches)
    if (this.publishes++ === 0) throw new Error('the connection was lost')
  }
}

test('a bank is told of issue, activation and PIN of a card, in order under its kitNo, on a topic made when it was needed', async () => {
  await relayed(sourceOf('kits', 'kit'), waiting('4240171508', [issued, activated]), bank)
  await relayed(sourceOf('cards', 'pin-preference'), waiting('4240171508', [pinSet]), bank)
  const messages = await engines.messagesOf(bankStreamTopicOf(bank))
  await until('all four have come', () => messages.length === 4)
  expect(typesOf(messages)).toEqual(['CARD_STATUS_CHANGED', 'CARD_STATUS_CHANGED', 'CARD_ACTIVATED', 'PIN_CHANGED'])
  const data = { entityId: 'req7', kitNo: '4240171508' }
  expect(messages.map(({ value }) => JSON.parse(value))).toEqual([
    expect.objectContaining({ data: { ...data, currentStatus: 'INACTIVE', operation: 'ISSUE' } }),
    expect.objectContaining({ data: { ...data, previousStatus: 'INACTIVE', currentStatus: 'ACTIVE', operation: 'ACTIVATE' } }),
    { eventType: 'CARD_ACTIVATED', timestamp: at, tenantId: bank, data },
    { eventType: 'PIN_CHANGED', timestamp: at, tenantId: bank, data },
  ])
  const areHeaders = validatorOf(bankStreamHeaders)
  for (const { key, headers } of messages) {
    expect(key).toBe('4240171508')
    expect(areHeaders({ ...headers })).toMatchObject({ valid: true })
    expect(Object.keys(headers).sort()).toEqual(['eventId', 'eventType', 'schemaVersion'])
  }
  expect(new Set(messages.map(({ headers }) => headers.eventId)).size).toBe(4)
  const text = JSON.stringify(messages)
  for (const hidden of [issued.maskedCardNumber, `"${issued.bin}"`, 'XXXX', 'cardNumber']) expect(text).not.toContain(hidden)
  await engines.broker().withAdmin(async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [`${engines.installation}.${bankStreamTopicOf(bank)}`] })
    expect(topics[0]?.partitions).toHaveLength(3)
  })
})

test('what is published again carries the same eventId, and each message an own one', async () => {
  const { brokers, installation, logger } = engines
  const broker = new UnconfirmedBroker({ brokers, clientId: 'test', installation, logger })
  await relayed(sourceOf('repeated', 'kit'), waiting('4240171509', [activated, { ...activated, type: 'KitLocked' }]), 'OTHER_BANK', {
    broker,
    isServed: true,
  })
  await broker.stop()
  const messages = await engines.messagesOf(bankStreamTopicOf('OTHER_BANK'))
  await until('everything has come twice', () => messages.length === 6)
  const ids = messages.map(({ headers }) => headers.eventId)
  expect(ids.slice(3)).toEqual(ids.slice(0, 3))
  expect(new Set(ids).size).toBe(3)
})

test('events and the messages made of them are one request, and the events come on their own topic as before', async () => {
  const { brokers, installation, logger } = engines
  const requests: string[][] = []
  const broker = new (class extends Broker {
    override async publishBatch(batches: Parameters<Broker['publishBatch']>[0]): Promise<void> {
      requests.push(batches.map(({ topic, messages }) => `${topic} ${messages.length}`))
      await super.publishBatch(batches)
    }
  })({ brokers, clientId: 'test', installation, logger })
  await relayed(sourceOf('together', 'kit'), waiting('4240171510', [issued, activated]), 'THIRD_BANK', { broker, isServed: true })
  await broker.stop()
  expect(requests).toEqual([['dcms.kit 2', 'dcms.THIRD_BANK.events 3']])
})

test('no topic is made for events that no bank is told of', async () => {
  await relayed(sourceOf('private', 'kit', false), waiting('4240171511', [issued]), 'FOURTH_BANK')
  await relayed(sourceOf('untold', 'kit'), waiting('4240171512', [{ type: 'KitPolished' }]), 'FOURTH_BANK')
  await engines.broker().withAdmin(async (admin) => {
    expect(await admin.listTopics()).not.toContain(`${engines.installation}.${bankStreamTopicOf('FOURTH_BANK')}`)
  })
})

test('a topic that was made already is left as it is', async () => {
  const broker = engines.broker()
  await Promise.all([1, 2, 3].map(() => broker.ensureTopics([bankTopicOf('FIFTH_BANK')])))
  await broker.ensureTopics([bankTopicOf('FIFTH_BANK')])
  await relayed(sourceOf('fifth', 'kit'), waiting('4240171513', [activated]), 'FIFTH_BANK')
  const messages = await engines.messagesOf(bankStreamTopicOf('FIFTH_BANK'))
  await until('both have come', () => messages.length === 2)
})

test('an id is a UUID of version 5, made of the event’s id and the message’s type alone', () => {
  const [status, activation] = toBankMessages({ id: 'event-1', type: 'KitActivated', payload: activated }, bank)
  const uuid5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  expect(status?.headers.eventId).toMatch(uuid5)
  expect(activation?.headers.eventId).toMatch(uuid5)
  expect(status?.headers.eventId).not.toBe(activation?.headers.eventId)
  const [again] = toBankMessages({ id: 'event-1', type: 'KitActivated', payload: { ...activated, kitNo: '1' } }, 'OTHER_BANK')
  expect(again?.headers.eventId).toBe(status?.headers.eventId)
})

test('an event that names no card leads to no message', () => {
  expect(toBankMessages({ id: 'event-1', type: 'KitActivated', payload: { type: 'KitActivated' } }, bank)).toEqual([])
})
