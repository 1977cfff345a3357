// Sweeps by the board: every bank once at the start, banks at work every few seconds by one
// process, banks at rest next to never.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TestBank, until } from '../../test/test-bank.ts'
import { databaseName } from '../store/store.ts'
import type { Tenant } from '../store/tenant.ts'
import { SweepBoard } from './sweep-board.ts'
import { type Sweep, Sweeper, type SweeperOptions } from './sweeps.ts'

let bank: TestBank
beforeAll(async () => {
  bank = await TestBank.start()
})
afterAll(() => bank.close())

let names = 0
const boardOf = () => new SweepBoard(bank.connection.useDb(databaseName(bank.installation, `kit${names++}` as 'kit'), { useCache: true }))
const banks = (count: number): Tenant[] => Array.from({ length: count }, (_, at) => ({ ...bank.tenant, id: `BANK_${at}` }))

/** A process with a clock of its own. */
function processOf(board: SweepBoard, tenants: readonly Tenant[], run: Sweep['run'], changes: Partial<Sweep & SweeperOptions> = {}) {
  const ending = new AbortController()
  const clock = { nowMs: Date.now() }
  const active: string[] = []
  const sweeper = new Sweeper({
    sweeps: [{ name: 'tidy', everyMs: 3_000, idleEveryMs: 30 * 60_000, run, ...changes }],
    board,
    tenantOf: (id) => tenants.find((each) => each.id === id),
    scopeOf: (_tenant, commandId) => bank.scope({ commandId }),
    onActive: (tenant) => active.push(tenant),
    signal: ending.signal,
    logger: bank.logger,
    nowMs: () => clock.nowMs,
    ...changes,
  })
  return { sweeper, clock, active, end: () => ending.abort() }
}

test('a process sweeps each bank once when it begins to serve it', async () => {
  const swept: string[] = []
  const tenants = banks(5)
  const { sweeper } = processOf(boardOf(), tenants, async (_scopeOf, { id }) => void swept.push(id))
  await Promise.all(tenants.map((tenant) => sweeper.begin(tenant)))
  expect(swept.sort()).toEqual(tenants.map(({ id }) => id))
})

test('what a process that died left is found by another within seconds: by the clock of a bank at work, told by the first write', async () => {
  const board = boardOf()
  const [tenant] = banks(1) as [Tenant]
  const swept: string[] = []
  const dying = processOf(board, [tenant], async () => undefined)
  const other = processOf(board, [tenant], async () => void swept.push('other'))
  for (const each of [dying, other]) await each.sweeper.begin(tenant)
  swept.length = 0
  dying.sweeper.touched(tenant.id)
  await until('it was told', async () => (await board.due(new Date(other.clock.nowMs + 2_000))).length === 1)
  for (let second = 0; second < 30; second++) {
    other.clock.nowMs += 1_000
    await other.sweeper.look()
  }
  expect(swept.length).toBeGreaterThanOrEqual(9)
  expect(other.active).toContain(tenant.id)
  other.clock.nowMs += 5 * 60_000 // and no longer than it is at work
  await other.sweeper.look()
  await other.sweeper.look()
  swept.length = 0
  for (let second = 0; second < 60; second++) {
    other.clock.nowMs += 1_000
    await other.sweeper.look()
  }
  expect(swept.length).toBeLessThanOrEqual(1)
})

test('a bank that stays at rest is swept ever more rarely, up to a bound; one that was at work as often as before', async () => {
  const board = boardOf()
  const [tenant] = banks(1) as [Tenant]
  const at: number[] = []
  const run = async (): Promise<undefined> => void at.push(clock.nowMs)
  const { sweeper, clock } = processOf(board, [tenant], run, { idleEveryMaxMs: 4 * 60 * 60_000 })
  const rest = async (hours: number): Promise<number[]> => {
    at.length = 0
    for (let minute = 0; minute < hours * 60; minute += 10) {
      clock.nowMs += 10 * 60_000
      await sweeper.look()
    }
    return at.map((ms, position) => (ms - (at[position - 1] ?? ms)) / 3_600_000).slice(1)
  }
  await sweeper.begin(tenant)
  const pauses = await rest(20)
  for (const [position, hours] of [0.5, 1, 2, 4, 4].entries()) {
    expect(pauses[position]).toBeGreaterThan(hours * 0.89)
    expect(pauses[position]).toBeLessThan(hours * 1.11 + 1 / 6) // it is looked every ten minutes
  }
  sweeper.touched(tenant.id)
  await until('it was told', async () => (await board.due(new Date(clock.nowMs + 2_000))).length === 1)
  expect((await rest(2)).length).toBeGreaterThanOrEqual(2)
})

test('a bank that comes to work while its sweep at rest is being taken is swept as one at work', async () => {
  const board = boardOf()
  const now = new Date()
  await board.place([{ tenant: 'BANK_0', sweep: 'tidy', dueAt: now }])
  const [read] = await board.due(now)
  if (!read) throw new Error('nothing is due')
  await board.wake('BANK_0', ['tidy'], now, new Date(now.getTime() + 1_000))
  expect(await board.take(read, new Date(now.getTime() + 30 * 60_000), 1)).toBe(false)
  const [still] = await board.due(now)
  expect(still?.activeUntil?.getTime()).toBeGreaterThan(now.getTime())
})

test('two processes share the work: each run is one of theirs', async () => {
  const board = boardOf()
  const [tenant] = banks(1) as [Tenant]
  let runs = 0
  const both = [0, 1].map(() => processOf(board, [tenant], async () => void runs++))
  for (const each of both) await each.sweeper.begin(tenant)
  both[0]?.sweeper.touched(tenant.id)
  await until('it was told', async () => (await board.due(new Date(Date.now() + 2_000))).length === 1)
  runs = 0
  for (let second = 0; second < 30; second++) {
    for (const each of both) each.clock.nowMs += 1_000
    await Promise.all(both.map((each) => each.sweeper.look()))
  }
  expect(runs).toBeGreaterThanOrEqual(9)
  expect(runs).toBeLessThanOrEqual(11)
})

test('a sweep that fails comes again with growing pauses, long after the bank was last at work', async () => {
  const board = boardOf()
  const [tenant] = banks(1) as [Tenant]
  const at: number[] = []
  const { sweeper, clock } = processOf(board, [tenant], async () => {
    at.push(clock.nowMs)
    throw new Error('the partner is away')
  })
  sweeper.touched(tenant.id)
  await until('it was told', async () => (await board.due(new Date(clock.nowMs + 2_000))).length === 1)
  const begunMs = clock.nowMs
  for (let second = 0; second < 300; second++) {
    clock.nowMs += 1_000
    await sweeper.look()
  }
  const pauses = at.map((ms, position) => ms - (at[position - 1] ?? begunMs)).slice(1)
  expect(pauses.slice(0, 4)).toEqual([3_000, 6_000, 12_000, 24_000].map((ms) => expect.closeTo(ms, -4)))
  expect(Math.max(...pauses)).toBeLessThanOrEqual(62_000)
  expect((at.at(-1) ?? 0) - begunMs).toBeGreaterThan(200_000)
})

test('a run that lasts keeps no other bank waiting', async () => {
  const board = boardOf()
  const tenants = banks(3)
  const hanging = Promise.withResolvers<void>()
  const swept: string[] = []
  const { sweeper, clock } = processOf(board, tenants, async (_scopeOf, { id }) => {
    if (id === 'BANK_0') await hanging.promise
    swept.push(id)
  })
  for (const { id } of tenants) sweeper.touched(id)
  await until('all were told', async () => (await board.due(new Date(clock.nowMs + 2_000))).length === 3)
  clock.nowMs += 2_000
  await sweeper.look()
  expect(swept.sort()).toEqual(['BANK_1', 'BANK_2'])
  hanging.resolve()
})

test('a run that left more to do after seconds of work is followed at once, one that left it after a moment by the clock', async () => {
  const runsOf = async (worksMs: number): Promise<number> => {
    const board = boardOf()
    const [tenant] = banks(1) as [Tenant]
    let runs = 0
    const { sweeper, clock, end } = processOf(board, [tenant], async () => {
      clock.nowMs += worksMs
      return ++runs < 100 ? { position: String(runs) } : undefined
    })
    sweeper.touched(tenant.id)
    await until('it was told', async () => (await board.due(new Date(clock.nowMs + 2_000))).length === 1)
    clock.nowMs += 2_000
    const looking = sweeper.start()
    await until('it was looked for', async () => runs > 0)
    await sleep(1_500)
    end()
    await looking
    return runs
  }
  expect(await runsOf(3_000)).toBeGreaterThan(5)
  expect(await runsOf(100)).toBeLessThanOrEqual(3)
})
