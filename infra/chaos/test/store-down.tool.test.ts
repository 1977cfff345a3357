// The PostgreSQL behind the document store stops and is killed under load: every error says that
// the store is away, whatever was asked of it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isStoreAway } from '@dcms/events'
import { runningDocumentDatabase, startDocumentDatabase, stopDocumentDatabase } from '@dcms/local'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import mongoose from 'mongoose'

const PORT_FIRST = 31_900
const PORTS = 600
const FAULTS_PER_QUESTION = 5
const PAUSE_MS = 20

interface Thing {
  _id: string
  n?: number
}

/** As the product asks: reads, single writes, writes of several at once, indexes. */
const questions: Record<string, (things: mongoose.mongo.Collection<Thing>) => Promise<unknown>> = {
  find: (things) => things.find({ n: 1 }).toArray(),
  count: (things) => things.countDocuments({}),
  insert: (things) => things.insertMany([{ _id: crypto.randomUUID() }, { _id: crypto.randomUUID() }], { ordered: false }),
  update: (things) => things.updateOne({ _id: 'a' }, { $inc: { n: 1 } }, { upsert: true }),
  findAndUpdate: (things) => things.findOneAndUpdate({ _id: 'a' }, { $inc: { n: 1 } }),
  bulk: (things) =>
    things.bulkWrite([{ updateOne: { filter: { _id: 'b' }, update: { $set: { n: 1 } }, upsert: true } }], { ordered: false }),
  delete: (things) => things.deleteOne({ _id: 'c' }),
  index: (things) => things.createIndex({ n: 1 }),
}

let dataDir = ''
let mongoPort = 0
let client: mongoose.mongo.MongoClient
const start = () => startDocumentDatabase({ dataDir, mongoPort, progress: () => undefined })

// The local document database is made for Linux and root.
const testOnLinux = process.platform === 'linux' && process.getuid?.() === 0 ? test : test.skip

beforeAll(async () => {
  if (testOnLinux === test.skip) return
  dataDir = await mkdtemp(join(process.env.DCMS_ENGINES_DIR ?? tmpdir(), 'store-')) // below the run's folder the runner stops what a dead test left
  mongoPort = PORT_FIRST + Math.floor(Math.random() * PORTS)
  const { url } = await start()
  client = await new mongoose.mongo.MongoClient(url, { retryWrites: false, serverSelectionTimeoutMS: 1_000 }).connect()
}, 90_000)
afterAll(async () => {
  if (testOnLinux === test.skip) return
  await client.close()
  await stopDocumentDatabase(dataDir)
  if (!process.env.DCMS_ENGINES_DIR) await rm(dataDir, { recursive: true, force: true })
})

/** Asks until it met so many faults. */
async function faultsOf(ask: () => Promise<unknown>): Promise<unknown[]> {
  const faults: unknown[] = []
  while (faults.length < FAULTS_PER_QUESTION) {
    await ask().catch((error: unknown) => {
      faults.push(error)
      return sleep(PAUSE_MS)
    })
  }
  return faults
}

testOnLinux.each(['SIGINT', 'SIGKILL'] as const)(
  'PostgreSQL ends by %s: the store is away to all, and back with it',
  async (signal) => {
    const things = client.db('store_down').collection<Thing>('things')
    const running = await runningDocumentDatabase(dataDir)
    if (!running) throw new Error('the document database does not run')
    const asking = Object.entries(questions).map(async ([name, ask]) => ({ name, faults: await faultsOf(() => ask(things)) }))
    await things.findOne({})
    process.kill(running.postgresPid, signal)
    for (const { name, faults } of await Promise.all(asking))
      for (const fault of faults) expect({ name, fault, isAway: isStoreAway(fault) }).toEqual({ name, fault, isAway: true })
    await start()
    await things.updateOne({ _id: 'a' }, { $set: { n: 1 } }, { upsert: true })
    expect(await things.findOne({ _id: 'a' })).toEqual({ _id: 'a', n: 1 })
  },
  90_000,
)
