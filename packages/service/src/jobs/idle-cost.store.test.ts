// What banks at rest cost the store: counted by the driver, statement by statement, over an hour by
// the processes' own clock.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import mongoose, { type Connection } from 'mongoose'
import { pino } from 'pino'
import type { Tenant } from '../store/tenant.ts'
import { SweepBoard } from './sweep-board.ts'
import { type Sweep, Sweeper, type SweeperOptions } from './sweeps.ts'

const BANKS = 20
const PROCESSES = 2
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

const HOUR_MS = 60 * 60_000

/**
 * So many processes of a service with these sweeps, each of which asks the store once and finds
 * nothing.
 */
async function serviceWith(banks: number, periods: readonly Pick<Sweep, 'idleEveryMs' | 'idleEveryMaxMs'>[]) {
  const database = connection.useDb(`${connection.name}_${randomBytes(3).toString('hex')}`, { useCache: true })
  const tenants = Array.from({ length: banks }, (_, at) => ({ id: `BANK_${at}` }) as Tenant)
  const run = async (): Promise<undefined> => {
    await database.collection('kits').findOne({ successorPendingAt: { $exists: true } })
  }
  const clock = { nowMs: Date.now() }
  const board = new SweepBoard(database)
  await board.prepare()
  const options: SweeperOptions = {
    sweeps: periods.map((each, at): Sweep => ({ name: `sweep ${at}`, everyMs: 3_000, ...each, run })),
    board,
    tenantOf: (id) => tenants.find((each) => each.id === id),
    scopeOf: () => {
      throw new Error('no sweep found anything')
    },
    signal: new AbortController().signal,
    logger: pino({ level: 'silent' }),
    nowMs: () => clock.nowMs,
  }
  const processes = Array.from({ length: PROCESSES }, () => new Sweeper(options))
  for (const each of processes) await Promise.all(tenants.map((tenant) => each.begin(tenant)))
  /**
   * What banks cost within so long, the looks aside: these are one statement, be it one bank or
   * all.
   */
  const costOfBanks = async (ms: number, lookEveryMs: number): Promise<number> => {
    statements = 0
    const looks = ms / lookEveryMs
    for (let look = 0; look < looks; look++) {
      clock.nowMs += lookEveryMs
      for (const each of processes) await each.look()
    }
    return statements - looks * PROCESSES
  }
  return { costOfBanks, drop: () => database.dropDatabase() }
}

test('400 banks that have just come to rest and two processes of a service with four sweeps: fewer than four statements a second', async () => {
  const minutes = [30, 30, 15, 10]
  const { costOfBanks, drop } = await serviceWith(
    BANKS,
    minutes.map((each) => ({ idleEveryMs: each * 60_000, idleEveryMaxMs: each * 60_000 })),
  )
  const ofBanks = ((await costOfBanks(HOUR_MS, 15_000)) / 3_600) * (400 / BANKS)
  const ofLooks = PROCESSES / LOOK_EVERY_SECONDS
  expect(ofBanks).toBeGreaterThan(0.5) // each bank is swept now and then
  expect(ofBanks + ofLooks).toBeLessThan(4)
  await drop()
})

test('banks that stay at rest cost a service nearly nothing: forty as much as four', async () => {
  const days: number[] = []
  for (const banks of [4, 40]) {
    const { costOfBanks, drop } = await serviceWith(banks, [{}, { idleEveryMs: HOUR_MS }])
    await costOfBanks(24 * HOUR_MS, HOUR_MS)
    days.push(await costOfBanks(24 * HOUR_MS, HOUR_MS))
    await drop()
  }
  const [ofFour = 0, ofForty = 0] = days
  const looksADay = (24 * 3_600 * PROCESSES) / LOOK_EVERY_SECONDS
  expect(ofFour).toBeGreaterThan(0) // each bank is swept now and then
  expect((looksADay + ofForty) / (looksADay + ofFour)).toBeLessThan(1.02)
})
