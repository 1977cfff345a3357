// Reading whole topics of real Kafka: everything that stands there, once, and an end.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TestEngines } from '../test/engines.ts'
import type { Broker } from './broker.ts'
import type { StoredMessage } from './whole-topics.ts'

const MESSAGES = 200

let engines: TestEngines
let broker: Broker
beforeAll(async () => {
  engines = await TestEngines.start([
    { topic: 'dcms.full', partitions: 3 },
    { topic: 'dcms.kept', partitions: 1, compacted: true },
    { topic: 'dcms.empty', partitions: 2 },
    { topic: 'dcms.much', partitions: 1 },
  ])
  broker = engines.broker()
})
afterAll(() => engines.close())

const own = async (): Promise<string[]> => (await broker.allTopics()).filter((topic) => topic.startsWith(`${engines.installation}.`))

test('every message of every topic is handed over once, with key, headers and value, each partition in order', async () => {
  const keys = Array.from({ length: MESSAGES }, (_, count) => `k${count}`)
  await broker.publish(
    'dcms.full',
    keys.map((key) => ({ key, value: `v-${key}`, headers: { name: key } })),
  )
  await broker.publish('dcms.kept', [
    { key: 'gone', value: null },
    { key: 'kept', value: 'x' },
  ])
  const messages: StoredMessage[] = []
  await broker.readWhole(await own(), (message) => messages.push(message))
  const full = messages.filter(({ topic }) => topic.endsWith('.dcms.full'))
  expect(full.map(({ key }) => String(key)).sort()).toEqual([...keys].sort())
  for (const { key, value, headers } of full) expect([String(value), String(headers.name)]).toEqual([`v-${String(key)}`, String(key)])
  for (const partition of [0, 1, 2]) {
    const offsets = full.filter((message) => message.partition === partition).map(({ offset }) => Number(offset))
    expect(offsets).toEqual(offsets.map((_, position) => position))
  }
  const kept = messages.filter(({ topic }) => topic.endsWith('.dcms.kept'))
  expect(kept.map(({ key, value }) => [String(key), value && String(value)])).toEqual([
    ['gone', null],
    ['kept', 'x'],
  ])
  expect(messages).toHaveLength(MESSAGES + 2)
})

test('all topics of the cluster are listed, without those of Kafka itself', async () => {
  expect(await own()).toEqual(['dcms.empty', 'dcms.full', 'dcms.kept', 'dcms.much'].map((topic) => `${engines.installation}.${topic}`))
  expect((await broker.allTopics()).filter((topic) => topic.startsWith('__'))).toEqual([])
})

test('topics without messages have an end too', async () => {
  await broker.readWhole([`${engines.installation}.dcms.empty`], () => {
    throw new Error('nothing stands there')
  })
})

test('what is more than Kafka takes at once is published all the same, in order', async () => {
  const values = Array.from({ length: 30 }, (_, at) => `${at} ${'x'.repeat(100_000)}`)
  await broker.publish(
    'dcms.much',
    values.map((value) => ({ key: 'one', value })),
  )
  const found: string[] = []
  await broker.readWhole([`${engines.installation}.dcms.much`], ({ value }) => found.push(String(value)))
  expect(found.map((value) => value.length)).toEqual(values.map((value) => value.length))
  expect(found.map((value) => value.split(' ')[0])).toEqual(values.map((value) => value.split(' ')[0]))
})
