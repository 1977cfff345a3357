// Statements that are asked for side by side and sent together, in the real store: each gets its
// own outcome.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { mongo } from 'mongoose'
import { TestEngines } from '../test/engines.ts'
import { gathering } from './gathered-statements.ts'

interface Road {
  _id: string
  version: number
  colour?: string
}

let engines: TestEngines
beforeAll(async () => {
  engines = await TestEngines.start()
})
afterAll(() => engines.close())

/** A collection that notes how often it is asked. */
function counted(name: string): { collection: mongo.Collection<Road>; sent: string[] } {
  const sent: string[] = []
  const collection = new Proxy(engines.collection<Road>(name), {
    get(target, member) {
      const value = Reflect.get(target, member) as unknown
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        sent.push(String(member))
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { collection, sent }
}
const ids = Array.from({ length: 20 }, (_, at) => `road-${at}`)
const turned = (_id: string, version = 1) => ({
  updateOne: { filter: { _id, version }, update: { $inc: { version: 1 }, $set: { colour: 'green' } } },
})

test('side by side they are one find and one bulk write', async () => {
  const { collection, sent } = counted('together')
  const statements = gathering<Road>({ colour: 0 })(collection)
  expect(await Promise.all(ids.map((_id) => statements.write({ insertOne: { document: { _id, version: 1, colour: 'red' } } })))).toEqual(
    ids.map(() => true),
  )
  expect(await Promise.all([...ids, 'nowhere', 'road-0'].map((id) => statements.read(id)))).toEqual([
    ...ids.map((_id) => ({ _id, version: 1 })),
    null,
    { _id: 'road-0', version: 1 },
  ])
  expect(await Promise.all(ids.map((id) => statements.write(turned(id))))).toEqual(ids.map(() => true))
  expect(sent).toEqual(['bulkWrite', 'find', 'bulkWrite'])
})

test('what comes while a statement is under way goes into the next one', async () => {
  const { collection, sent } = counted('next')
  const statements = gathering<Road>({})(collection)
  const first = statements.read('road-0')
  await new Promise((resolve) => setImmediate(resolve))
  await Promise.all([first, ...ids.map((id) => statements.read(id))])
  expect(sent).toEqual(['find', 'find'])
})

test('where one finds no match none is said to be done, and a second look shows which were', async () => {
  const { collection } = counted('no-match')
  const statements = gathering<Road>({})(collection)
  await collection.insertMany(ids.map((_id) => ({ _id, version: _id === 'road-7' ? 9 : 1 })))
  expect(await Promise.all(ids.map((id) => statements.write(turned(id))))).toEqual(ids.map(() => false))
  const versions = (await Promise.all(ids.map((id) => statements.read(id)))).map((road) => road?.version)
  expect(versions).toEqual(ids.map((id) => (id === 'road-7' ? 9 : 2)))
})

test('an `_id` that is taken is no error, and the others are written by the same statement', async () => {
  const { collection, sent } = counted('taken')
  const statements = gathering<Road>({})(collection)
  await collection.insertOne({ _id: 'road-3', version: 5 })
  const done = await Promise.all(ids.map((_id) => statements.write({ insertOne: { document: { _id, version: 1 } } })))
  expect(done).toEqual(ids.map((id) => id !== 'road-3'))
  expect(sent).toEqual(['insertOne', 'bulkWrite'])
  expect(await collection.countDocuments()).toBe(20)
  expect(await collection.findOne({ _id: 'road-3' })).toEqual({ _id: 'road-3', version: 5 })
})

test('the fault of one is its own', async () => {
  const { collection } = counted('fault')
  const statements = gathering<Road>({})(collection)
  await collection.insertMany(ids.map((_id) => ({ _id, version: 1, ...(_id === 'road-5' && { colour: 'red' }) })))
  const wrong = { updateOne: { filter: { _id: 'road-5' }, update: { $inc: { colour: 1 } } as never } }
  const outcomes = await Promise.allSettled(ids.map((id) => statements.write(id === 'road-5' ? wrong : turned(id))))
  expect(outcomes.map(({ status }) => status)).toEqual(ids.map((id) => (id === 'road-5' ? 'rejected' : 'fulfilled')))
  expect(await collection.countDocuments({ version: 2, colour: 'green' })).toBe(19)
})
