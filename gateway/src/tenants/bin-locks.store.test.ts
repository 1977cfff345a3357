// BINs held while they are applied: one at a time, and nobody waits for a process that died longer
// than its lease.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import mongoose, { type Connection, type mongo } from 'mongoose'
import { type BinLockDocument, holdingBins } from './bin-locks.ts'

let connection: Connection
let locks: mongo.Collection<BinLockDocument>
beforeAll(async () => {
  connection = await mongoose.createConnection(process.env.MONGO_URL ?? '').asPromise()
  const database = connection.useDb(`t${randomBytes(5).toString('hex')}_gateway`)
  locks = database.collection('binLocks') as unknown as mongo.Collection<BinLockDocument>
})
afterAll(async () => {
  await connection.useDb(locks.dbName).dropDatabase()
  await connection.close()
})

test('of BINs that lie within each other one is worked on at a time, of others as many as come', async () => {
  let [atOnce, most] = [0, 0]
  const work = async (): Promise<void> => {
    most = Math.max(most, ++atOnce)
    await new Promise((resolve) => setTimeout(resolve, 20))
    atOnce--
  }
  await Promise.all(['608039', '60803912', '60803999'].map((bin) => holdingBins(locks, [bin], bin, work)))
  expect(most).toBe(1)
  await Promise.all(['608040', '608041'].map((bin) => holdingBins(locks, [bin], bin, work)))
  expect(most).toBe(2)
  expect(await locks.countDocuments()).toBe(0)
})

test('several BINs in any order never wait for each other, and are let go when the work fails', async () => {
  const both = (holder: string, bins: string[]) => holdingBins(locks, bins, holder, async (areHeld) => areHeld())
  const all = Array.from({ length: 6 }, (_, position) => both(`h${position}`, position % 2 ? ['608050', '608051'] : ['608051', '608050']))
  expect(await Promise.all(all)).toEqual(Array(6).fill(true))
  await expect(holdingBins(locks, ['608050'], 'failing', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await locks.countDocuments()).toBe(0)
})

test('what a process held that died is taken over after its lease, and not before', async () => {
  await locks.insertOne({ _id: '608060', holder: 'dead', until: new Date(Date.now() - 1) })
  expect(await holdingBins(locks, ['608060'], 'next', async () => 'done')).toBe('done')
  await locks.insertOne({ _id: '608061', holder: 'alive', until: new Date(Date.now() + 60_000) })
  expect(await holdingBins(locks, ['608061'], 'next', async () => 'done')).toBe('busy')
  expect(await locks.findOne({ _id: '608061' })).toMatchObject({ holder: 'alive' })
}, 15_000)
