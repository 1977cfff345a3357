// A member keeps its place while the store stands still, and gives it up when its own work hangs.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import mongoose, { type Connection } from 'mongoose'
import { TestEngines, until, withOutbox } from '../test/engines.ts'
import { StallingProxy } from '../test/stalling-proxy.ts'
import { applyInOrder, type Projected } from './apply-in-order.ts'
import { toMessage } from './cloud-event.ts'
import { deadLetterTopic } from './dead-letters.ts'
import { keepAlive } from './keep-alive.ts'
import { type SetAsideEvent, SetAsideStore } from './set-aside-store.ts'

const topic = 'dcms.still'
const group = 'kit'
const STILL_MS = 9_500

let engines: TestEngines
let proxy: StallingProxy
let connection: Connection
beforeAll(async () => {
  engines = await TestEngines.start([
    { topic, partitions: 2 },
    { topic: deadLetterTopic(topic, group), partitions: 1 },
  ])
  const stalling = await StallingProxy.before(process.env.MONGO_URL ?? '')
  proxy = stalling.proxy
  connection = await mongoose.createConnection(stalling.url, { serverSelectionTimeoutMS: 3_000, socketTimeoutMS: 4_000 }).asPromise()
})
afterAll(async () => {
  await connection.destroy()
  await proxy.close()
  await engines.close()
})

test('a store that stands still for longer than the session costs no place in the group and makes no dead letter', async () => {
  const database = connection.useDb(`${engines.installation}_test`, { useCache: true })
  const roads = database.collection<Projected>('roads')
  const broker = engines.broker()
  const tries: number[] = []
  broker.follow({
    topic,
    group,
    setAside: new SetAsideStore(database.collection<SetAsideEvent>('set_aside') as never),
    deadLetterAfterMs: 0,
    async handle(event) {
      tries.push(event.sequence)
      await applyInOrder(roads as never, event, () => ({}))
    },
  })
  const publish = (id: string) =>
    broker.publish(
      topic,
      withOutbox(id, 1, 2).outbox.map((event) => toMessage(event, { source: '/dcms/kit', tenant: 'ACME_BANK', subject: id })),
    )
  const isThrough = (id: string) => async () => (await engines.collection<Projected>('roads').findOne({ _id: id }))?.lastSequence === 2
  await publish('before')
  await until('the first is through', isThrough('before'))
  const joinsBefore = joins()
  proxy.stall()
  const triesBefore = tries.length
  await publish('meanwhile')
  await until('it is under way', () => tries.length > triesBefore)
  await sleep(STILL_MS)
  const members = await broker.withAdmin((admin) => admin.describeGroups([broker.name(`dcms.${group}.${topic}`)]))
  expect(members.groups.map(({ state, members: all }) => [state, all.length])).toEqual([['Stable', 1]])
  proxy.goOn()
  await until('it is through afterwards', isThrough('meanwhile'))
  expect(joins()).toEqual(joinsBefore)
  const letters = await engines.messagesOf(deadLetterTopic(topic, group))
  await sleep(300)
  expect(letters).toEqual([])
}, 60_000)

/** Each time a member joined the group, as the Kafka client logs it. */
const joins = (): string[] =>
  engines.logLines.filter((line) => line.includes('Consumer has joined the group') && line.includes(`dcms.${group}.${topic}`))

test('work that hangs gives its place up', async () => {
  const hangs = keepAlive(
    async () => undefined,
    () => new Promise(() => undefined),
    500,
  )
  await expect(hangs).rejects.toThrow('no event came to an end within 500 ms')
})

test('work whose member was put out of its group stops, and says so', async () => {
  const rebalance = Object.assign(new Error('rebalance'), { type: 'REBALANCE_IN_PROGRESS' })
  let ended = false
  const lost = keepAlive(
    () => Promise.reject(rebalance),
    async (alive) => {
      while (alive.holds) await sleep(10)
      ended = true
    },
  )
  await expect(lost).rejects.toBe(rebalance)
  expect(ended).toBe(true)
})

test('a heartbeat that finds no broker says nothing about the member', async () => {
  let beats = 0
  await keepAlive(
    () => {
      beats++
      return Promise.reject(new Error('connection lost'))
    },
    async (alive) => {
      while (beats < 2 && alive.holds) await sleep(10)
    },
  )
  expect(beats).toBe(2)
})
