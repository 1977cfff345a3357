// The relay on real engines, handed what a commit wrote: it publishes without reading, empties
// outboxes late and together, and reads where anything else may wait.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { mongo } from 'mongoose'
import { TestEngines, until, withOutbox } from '../test/engines.ts'
import type { ReceivedEvent } from './cloud-event.ts'
import type { OutboxDocument, OutboxSource } from './outbox.ts'
import { Relay } from './relay.ts'
import type { Handed } from './waiting-queue.ts'

const topic = 'dcms.kit'
const tenants = () => ['ACME_BANK']
let engines: TestEngines
let published: ReceivedEvent[]
beforeAll(async () => {
  engines = await TestEngines.start([{ topic }])
  published = await engines.eventsOf(topic)
})
afterAll(() => engines.close())

/** A source whose collection notes what it is asked for. */
function noted(name: string): { source: OutboxSource; documents: mongo.Collection<OutboxDocument>; sent: string[] } {
  const sent: string[] = []
  const documents = engines.collection<OutboxDocument>(name)
  const collection = new Proxy(documents, {
    get(target, member) {
      const value = Reflect.get(target, member) as unknown
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        sent.push(String(member))
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { source: { name, topic, source: '/dcms/kit', collection: () => collection }, documents, sent }
}
const stepsOf = (id: string) => published.filter(({ subject }) => subject === id).map(({ sequence }) => sequence)
const handed = (id: string, from: number, to: number, relayedSequence = from - 1): Handed => ({
  events: withOutbox(id, from, to).outbox,
  after: from - 1,
  relayedSequence,
})
const isEmpty = async (documents: mongo.Collection<OutboxDocument>) =>
  (await documents.countDocuments({ $or: [{ 'outbox.0': { $exists: true } }, { outboxAt: { $exists: true } }] })) === 0

/** Appends an event as a commit does. */
async function commit(documents: mongo.Collection<OutboxDocument>, id: string, sequence: number): Promise<void> {
  const [event] = withOutbox(id, sequence, sequence).outbox
  await documents.updateOne(
    { _id: id },
    { $push: { outbox: event as never }, $set: { sequence, outboxAt: new Date() }, $inc: { version: 1 } },
  )
}

test('what is handed over is published without a look at the store, and many outboxes are emptied by one statement', async () => {
  const { source, documents, sent } = noted('handed')
  const ids = Array.from({ length: 12 }, (_, at) => `handed-${at}`)
  await documents.insertMany(ids.map((id) => withOutbox(id, 1, 2)))
  const relay = new Relay(engines.broker(), [source], tenants)
  for (const id of ids) relay.nudge(source, 'ACME_BANK', id, handed(id, 1, 2))
  await until('all are published', () => ids.every((id) => stepsOf(id).length === 2))
  await until('the outboxes are empty', () => isEmpty(documents))
  expect(sent).toEqual(['bulkWrite'])
  expect(await documents.findOne({ _id: 'handed-3' })).toMatchObject({ outbox: [], sequence: 2, relayedSequence: 2 })
  await relay.stop()
})

test('the next commit on a document whose outbox is still to be emptied is published without reading too, each event once', async () => {
  const { source, documents, sent } = noted('next')
  await documents.insertOne(withOutbox('next-1', 1, 1))
  const relay = new Relay(engines.broker(), [source], tenants)
  relay.nudge(source, 'ACME_BANK', 'next-1', handed('next-1', 1, 1))
  await until('the first is published', () => stepsOf('next-1').length === 1)
  await commit(documents, 'next-1', 2)
  relay.nudge(source, 'ACME_BANK', 'next-1', handed('next-1', 2, 2, 0)) // the document did not say yet that the first is out
  await until('the second is published', () => stepsOf('next-1').length === 2)
  await until('the outbox is empty', () => isEmpty(documents))
  expect(stepsOf('next-1')).toEqual([1, 2])
  expect(sent.filter((each) => each === 'find')).toEqual([])
  await relay.stop()
})

test('where an earlier event may still wait the outbox is read, and all goes out in order', async () => {
  const { source, documents } = noted('earlier')
  await documents.insertOne(withOutbox('earlier-1', 1, 3))
  const relay = new Relay(engines.broker(), [source], tenants)
  relay.nudge(source, 'ACME_BANK', 'earlier-1', handed('earlier-1', 3, 3, 0)) // 1 and 2 were left by a process that died
  await until('all are published', () => stepsOf('earlier-1').length === 3)
  expect(stepsOf('earlier-1')).toEqual([1, 2, 3])
  await until('the outbox is empty', () => isEmpty(documents))
  await relay.stop()
})

test('a process that ends empties what it published before', async () => {
  const { source, documents } = noted('ending')
  await documents.insertOne(withOutbox('ending-1', 1, 1))
  const relay = new Relay(engines.broker(), [source], tenants)
  relay.nudge(source, 'ACME_BANK', 'ending-1', handed('ending-1', 1, 1))
  await until('it is published', () => stepsOf('ending-1').length === 1)
  await relay.stop()
  expect(await isEmpty(documents)).toBe(true)
})

test('what a process published and died before it emptied comes a second time from the next one, and the outbox is empty', async () => {
  const { source, documents } = noted('died')
  await documents.insertOne({ ...withOutbox('died-1', 1, 2), outboxAt: new Date(0) })
  // Its statement never comes back.
  const stuck: OutboxSource = { ...source, collection: () => ({ bulkWrite: () => new Promise(() => undefined) }) as never }
  const dying = new Relay(engines.broker(), [stuck], tenants)
  dying.nudge(stuck, 'ACME_BANK', 'died-1', handed('died-1', 1, 2))
  await until('it is published', () => stepsOf('died-1').length === 2)
  const relay = new Relay(engines.broker(), [source], tenants)
  relay.start()
  await until('the outbox is empty', () => isEmpty(documents))
  expect(stepsOf('died-1')).toEqual([1, 2, 1, 2])
  await relay.stop()
})

test('an outbox that is aside is left to its lane, whatever is handed over', async () => {
  const { source, documents } = noted('aside')
  const outboxAside = { why: 'REFUSED' as const, at: new Date(Date.now() + 3_600_000), since: new Date() }
  await documents.insertOne({ ...withOutbox('aside-1', 1, 2), outboxAside })
  const relay = new Relay(engines.broker(), [source], tenants)
  relay.nudge(source, 'ACME_BANK', 'aside-1', { ...handed('aside-1', 2, 2), outboxAside })
  await until('the sweep is not to find it', async () => (await documents.countDocuments({ outboxAt: { $exists: true } })) === 0)
  expect(stepsOf('aside-1')).toEqual([])
  await relay.stop()
})
