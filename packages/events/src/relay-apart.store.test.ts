// Faults of one bank's topic and messages that Kafka refuses for good: what they hold up, what they
// do not, and how it ends.
import { bankStreamTopicOf, type KitActivated } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ConfigResourceTypes } from 'kafkajs'
import { register } from 'prom-client'
import { type RawMessage, TestEngines, until, withOutbox } from '../test/engines.ts'
import { bankTopicOf } from './bank-stream.ts'
import { Broker } from './broker.ts'
import type { ReceivedEvent } from './cloud-event.ts'
import type { OutboxDocument, OutboxSource } from './outbox.ts'
import { Relay } from './relay.ts'

const topic = 'dcms.kit'
const smallTopic = 'dcms.small'
const definitionsTopic = 'dcms.tenants'
const TOO_LARGE = 'x'.repeat(1_200_000)
let engines: TestEngines
let published: ReceivedEvent[]
let small: ReceivedEvent[]
let definitions: RawMessage[]

beforeAll(async () => {
  engines = await TestEngines.start([
    { topic },
    { topic: smallTopic, partitions: 1 },
    { topic: definitionsTopic, partitions: 1, compacted: true },
  ])
  published = await engines.eventsOf(topic)
  small = await engines.eventsOf(smallTopic)
  definitions = await engines.messagesOf(definitionsTopic)
})
afterAll(() => engines.close())

const collectionOf = (name: string) => engines.collection<OutboxDocument>(name)
const sourceOf = (name: string): OutboxSource => ({
  name,
  topic,
  source: '/dcms/kit',
  forBank: true,
  collection: (tenant) => collectionOf(`${name}-${tenant.slice(0, 20)}`),
})

/** A card that was activated and locked: two events, three messages for its bank. */
function card(kitNo: string): OutboxDocument {
  const document = withOutbox(kitNo, 1, 2)
  const activated: KitActivated = {
    type: 'KitActivated',
    kitNo,
    entityId: 'e1',
    previousStatus: 'INACTIVE',
    activatedAt: new Date().toISOString(),
  }
  const payloads = [activated, { ...activated, type: 'KitLocked' }]
  return {
    ...document,
    outbox: document.outbox.map((event, at) => ({ ...event, type: payloads[at]?.type ?? '', payload: payloads[at] ?? {} })),
  }
}

/** In order, without repeats. */
const stepsOf = (id: string): number[] => [
  ...new Set([...published, ...small].filter(({ subject }) => subject === id).map(({ sequence }) => sequence)),
]
const told = (messages: readonly RawMessage[], kitNo: string): string[] => {
  const own = messages.filter(({ key }) => key === kitNo).map(({ headers }) => headers)
  return [...new Map(own.map(({ eventId, eventType = '' }) => [eventId, eventType])).values()]
}
const isEmptyAt = async (source: OutboxSource, tenant: string): Promise<boolean> =>
  (await source.collection(tenant).countDocuments({ $or: [{ 'outbox.0': { $exists: true } }, { outboxAside: { $exists: true } }] })) === 0

const allThree = ['CARD_STATUS_CHANGED', 'CARD_ACTIVATED', 'CARD_STATUS_CHANGED']

async function configure(name: string, setting: string, value: string): Promise<void> {
  await engines.broker().withAdmin((admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: `${engines.installation}.${name}`, configEntries: [{ name: setting, value }] }],
    }),
  )
}

const metric = async (name: string): Promise<number> => {
  const { values } = (await register.getSingleMetric(name)?.get()) ?? { values: [] }
  return values.reduce((sum, { value }) => sum + value, 0)
}

/** A Kafka in which one bank's topic takes nothing for the time being. */
class MutedBroker extends Broker {
  muted: string | undefined

  override async publishBatch(batches: Parameters<Broker['publishBatch']>[0]): Promise<void> {
    this.#refuse(batches)
    await super.publishBatch(batches)
  }
  override async publishAside(batches: Parameters<Broker['publishAside']>[0], isFailing: boolean): Promise<void> {
    this.#refuse(batches)
    await super.publishAside(batches, isFailing)
  }
  #refuse(batches: readonly { topic: string }[]): void {
    if (batches.some((batch) => batch.topic === this.muted))
      throw new Error('Messages are rejected since there are fewer in-sync replicas than required')
  }
}

test('a bank topic that takes no messages holds up that bank’s messages only, and they come in order when it takes them again', async () => {
  const { brokers, installation, logger } = engines
  const broker = new MutedBroker({ brokers, clientId: 'muted', installation, logger })
  broker.muted = bankStreamTopicOf('MUTE_BANK')
  const source = sourceOf('mute')
  const relay = new Relay(broker, [source], () => ['MUTE_BANK', 'WELL_BANK'])
  await relay.openBanks(['MUTE_BANK', 'WELL_BANK'])
  await source.collection('MUTE_BANK').insertOne(card('mute-1'))
  await source.collection('WELL_BANK').insertOne(card('well-1'))
  relay.nudge(source, 'MUTE_BANK', 'mute-1')
  relay.nudge(source, 'WELL_BANK', 'well-1')
  const messages = await engines.messagesOf(bankStreamTopicOf('WELL_BANK'))
  await until('the other bank is told', () => told(messages, 'well-1').length === 3)
  await until('events of both are published', () => stepsOf('mute-1').length === 2 && stepsOf('well-1').length === 2)
  await until('the other bank’s outbox is empty', () => isEmptyAt(source, 'WELL_BANK'))
  await until('the fault shows', async () => (await metric('dcms_bank_streams_failing')) === 1)
  expect(await source.collection('MUTE_BANK').findOne({ _id: 'mute-1' })).toMatchObject({
    relayedSequence: 2,
    outbox: [{ sequence: 1 }, { sequence: 2 }],
    outboxAside: { why: 'BANK' },
  })

  // Meanwhile both banks go on.
  await source.collection('MUTE_BANK').insertOne(card('mute-2'))
  await source.collection('WELL_BANK').insertOne(card('well-2'))
  relay.nudge(source, 'MUTE_BANK', 'mute-2')
  relay.nudge(source, 'WELL_BANK', 'well-2')
  await until('new events of both are published', () => stepsOf('mute-2').length === 2 && stepsOf('well-2').length === 2)
  await until('the other bank is told again', () => told(messages, 'well-2').length === 3)

  broker.muted = undefined
  await until('its messages come', () => isEmptyAt(source, 'MUTE_BANK'))
  const late = await engines.messagesOf(bankStreamTopicOf('MUTE_BANK'))
  await until('all of them', () => late.length >= 6)
  expect([told(late, 'mute-1'), told(late, 'mute-2')]).toEqual([allThree, allThree])
  expect([stepsOf('mute-1'), stepsOf('mute-2')]).toEqual([
    [1, 2],
    [1, 2],
  ])
  expect(await metric('dcms_bank_streams_failing')).toBe(0)
  await relay.stop()
  await broker.stop()
}, 40_000)

test('a bank whose topic cannot be made holds up no event and no other bank', async () => {
  const nameless = `NAMELESS_${'X'.repeat(250)}` // Kafka takes 249 characters
  const source = sourceOf('nameless')
  const relay = new Relay(engines.broker(), [source], () => [nameless, 'NEW_BANK'])
  await relay.openBanks([nameless, 'NEW_BANK'])
  await source.collection(nameless).insertOne(card('nameless-1'))
  await source.collection('NEW_BANK').insertOne(card('new-1'))
  relay.nudge(source, nameless, 'nameless-1')
  relay.nudge(source, 'NEW_BANK', 'new-1')
  const messages = await engines.messagesOf(bankStreamTopicOf('NEW_BANK'))
  await until('the other bank is told', () => told(messages, 'new-1').length === 3)
  await until('events of both are published', () => stepsOf('nameless-1').length === 2 && stepsOf('new-1').length === 2)
  expect((await source.collection(nameless).findOne({}))?.outbox).toHaveLength(2)
  await relay.stop()
})

test('an event that Kafka refuses for good keeps its own document waiting and no other, is told of, and goes out in order once it may', async () => {
  const source = { ...sourceOf('refused'), topic: smallTopic, forBank: false }
  await configure(smallTopic, 'max.message.bytes', '20000')
  const before = await metric('dcms_outbox_refused_total')
  const refusedOne = withOutbox('refused-1', 1, 3)
  const ids = Array.from({ length: 20 }, (_, count) => `beside-${count}`)
  await source.collection('A_BANK').insertMany([
    {
      ...refusedOne,
      outbox: refusedOne.outbox.map((event) =>
        event.sequence === 2 ? { ...event, payload: { type: 'StepTaken', filling: TOO_LARGE.slice(0, 50_000) } } : event,
      ),
    },
    ...ids.map((id) => withOutbox(id, 1, 2)),
  ])
  const relay = new Relay(engines.broker(), [source], () => ['A_BANK'])
  for (const id of ['refused-1', ...ids]) relay.nudge(source, 'A_BANK', id)
  await until('the others are published', () => ids.every((id) => new Set(stepsOf(id)).size === 2))
  await until(
    'it is known',
    async () => (await source.collection('A_BANK').findOne({ _id: 'refused-1' }))?.outboxAside?.eventId === 'refused-1-2',
  )
  expect(await source.collection('A_BANK').findOne({ _id: 'refused-1' })).toMatchObject({
    relayedSequence: 1,
    outbox: [{ sequence: 2 }, { sequence: 3 }],
    outboxAside: { why: 'REFUSED', refusal: 'MESSAGE_TOO_LARGE' },
  })
  await until(
    'the others’ outboxes are empty',
    async () => (await source.collection('A_BANK').countDocuments({ 'outbox.0': { $exists: true } })) === 1,
  )
  expect(await metric('dcms_outbox_refused_total')).toBe(before + 1)
  expect(engines.logLines.filter((line) => line.includes('permanently refuses a message') && line.includes('refused-1-2'))).toHaveLength(1)
  expect(engines.logLines.join()).not.toContain(TOO_LARGE.slice(0, 100))
  await relay.stop()

  await configure(smallTopic, 'max.message.bytes', '100000')
  const next = new Relay(engines.broker(), [source], () => ['A_BANK'])
  next.start()
  await until('it is out', () => isEmptyAt(source, 'A_BANK'))
  await until('it is whole', () => new Set(stepsOf('refused-1')).size === 3)
  expect(stepsOf('refused-1')).toEqual([1, 2, 3])
  await next.stop()
}, 40_000)

test('a message for a bank that Kafka refuses for good holds up no event of the document, and is sent once it may', async () => {
  await engines.broker().ensureTopics([bankTopicOf('SMALL_BANK')])
  await configure(bankStreamTopicOf('SMALL_BANK'), 'max.message.bytes', '100')
  const source = sourceOf('small')
  const relay = new Relay(engines.broker(), [source], () => ['SMALL_BANK'])
  await relay.openBanks(['SMALL_BANK'])
  await source.collection('SMALL_BANK').insertOne(card('small-1'))
  relay.nudge(source, 'SMALL_BANK', 'small-1')
  await until('its events are published', () => stepsOf('small-1').length === 2)
  const isRefused = async () => (await source.collection('SMALL_BANK').findOne({}))?.outboxAside?.why === 'BANK_REFUSED'
  await until('the refusal is known', isRefused)
  const [, , third] = card('small-1').outbox.concat(withOutbox('small-1', 3, 3).outbox)
  await source
    .collection('SMALL_BANK')
    .updateOne({ _id: 'small-1' }, { $push: { outbox: third as never }, $inc: { sequence: 1, version: 1 }, $set: { outboxAt: new Date() } })
  relay.nudge(source, 'SMALL_BANK', 'small-1')
  await until('a later event is published', () => stepsOf('small-1').length === 3)
  await relay.stop()
  await configure(bankStreamTopicOf('SMALL_BANK'), 'max.message.bytes', '1000000')
  const next = new Relay(engines.broker(), [source], () => ['SMALL_BANK'])
  next.start()
  await until('the bank is told', () => isEmptyAt(source, 'SMALL_BANK'))
  const messages = await engines.messagesOf(bankStreamTopicOf('SMALL_BANK'))
  await until('of all', () => messages.length >= 3)
  expect({ told: told(messages, 'small-1'), steps: stepsOf('small-1') }).toEqual({ told: allThree, steps: [1, 2, 3] })
  await next.stop()
}, 40_000)

test('a damaged outbox holds up its own document only', async () => {
  const source = { ...sourceOf('damaged'), forBank: false }
  const damaged = withOutbox('damaged-1', 1, 1)
  await source
    .collection('A_BANK')
    .insertMany([
      { ...damaged, outbox: damaged.outbox.map((event) => ({ ...event, time: 'yesterday' as never })) },
      withOutbox('undamaged-1', 1, 1),
    ])
  const relay = new Relay(engines.broker(), [source], () => ['A_BANK'])
  for (const id of ['damaged-1', 'undamaged-1']) relay.nudge(source, 'A_BANK', id)
  await until('the other is published', () => stepsOf('undamaged-1').length === 1)
  const isKnown = async () => (await source.collection('A_BANK').findOne({ _id: 'damaged-1' }))?.outboxAside?.refusal === 'UNREADABLE'
  await until('the damage is known', isKnown)
  await relay.stop()
})

const definitionsOf = (name: string): OutboxSource => ({
  name,
  topic: definitionsTopic,
  source: '/dcms/gateway',
  compacted: true,
  collection: () => collectionOf(name),
})

async function append(name: string, id: string, sequence: number): Promise<void> {
  const [event] = withOutbox(id, sequence, sequence).outbox
  await collectionOf(name).updateOne(
    { _id: id },
    { $push: { outbox: event as never }, $inc: { sequence: 1, version: 1 }, $set: { outboxAt: new Date() } },
  )
}

test('a definition that Kafka refuses holds up neither other tenants’ nor the next one of its own', async () => {
  const source = definitionsOf('definitions')
  const huge = withOutbox('HUGE_BANK', 1, 1, { TOO_LARGE })
  await collectionOf('definitions').insertMany([huge, withOutbox('OTHER_BANK', 1, 1)])
  const relay = new Relay(engines.broker(), [source], () => [''])
  relay.nudge(source, '', 'HUGE_BANK')
  relay.nudge(source, '', 'OTHER_BANK')
  await until('the other is published', () => definitions.some(({ key }) => key === 'OTHER_BANK'))
  await until(
    'the refusal is known',
    async () => (await collectionOf('definitions').findOne({ _id: 'HUGE_BANK' }))?.outboxAside !== undefined,
  )
  await append('definitions', 'HUGE_BANK', 2)
  relay.nudge(source, '', 'HUGE_BANK')
  await until('the mended one is published', () =>
    definitions.some(({ key, value }) => key === 'HUGE_BANK' && JSON.parse(value).step === 2),
  )
  await until('nothing waits', async () => (await collectionOf('definitions').countDocuments({ 'outbox.0': { $exists: true } })) === 0)
  await relay.stop()
})

test('a definition that comes while the one before is being refused is published at once', async () => {
  const { brokers, installation, logger } = engines
  const reached = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const broker = new (class extends Broker {
    override async publishAside(batches: Parameters<Broker['publishAside']>[0], isFailing: boolean): Promise<void> {
      reached.resolve()
      await released.promise
      await super.publishAside(batches, isFailing)
    }
  })({ brokers, clientId: 'held', installation, logger })
  const source = definitionsOf('meanwhile')
  await collectionOf('meanwhile').insertOne(withOutbox('HASTY_BANK', 1, 1, { TOO_LARGE }))
  const relay = new Relay(broker, [source], () => [''])
  relay.nudge(source, '', 'HASTY_BANK')
  await reached.promise
  await append('meanwhile', 'HASTY_BANK', 2)
  relay.nudge(source, '', 'HASTY_BANK')
  await until('the relay has seen it', async () => (await collectionOf('meanwhile').countDocuments({ outboxAt: { $exists: true } })) === 0)
  released.resolve()
  await until('nothing waits', async () => (await collectionOf('meanwhile').countDocuments({ 'outbox.0': { $exists: true } })) === 0)
  await until('it is published', () => definitions.some(({ key, value }) => key === 'HASTY_BANK' && JSON.parse(value).step === 2))
  await relay.stop()
  await broker.stop()
})
