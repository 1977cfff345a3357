// Messages that Kafka refuses for good, and damaged ones: they hold up their own document at most.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { isEmptyAt, limitMessages, metric, sourceOf, stepsOf as stepsAmong } from '../test/apart.ts'
import { type RawMessage, TestEngines, until, withOutbox } from '../test/engines.ts'
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
const stepsOf = (id: string): number[] => stepsAmong([...published, ...small], id)

test('an event that Kafka refuses for good keeps its own document waiting and no other, is told of, and goes out in order once it may', async () => {
  const source = sourceOf(engines, 'refused', { topic: smallTopic, forBank: false })
  await limitMessages(engines, smallTopic, { toBytes: 20_000, probeBytes: 40_000 })
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

  await limitMessages(engines, smallTopic, { toBytes: 100_000, probeBytes: 80_000 })
  const next = new Relay(engines.broker(), [source], () => ['A_BANK'])
  next.start()
  await until('it is out', () => isEmptyAt(source, 'A_BANK'))
  await until('it is whole', () => new Set(stepsOf('refused-1')).size === 3)
  expect(stepsOf('refused-1')).toEqual([1, 2, 3])
  await next.stop()
}, 100_000)

test('a damaged outbox holds up its own document only', async () => {
  const source = sourceOf(engines, 'damaged', { forBank: false })
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
