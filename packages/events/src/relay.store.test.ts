// The relay on real engines: outboxes reach Kafka whole and in order, and are emptied only
// afterwards.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TestEngines, until, withOutbox } from '../test/engines.ts'
import { Broker } from './broker.ts'
import type { ReceivedEvent } from './cloud-event.ts'
import type { OutboxDocument, OutboxSource } from './outbox.ts'
import { Relay } from './relay.ts'

const topic = 'dcms.kit'
const compactedTopic = 'dcms.tenants'
const tenants = () => ['ACME_BANK']
let engines: TestEngines
let published: ReceivedEvent[]

beforeAll(async () => {
  engines = await TestEngines.start([{ topic }, { topic: compactedTopic, partitions: 1, compacted: true }])
  published = await engines.eventsOf(topic)
})
afterAll(() => engines.close())

const sourceOf = (collection: string): OutboxSource => ({
  name: collection,
  topic,
  source: '/dcms/kit',
  collection: () => engines.collection(collection),
})
const documentsOf = (collection: string) => engines.collection<OutboxDocument>(collection)
const publishedOf = (id: string) => published.filter(({ subject }) => subject === id)
const stepsOf = (id: string) => publishedOf(id).map(({ sequence }) => sequence)
const isEmpty = async (collection: string) => (await documentsOf(collection).countDocuments({ 'outbox.0': { $exists: true } })) === 0

/** A connection to Kafka whose confirmations are held back until `release`. */
class HeldBroker extends Broker {
  readonly reached = Promise.withResolvers<void>()
  readonly #released = Promise.withResolvers<void>()

  override async publishBatch(batches: Parameters<Broker['publishBatch']>[0]): Promise<void> {
    this.reached.resolve()
    await this.#released.promise
    await super.publishBatch(batches)
  }
  release(): void {
    this.#released.resolve()
  }
}

/** A connection to Kafka that takes nothing twice. */
class RefusingBroker extends Broker {
  refusals = 0

  override async publishBatch(batches: Parameters<Broker['publishBatch']>[0]): Promise<void> {
    if (this.refusals < 2) {
      this.refusals++
      throw new Error('not enough in-sync replicas')
    }
    await super.publishBatch(batches)
  }
}

test('two collections of one topic are published side by side', async () => {
  await documentsOf('side-a').insertOne(withOutbox('side-1', 1, 1))
  await documentsOf('side-b').insertOne(withOutbox('side-2', 1, 1))
  const relay = new Relay(engines.broker(), [sourceOf('side-a'), sourceOf('side-b')], tenants)
  relay.nudge(sourceOf('side-a'), 'ACME_BANK', 'side-1')
  relay.nudge(sourceOf('side-b'), 'ACME_BANK', 'side-2')
  await until('both are published', () => stepsOf('side-1').length === 1 && stepsOf('side-2').length === 1)
  await until('both outboxes are empty', async () => (await isEmpty('side-a')) && (await isEmpty('side-b')))
  await relay.stop()
})

test('an outbox is published whole and in order, and is empty afterwards', async () => {
  const collection = 'whole'
  await documentsOf(collection).insertOne(withOutbox('kit-1', 1, 5))
  const relay = new Relay(engines.broker(), [sourceOf(collection)], tenants)
  relay.nudge(sourceOf(collection), 'ACME_BANK', 'kit-1')
  await until('all five are published', () => stepsOf('kit-1').length === 5)
  await until('the outbox is empty', () => isEmpty(collection))
  expect(stepsOf('kit-1')).toEqual([1, 2, 3, 4, 5])
  expect(publishedOf('kit-1')[0]).toMatchObject({
    key: 'ACME_BANK:kit-1',
    id: 'kit-1-1',
    source: '/dcms/kit',
    tenant: 'ACME_BANK',
    requestId: 'request-1',
    payload: { type: 'StepTaken', step: 1 },
  })
  expect(await documentsOf(collection).findOne({})).toEqual({
    _id: 'kit-1',
    version: 5,
    sequence: 5,
    relayedSequence: 5,
    outbox: [],
  })
  await relay.stop()
})

test('nothing is taken out before Kafka confirmed, and events that come meanwhile stay and follow', async () => {
  const collection = 'meanwhile'
  const broker = new HeldBroker({ brokers: engines.brokers, clientId: 'held', installation: engines.installation, logger: engines.logger })
  const relay = new Relay(broker, [sourceOf(collection)], tenants)
  await documentsOf(collection).insertOne(withOutbox('kit-2', 1, 2))
  relay.nudge(sourceOf(collection), 'ACME_BANK', 'kit-2')
  await broker.reached.promise
  expect((await documentsOf(collection).findOne({}))?.outbox).toHaveLength(2)
  const [third] = withOutbox('kit-2', 3, 3).outbox
  await documentsOf(collection).updateOne({ _id: 'kit-2' }, { $push: { outbox: third as never }, $inc: { sequence: 1, version: 1 } })
  broker.release()
  await until('the first two are taken out', async () => (await documentsOf(collection).findOne({}))?.relayedSequence === 2)
  const left = await documentsOf(collection).findOne({})
  expect(left?.outbox.map(({ sequence }) => sequence)).toEqual([3])
  expect(left?.outboxAt).toBeInstanceOf(Date)
  relay.nudge(sourceOf(collection), 'ACME_BANK', 'kit-2')
  await until('the third is published', () => stepsOf('kit-2').length === 3)
  await until('the outbox is empty', () => isEmpty(collection))
  expect(stepsOf('kit-2')).toEqual([1, 2, 3])
  await relay.stop()
  await broker.stop()
})

test('while Kafka is away events stay in their outbox, and another relay delivers them', async () => {
  const collection = 'away'
  await documentsOf(collection).insertOne(withOutbox('kit-3', 1, 3))
  const cutOff = new Relay(engines.broker('127.0.0.1:1'), [sourceOf(collection)], tenants)
  cutOff.nudge(sourceOf(collection), 'ACME_BANK', 'kit-3')
  await until('a publish failed', () => engines.logLines.some((line) => line.includes('events could not be published')))
  expect((await documentsOf(collection).findOne({}))?.outbox).toHaveLength(3)
  await cutOff.stop()
  const relay = new Relay(engines.broker(), [sourceOf(collection)], tenants)
  relay.nudge(sourceOf(collection), 'ACME_BANK', 'kit-3')
  await until('all are published', () => stepsOf('kit-3').length === 3)
  expect(stepsOf('kit-3')).toEqual([1, 2, 3])
  await relay.stop()
})

test('a publish that Kafka does not take is repeated until it does', async () => {
  const collection = 'repeated'
  const broker = new RefusingBroker({
    brokers: engines.brokers,
    clientId: 'test',
    installation: engines.installation,
    logger: engines.logger,
  })
  const relay = new Relay(broker, [sourceOf(collection)], tenants)
  await documentsOf(collection).insertOne(withOutbox('kit-4', 1, 2))
  relay.nudge(sourceOf(collection), 'ACME_BANK', 'kit-4')
  await until('both are published', () => stepsOf('kit-4').length === 2)
  expect({ steps: stepsOf('kit-4'), refusals: broker.refusals }).toEqual({ steps: [1, 2], refusals: 2 })
  await relay.stop()
  await broker.stop()
})

test('two relays on the same documents lose nothing and keep the order of what is new', async () => {
  const collection = 'two'
  const ids = Array.from({ length: 60 }, (_, position) => `twice-${position}`)
  await documentsOf(collection).insertMany(ids.map((id) => withOutbox(id, 1, 3)))
  const relays = [1, 2].map(() => new Relay(engines.broker(), [sourceOf(collection)], tenants))
  for (const id of ids) for (const relay of relays) relay.nudge(sourceOf(collection), 'ACME_BANK', id)
  await until('all outboxes are empty', () => isEmpty(collection))
  await until('everything is published', () => ids.every((id) => new Set(stepsOf(id)).size === 3))
  for (const id of ids) expect([...new Set(stepsOf(id))]).toEqual([1, 2, 3])
  expect(await documentsOf(collection).countDocuments({ relayedSequence: 3, outboxAt: { $exists: false } })).toBe(60)
  for (const relay of relays) await relay.stop()
})

test('what a dead process left is swept at the start, old and just written, without a nudge', async () => {
  const collection = 'left'
  await documentsOf(collection).insertMany([
    { ...withOutbox('old', 1, 2), outboxAt: new Date(Date.now() - 3_600_000) },
    withOutbox('new', 1, 1),
    { ...withOutbox('done', 1, 1), outbox: [], relayedSequence: 1 },
  ])
  const relay = new Relay(engines.broker(), [sourceOf(collection)], tenants)
  relay.start()
  await until('the old one is published', () => stepsOf('old').length === 2)
  await relay.stop()
  expect(await isEmpty(collection)).toBe(true)
  await until('the new one is seen too', () => stepsOf('new').length === 1)
  expect({ old: stepsOf('old'), new: stepsOf('new'), done: stepsOf('done') }).toEqual({ old: [1, 2], new: [1], done: [] })
})

test('what is left behind later is swept too', async () => {
  const collection = 'later'
  const relay = new Relay(engines.broker(), [sourceOf(collection)], tenants)
  relay.start()
  await documentsOf(collection).insertOne({ ...withOutbox('forgotten', 1, 1), outboxAt: new Date(Date.now() - 60_000) })
  await until('it is published', () => stepsOf('forgotten').length === 1)
  await relay.stop()
})

test('outboxes that filled up while Kafka was away for long are published, though together they are larger than one request', async () => {
  const collection = 'full'
  const filling = 'x'.repeat(8_000)
  await documentsOf(collection).insertOne(withOutbox('full', 1, 200, { filling }))
  const relay = new Relay(engines.broker(), [sourceOf(collection)], tenants)
  relay.nudge(sourceOf(collection), 'ACME_BANK', 'full')
  await until('the outbox is empty', () => isEmpty(collection))
  await until('everything is published', () => stepsOf('full').length === 200)
  expect(stepsOf('full')).toEqual(Array.from({ length: 200 }, (_, position) => position + 1))
  await relay.stop()
})

test('a compacted source has the aggregate’s id as key, so that the newest definition per tenant stays', async () => {
  const collection = 'tenants'
  const source: OutboxSource = {
    name: collection,
    topic: compactedTopic,
    source: '/dcms/gateway',
    compacted: true,
    collection: () => documentsOf(collection),
  }
  await documentsOf(collection).insertMany([withOutbox('ACME_BANK', 1, 2), withOutbox('SANDBOX_BANK', 1, 1)])
  const relay = new Relay(engines.broker(), [source], () => [''])
  relay.nudge(source, '', 'ACME_BANK')
  relay.nudge(source, '', 'SANDBOX_BANK')
  await until('the outboxes are empty', () => isEmpty(collection))
  const read: string[] = []
  await engines.broker().followCompacted(compactedTopic, async (key, value) => {
    read.push(`${key} ${JSON.parse(value ?? '').step}`)
  })
  expect(read.sort()).toEqual(['ACME_BANK 1', 'ACME_BANK 2', 'SANDBOX_BANK 1'])
  await relay.stop()
})
