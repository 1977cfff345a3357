// Faults of one bank's topic: what they hold up, what they do not, and how they end.
import { bankStreamTopicOf } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { card, isEmptyAt, limitMessages, metric, sourceOf, stepsOf as stepsAmong } from '../test/apart.ts'
import { type RawMessage, TestEngines, until, withOutbox } from '../test/engines.ts'
import { bankTopicOf } from './bank-stream.ts'
import { Broker } from './broker.ts'
import type { ReceivedEvent } from './cloud-event.ts'
import { Relay } from './relay.ts'

const topic = 'dcms.kit'
let engines: TestEngines
let published: ReceivedEvent[]

beforeAll(async () => {
  engines = await TestEngines.start([{ topic }])
  published = await engines.eventsOf(topic)
})
afterAll(() => engines.close())

const stepsOf = (id: string): number[] => stepsAmong(published, id)
/** Types of the messages about a card. */
const told = (messages: readonly RawMessage[], kitNo: string): string[] => {
  const own = messages.filter(({ key }) => key === kitNo).map(({ headers }) => headers)
  return [...new Map(own.map(({ eventId, eventType = '' }) => [eventId, eventType])).values()]
}

const allThree = ['CARD_STATUS_CHANGED', 'CARD_ACTIVATED', 'CARD_STATUS_CHANGED']

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
  const source = sourceOf(engines, 'mute')
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
}, 100_000)

test('a bank whose topic cannot be made holds up no event and no other bank', async () => {
  const nameless = `NAMELESS_${'X'.repeat(250)}` // Kafka takes 249 characters
  const source = sourceOf(engines, 'nameless')
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

test('a message for a bank that Kafka refuses for good holds up no event of the document, and is sent once it may', async () => {
  await engines.broker().ensureTopics([bankTopicOf('SMALL_BANK')])
  await limitMessages(engines, bankStreamTopicOf('SMALL_BANK'), { toBytes: 100, probeBytes: 200 })
  const source = sourceOf(engines, 'small')
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
  await limitMessages(engines, bankStreamTopicOf('SMALL_BANK'), { toBytes: 1_000_000, probeBytes: 200 })
  const next = new Relay(engines.broker(), [source], () => ['SMALL_BANK'])
  next.start()
  await until('the bank is told', () => isEmptyAt(source, 'SMALL_BANK'))
  const messages = await engines.messagesOf(bankStreamTopicOf('SMALL_BANK'))
  await until('of all', () => messages.length >= 3)
  expect({ told: told(messages, 'small-1'), steps: stepsOf('small-1') }).toEqual({ told: allThree, steps: [1, 2, 3] })
  await next.stop()
}, 100_000)
