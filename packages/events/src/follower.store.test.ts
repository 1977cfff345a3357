// Following a topic on real Kafka: dead letters, what waits for them, and events that come again.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mongo } from 'mongoose'
import { type RawMessage, TestEngines, until, withOutbox } from '../test/engines.ts'
import { type Apply, applyInOrder, type Projected } from './apply-in-order.ts'
import type { Broker } from './broker.ts'
import { type ReceivedEvent, toMessage, type WireMessage } from './cloud-event.ts'
import { deadLetterTopic } from './dead-letters.ts'
import { type SetAsideEvent, SetAsideStore } from './set-aside-store.ts'

interface Road extends Projected {
  steps?: number[]
}

const group = 'pin-preference'
const topics = ['dcms.poison', 'dcms.malformed', 'dcms.away', 'dcms.election', 'dcms.again', 'dcms.order'] as const
type Topic = (typeof topics)[number]

/** So many make a dead letter of an event, once they took their time. */
const FAILURES_OF_A_LETTER = 5

let engines: TestEngines
let broker: Broker
let setAside: SetAsideStore
beforeAll(async () => {
  const lettersOf = (topic: Topic) => ({ topic: deadLetterTopic(topic, group), partitions: 1 })
  engines = await TestEngines.start(topics.flatMap((topic) => [{ topic, partitions: 2 }, lettersOf(topic)]))
  broker = engines.broker()
  setAside = new SetAsideStore(engines.collection<SetAsideEvent>('set_aside'))
})
afterAll(() => engines.close())

const messagesOf = (id: string, from: number, to: number): WireMessage[] =>
  withOutbox(id, from, to).outbox.map((event) => toMessage(event, { source: '/dcms/kit', tenant: 'ACME_BANK', subject: id }))
const deadLettersOf = (topic: Topic): Promise<RawMessage[]> => engines.messagesOf(deadLetterTopic(topic, group))

test('an event that keeps failing becomes a dead letter with its error; its aggregate waits, the others go on', async () => {
  const topic = 'dcms.poison'
  const roads = engines.collection<Road>('poison')
  let isCured = false
  const walk: Apply<Road> = (road, { subject, sequence }) => {
    if (subject === 'sick' && sequence === 2 && !isCured) throw new Error('no product for 6080401234566954')
    return { steps: [...(road?.steps ?? []), sequence] }
  }
  let tries = 0
  broker.follow({
    topic,
    group,
    setAside,
    deadLetterAfterMs: 300,
    async handle(event) {
      if (event.subject === 'sick' && event.sequence === 2) tries++
      await applyInOrder(roads, event, walk)
    },
  })
  const sick = messagesOf('sick', 1, 3)
  await broker.publish(topic, [...sick, ...messagesOf('well', 1, 3), ...messagesOf('fine', 1, 3)])
  const letters = await deadLettersOf(topic)
  await until('the dead letter is there', () => letters.length === 1)
  await until('the third event waits for it', async () => (await roads.findOne({ _id: 'sick' }))?.parked.length === 1)
  await until('the others are through', async () => (await roads.countDocuments({ lastSequence: 3 })) === 2)
  expect(tries).toBe(5)
  expect(await roads.findOne({ _id: 'sick' })).toMatchObject({ lastSequence: 1, steps: [1], parked: [{ sequence: 3 }] })
  expect(letters[0]).toEqual({
    ...sick[1],
    headers: {
      ...sick[1]?.headers,
      dlq_error: 'Error: no product for 608040XXXXXX6954',
      dlq_topic: topic,
      dlq_partition: expect.stringMatching(/^[01]$/),
      dlq_offset: expect.stringMatching(/^\d+$/),
      dlq_time: expect.stringMatching(/^\d{4}-/),
    },
  })

  isCured = true
  await broker.publish(topic, letters)
  await until('the driven letter releases what waited', async () => (await roads.countDocuments({ lastSequence: 3 })) === 3)
  expect(await roads.findOne({ _id: 'sick' })).toMatchObject({ steps: [1, 2, 3], parked: [] })
})

test('a message that is no event is set aside at once as it is, and what follows is handled', async () => {
  const topic = 'dcms.malformed'
  const seen: string[] = []
  broker.follow({ topic, group, setAside, handle: async ({ subject }) => void seen.push(subject) })
  const [good] = messagesOf('good', 1, 1)
  const malformed = [
    { key: 'ACME_BANK:x', value: 'not JSON', headers: { ...good?.headers } },
    { key: 'ACME_BANK:x', value: '{"type":"StepTaken"}' },
    { key: 'ACME_BANK:x', value: null },
  ]
  await broker.publish(topic, [...malformed, ...messagesOf('good', 1, 1)])
  const letters = await deadLettersOf(topic)
  await until('all three are set aside', () => letters.length === 3)
  await until('the good one is handled', () => seen.length === 1)
  expect(seen).toEqual(['good'])
  expect(letters.map(({ headers }) => headers.dlq_error)).toEqual([
    'Error: the payload is no JSON object with a type',
    'Error: header ce_sequence is missing',
    'Error: header ce_sequence is missing',
  ])
  expect(engines.logLines.filter((line) => line.includes(topic) && line.includes('trying again'))).toEqual([])
  expect(letters[0]).toMatchObject({ key: 'ACME_BANK:x', value: 'not JSON', headers: good?.headers })
})

test('an event is tried as long as what it needs is away, and never becomes a dead letter for that', async () => {
  const topic = 'dcms.away'
  const tries: string[] = []
  const done: string[] = []
  broker.follow({
    topic,
    group,
    setAside,
    async handle({ subject }) {
      tries.push(subject)
      if (tries.length <= 6) throw Object.assign(new Error('tenant is not served yet'), { unavailable: true })
      done.push(subject)
    },
  })
  await broker.publish(topic, messagesOf('patient', 1, 1))
  const letters = await deadLettersOf(topic)
  await until('it is handled at last', () => done.length === 1)
  expect({ tries: tries.length, letters }).toEqual({ tries: 7, letters: [] })
})

test('an election of the store is no failure of the event: it is tried until a primary is there, and no dead letter is written', async () => {
  const topic = 'dcms.election'
  const said = (code: number) => new mongo.MongoServerError({ message: 'said by the server', code })
  const faults = new Map<string, Error>([
    ['not primary', said(10107)],
    ['interrupted', said(11602)],
    ['stepped down', said(189)],
    ['shutting down', said(91)],
    [
      'unconfirmed',
      new mongo.MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } }),
    ],
  ])
  const tries = new Map<string, number>()
  const done: string[] = []
  broker.follow({
    topic,
    group,
    setAside,
    deadLetterAfterMs: 300,
    async handle({ subject }) {
      const count = (tries.get(subject) ?? 0) + 1
      tries.set(subject, count)
      if (count <= FAILURES_OF_A_LETTER + 1) throw faults.get(subject)
      done.push(subject)
    },
  })
  await broker.publish(
    topic,
    [...faults.keys()].flatMap((subject) => messagesOf(subject, 1, 1)),
  )
  const letters = await deadLettersOf(topic)
  await until('all are handled or given up', () => done.length + letters.length === faults.size)
  expect(letters.map(({ headers }) => headers.dlq_error)).toEqual([])
  expect(new Set(done)).toEqual(new Set(faults.keys()))
})

test('an event that was not finished when its follower stopped comes again to the next one', async () => {
  const topic = 'dcms.again'
  const first = engines.broker()
  const started = Promise.withResolvers<void>()
  first.follow({
    topic,
    group,
    setAside,
    async handle() {
      started.resolve()
      throw Object.assign(new Error('the store is away'), { unavailable: true })
    },
  })
  await broker.publish(topic, messagesOf('unfinished', 1, 2))
  await started.promise
  await first.stop()
  const seen: number[] = []
  broker.follow({ topic, group, setAside, handle: async ({ sequence }) => void seen.push(sequence) })
  await until('both are handled', () => seen.length === 2)
  expect(seen).toEqual([1, 2])
})

test('events of one aggregate are handled one after another, those of others meanwhile', async () => {
  const topic = 'dcms.order'
  const begun: ReceivedEvent[] = []
  const release = Promise.withResolvers<void>()
  broker.follow({
    topic,
    group,
    setAside,
    async handle(event) {
      begun.push(event)
      if (event.subject === 'slow' && event.sequence === 1) await release.promise
    },
  })
  await broker.publish(topic, [...messagesOf('slow', 1, 3), ...['a', 'b', 'c', 'd'].flatMap((id) => messagesOf(id, 1, 2))])
  await until('the others are handled', () => begun.length === 9)
  const stepsOf = (id: string) => begun.filter(({ subject }) => subject === id).map(({ sequence }) => sequence)
  expect(stepsOf('slow')).toEqual([1])
  release.resolve()
  await until('all are handled', () => begun.length === 11)
  for (const id of ['a', 'b', 'c', 'd']) expect(stepsOf(id)).toEqual([1, 2])
  expect(stepsOf('slow')).toEqual([1, 2, 3])
  expect(begun[0]).toMatchObject({ topic, tenant: 'ACME_BANK', source: '/dcms/kit', dataVersion: 1 })
})
