// Events that cannot be applied now, on real Kafka: they wait in the store without holding anybody
// up, and come in their order.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TestEngines, until, withOutbox } from '../test/engines.ts'
import type { Broker } from './broker.ts'
import { type ReceivedEvent, toMessage, type WireMessage } from './cloud-event.ts'
import { deadLetterTopic } from './dead-letters.ts'
import type { FollowOptions } from './follower.ts'
import { type SetAsideEvent, SetAsideStore } from './set-aside-store.ts'

const topics = ['dcms.unserved', 'dcms.partner', 'dcms.slow', 'dcms.moved', 'dcms.minimum', 'dcms.calm'] as const
type Topic = (typeof topics)[number]
const group = 'customer'

let engines: TestEngines
let broker: Broker
beforeAll(async () => {
  engines = await TestEngines.start(
    topics.flatMap((topic) => [
      { topic, partitions: 4 },
      { topic: deadLetterTopic(topic, group), partitions: 1 },
    ]),
  )
  broker = engines.broker()
})
afterAll(() => engines.close())

const storeOf = (topic: Topic) => engines.collection<SetAsideEvent>(`aside-${topic.slice(5)}`)
const eventsOf = (tenant: string, id: string, from: number, to: number): WireMessage[] =>
  withOutbox(id, from, to).outbox.map((event) => toMessage(event, { source: '/dcms/kit', tenant, subject: id }))
const follow = (by: Broker, topic: Topic, options: Omit<FollowOptions, 'topic' | 'group' | 'setAside'>): void => {
  by.follow({ topic, group, setAside: new SetAsideStore(storeOf(topic)), ...options })
}
const unavailable = () => Object.assign(new Error('the partner is away'), { unavailable: true })
const many = (tenant: string, prefix: string, count: number, to = 2) =>
  Array.from({ length: count }, (_, at) => eventsOf(tenant, `${prefix}${at}`, 1, to)).flat()

/** When each event of the bank was handled. */
const timesOf = (handled: readonly { event: ReceivedEvent; atMs: number }[], tenant: string): number[] =>
  handled.filter(({ event }) => event.tenant === tenant).map(({ atMs }) => atMs)
const inOrder = (handled: readonly { event: ReceivedEvent }[], subject: string): number[] =>
  handled.filter(({ event }) => event.subject === subject).map(({ event }) => event.sequence)

test('events of a bank that is not served wait without holding the others, and come in order once it is', async () => {
  const topic = 'dcms.unserved'
  const handled: { event: ReceivedEvent; atMs: number }[] = []
  let isServed = false
  follow(broker, topic, {
    serves: (tenant) => tenant === 'HEALTHY' || isServed,
    handle: async (event) => void handled.push({ event, atMs: performance.now() }),
  })
  await broker.publish(topic, many('STRANGER', 's', 60))
  await until('they are set aside', async () => (await storeOf(topic).countDocuments()) === 120)
  const sentMs = performance.now()
  await broker.publish(topic, [...many('STRANGER', 'late', 40), ...many('HEALTHY', 'h', 20, 1)])
  await until('the healthy bank’s are handled', () => timesOf(handled, 'HEALTHY').length === 20)
  expect(Math.max(...timesOf(handled, 'HEALTHY')) - sentMs).toBeLessThan(3_000)
  expect(timesOf(handled, 'STRANGER')).toEqual([])
  isServed = true
  await until('all are handled', () => timesOf(handled, 'STRANGER').length === 200)
  for (const subject of ['s0', 's59', 'late0', 'late39']) expect(inOrder(handled, subject)).toEqual([1, 2])
  await until('nothing is kept', async () => (await storeOf(topic).countDocuments()) === 0)
})

test('a partner of one bank that fails holds up that bank only; what comes meanwhile goes behind what waits', async () => {
  const topic = 'dcms.partner'
  const handled: { event: ReceivedEvent; atMs: number }[] = []
  let isAway = true
  let tries = 0
  follow(broker, topic, {
    async handle(event) {
      if (event.tenant === 'UNLUCKY') {
        tries++
        if (isAway) throw unavailable()
      }
      handled.push({ event, atMs: performance.now() })
    },
  })
  await broker.publish(topic, many('UNLUCKY', 'u', 100, 1))
  await until('the first is tried', () => tries > 0)
  const sentMs = performance.now()
  await broker.publish(topic, [
    ...many('HEALTHY', 'h', 20, 1),
    ...Array.from({ length: 100 }, (_, at) => eventsOf('UNLUCKY', `u${at}`, 2, 3)).flat(),
  ])
  await until('the healthy bank’s are handled', () => timesOf(handled, 'HEALTHY').length === 20)
  expect(Math.max(...timesOf(handled, 'HEALTHY')) - sentMs).toBeLessThan(3_000)
  await until('the others are set aside', async () => (await storeOf(topic).countDocuments()) === 300)
  await sleep(600)
  expect(tries).toBeLessThan(100) // what is under way when the first fail; the others are set aside untried
  isAway = false
  await until('all are handled', () => timesOf(handled, 'UNLUCKY').length === 300)
  for (let at = 0; at < 100; at++) expect(inOrder(handled, `u${at}`)).toEqual([1, 2, 3])
  expect(await engines.logLines.filter((line) => line.includes('given up'))).toEqual([])
})

test('a bank whose partner is slow does not make the others wait', async () => {
  const topic = 'dcms.slow'
  const handled: { event: ReceivedEvent; atMs: number }[] = []
  follow(broker, topic, {
    withinMs: 200,
    async handle(event) {
      if (event.tenant === 'SLOW') await sleep(700)
      handled.push({ event, atMs: performance.now() })
    },
  })
  await broker.publish(topic, many('SLOW', 'u', 60, 1))
  await until('they begin', () => engines.logLines.some((line) => line.includes(topic) && line.includes('set aside')))
  for (let round = 0; round < 4; round++) {
    const sentMs = performance.now()
    await broker.publish(topic, [...many('SLOW', `more${round}-`, 10, 1), ...many('HEALTHY', `h${round}-`, 5, 1)])
    await until('the healthy bank’s are handled', () => timesOf(handled, 'HEALTHY').length === 5 * (round + 1))
    expect(Math.max(...timesOf(handled, 'HEALTHY')) - sentMs).toBeLessThan(1_500)
  }
  await until('the slow bank’s go on beside it', () => timesOf(handled, 'SLOW').length > 5)
})

test('another process that takes the partition over knows what waits, and keeps its order', async () => {
  const topic = 'dcms.moved'
  const first = engines.broker()
  let isAway = true
  const handled: { event: ReceivedEvent }[] = []
  const handle = async (event: ReceivedEvent): Promise<void> => {
    if (isAway && event.sequence === 1) throw unavailable()
    handled.push({ event })
  }
  follow(first, topic, { handle })
  await broker.publish(topic, many('ACME_BANK', 'm', 10))
  await until('all are set aside', async () => (await storeOf(topic).countDocuments()) === 20)
  await sleep(700) // offsets are committed
  await first.stop()
  follow(broker, topic, { handle })
  await broker.publish(topic, Array.from({ length: 10 }, (_, at) => eventsOf('ACME_BANK', `m${at}`, 3, 3)).flat())
  await until('the later ones are behind them', async () => (await storeOf(topic).countDocuments()) === 30)
  expect(handled).toEqual([])
  isAway = false
  await until('all are handled', () => handled.length === 30)
  for (let at = 0; at < 10; at++) expect(inOrder(handled, `m${at}`)).toEqual([1, 2, 3])
})

test('an event becomes a dead letter by failures and time both, and nothing else waits for that', async () => {
  const topic = 'dcms.minimum'
  const tries: number[] = []
  const handled: number[] = []
  follow(broker, topic, {
    deadLetterAfterMs: 3_000,
    async handle(event) {
      if (event.subject !== 'sick') return
      if (event.sequence > 1) return void handled.push(event.sequence)
      tries.push(performance.now())
      throw new Error('no such product')
    },
  })
  const letters = await engines.messagesOf(deadLetterTopic(topic, group))
  await broker.publish(topic, eventsOf('ACME_BANK', 'sick', 1, 2))
  await until('it is given up', () => letters.length === 1)
  expect((tries.at(-1) ?? 0) - (tries[0] ?? 0)).toBeGreaterThanOrEqual(3_000)
  expect(tries.length).toBeGreaterThanOrEqual(5)
  await until('the next one is handled', () => handled.length === 1)
})

test('as long as nothing is set aside the store is not asked for each event', async () => {
  const topic = 'dcms.calm'
  const asked: string[] = []
  const store = new SetAsideStore(storeOf(topic))
  const counting = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...parameters: unknown[]): unknown => {
        asked.push(String(name))
        return member.apply(target, parameters)
      }
    },
  })
  let count = 0
  broker.follow({ topic, group, setAside: counting, handle: async () => void count++ })
  await broker.publish(topic, many('ACME_BANK', 'c', 50))
  await until('all are handled', () => count === 100)
  expect(new Set(asked)).toEqual(new Set(['list'])) // once per assignment
  expect(asked.length).toBeLessThanOrEqual(2)
})

test('an event that is no event and too large for a letter becomes a letter without its value', async () => {
  const topic = 'dcms.calm'
  const value = JSON.stringify({ type: 'StepTaken', filling: 'x'.repeat(1_048_380) })
  await broker.publish(topic, [{ key: 'ACME_BANK:huge', value, headers: {} }])
  const letters = await engines.messagesOf(deadLetterTopic(topic, group))
  await until('the letter is there', () => letters.length === 1)
  expect(letters[0]).toMatchObject({ value: 'null', headers: { dlq_value: 'refused by Kafka', dlq_topic: topic } })
})
