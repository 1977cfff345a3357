// What one bare statement costs, on the engines of the bench: what calls are compared with.
import type { mongo } from 'mongoose'
import { atOnce } from './at-once.ts'
import { engineCpu } from './engine-cpu.ts'
import { benchEnginesDir } from './surroundings.ts'

const BARE_DOCUMENTS = 500
const CALLERS = 16

/** Milliseconds of processor of one bare statement, driver and engines. */
export interface Bare {
  find: number
  update: number
  insert: number
}

export async function measureBare(database: mongo.Db): Promise<Bare> {
  const collection = database.collection<{ _id: string; version: number; text: string }>('bare')
  const ids = Array.from({ length: BARE_DOCUMENTS }, (_, at) => `bare-${at}`)
  const each = async (work: (id: string) => Promise<unknown>): Promise<number> => {
    const before = await usedByBare()
    await atOnce(CALLERS, ids, work)
    return ((await usedByBare()) - before) / ids.length
  }
  await collection.insertOne({ _id: 'first', version: 0, text: '' }) // makes the collection
  const text = 'x'.repeat(1_500)
  const insert = await each((_id) => collection.insertOne({ _id, version: 0, text }))
  await each((_id) => collection.findOne({ _id })) // warm
  const find = await each((_id) => collection.findOne({ _id }))
  const update = await each((_id) =>
    collection.findOneAndUpdate({ _id, version: 0 }, { $inc: { version: 1 }, $set: { changedAt: new Date() } as never }),
  )
  return { find, update, insert }
}

async function usedByBare(): Promise<number> {
  const { user, system } = process.cpuUsage()
  const { ferretdb, postgres } = await engineCpu(benchEnginesDir)
  return (user + system) / 1_000 + (ferretdb + postgres) * 1_000
}
