// What banks at rest cost the store: counted by the driver, statement by statement, over an hour by the processes' own clock.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import mongoose, { type Connection } from 'mongoose'
import { pino } from 'pino'
import type { Tenant } from '../store/tenant.ts'
import { SweepBoard } from './sweep-board.ts'
import { type Sweep, Sweeper } from './sweeps.ts'

const BANKS = 20
const PROCESSES = 2
const MINUTES = 60
/** One look in so many seconds is what a process does where all is quiet. */
const LOOK_EVERY_SECONDS = 3

let connection: Connection
let statements = 0
beforeAll(async () => {
  const { MONGO_URL } = process.env
  if (!MONGO_URL) throw new Error('MONGO_URL is not set: run this test by `npm test`, which starts the engines')
  connection = mongoose.createConnection(MONGO_URL, { monitorCommands: true, dbName: `t${randomBytes(5).toString('hex')}` })
  await connection.asPromise()
  connection.getClient().on('commandStarted', () => statements++)
})
afterAll(async () => {
  await connection.dropDatabase()
  await connection.close()
})

test('400 banks at rest and two processes of a service with four sweeps: fewer than four statements a second', async () => {
  const tenants = Array.from({ length: BANKS }, (_, at) => ({ id: `BANK_${at}` }) as Tenant)
  const statement = async (): Promise<undefined> => {
    await connection.collection('kits').findOne({ successorPendingAt: { $exists: true } })
  }
  const minutes = [30, 30, 15, 10]
  const sweeps = minutes.map((each, at): Sweep => ({ name: `sweep ${at}`, everyMs: 3_000, idleEveryMs: each * 60_000, run: statement }))
  const clock = { nowMs: Date.now() }
  const board = new SweepBoard(connection)
  await board.prepare()
  const processes = Array.from(
    { length: PROCESSES },
    () =>
      new Sweeper({
        sweeps,
        board,
        tenantOf: (id) => tenants.find((each) => each.id === id),
        scopeOf: () => {
          throw new Error('no sweep found anything')
        },
        signal: new AbortController().signal,
        logger: pino({ level: 'silent' }),
        nowMs: () => clock.nowMs,
      }),
  )
  for (const each of processes) await Promise.all(tenants.map((tenant) => each.begin(tenant)))
  statements = 0
  // Four looks a minute find all that is due; the looks in between, which find nothing, are added.
  for (let look = 0; look < MINUTES * 4; look++) {
    clock.nowMs += 15_000
    for (const each of processes) await each.look()
  }
  const seconds = MINUTES * 60
  const looks = MINUTES * 4 * PROCESSES
  const ofBanks = ((statements - looks) / seconds) * (400 / BANKS)
  const ofLooks = PROCESSES / LOOK_EVERY_SECONDS
  expect(ofBanks).toBeGreaterThan(0.5) // each bank is swept now and then
  expect(ofBanks + ofLooks).toBeLessThan(4)
})
