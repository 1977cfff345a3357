// The jobs expire-kits and notice-renewals on the real store: which cards, once, in the bank's own
// time, carried on after a death. Rules: docs/rules.md#expiry, docs/rules.md#renewal-notice,
// docs/rules.md#the-banks-calendar.
import { randomUUID } from 'node:crypto'
import { type KitStatus, kitStatuses } from '@dcms/contract'
import { type Call, type Job, type JobRun, newlyStored, Scope, type Tenant } from '@dcms/service'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Kit, kitsOf } from '../src/kit.ts'
import { expireKits } from '../src/life/expire-kits.ts'
import { lastDueMonth, noticeRenewals } from '../src/life/notice-renewals.ts'
import { KitBank } from './kit-bank.ts'

/** 1 December 2026, 00:00, in India; still November in UTC. */
const december = new Date('2026-11-30T18:30:00Z')
const lastNovember = new Date('2026-11-30T18:29:59Z')
let bank: KitBank

beforeEach(async () => {
  bank = await KitBank.start()
})
afterEach(() => bank.close())

interface Ran {
  counts: object
  noted: unknown[]
}

/** Runs a job as the service does; `dieAfter`: the process is lost at that note. */
async function run(job: Job, asOf: Date, { checkpoint, dieAfter }: { checkpoint?: unknown; dieAfter?: number } = {}): Promise<Ran> {
  const ran: Ran = { counts: {}, noted: [] }
  const scopeOf = (commandId: string): Scope =>
    new Scope({
      tenant: bank.tenant,
      commandId,
      now: new Date(),
      requestId: `job-${commandId}`,
      user: 'kit',
      roles: [],
      relay: { nudge: () => undefined } as unknown as Call['relay'],
      sources: { of: () => undefined } as unknown as Call['sources'],
    })
  const note = async (reached: unknown, counts: object): Promise<void> => {
    ran.counts = counts
    ran.noted.push(JSON.parse(JSON.stringify(reached)))
    if (ran.noted.length === dieAfter) throw new Error('another process has taken this run over')
  }
  const given = { tenant: bank.tenant as Tenant, asOf, checkpoint, scopeOf, note, counts: {}, signal: new AbortController().signal }
  const running = job.run(given as JobRun)
  if (dieAfter === undefined) await running
  else await expect(running).rejects.toThrow('another process')
  return ran
}

let template: Kit | undefined
/** Kits of one expiry, stored as they stand. */
async function stock(expiry: string, statuses: readonly KitStatus[]): Promise<string[]> {
  template ??= await bank.issue('req7', 'ACTIVE')
  const kits = statuses.map(
    (status): Kit => ({ ...newlyStored({ ...(template as Kit), _id: `${expiry}${randomUUID().slice(0, 8)}` }), status, expiry }),
  )
  await kitsOf(bank.tenant).collection.insertMany(kits as never)
  return kits.map(({ _id }) => _id)
}
beforeEach(() => {
  template = undefined
})
const many = (count: number): KitStatus[] => Array.from({ length: count }, () => 'ACTIVE' as const)
const expired = () => kitsOf(bank.tenant).countDocuments({ status: 'EXPIRED_CARD' })

test('cards whose last month is over in the bank’s time zone expire, those of the month itself do not', async () => {
  const [november] = await stock('2611', ['ACTIVE'])
  const [thisMonth] = await stock('2612', ['ACTIVE'])
  await run(expireKits, lastNovember)
  expect((await bank.kit(november ?? '')).status).toBe('ACTIVE')
  expect((await run(expireKits, december)).counts).toEqual({ expired: 1 })
  const kit = await bank.kit(november ?? '')
  expect(kit.status).toBe('EXPIRED_CARD')
  expect(kit.outbox.map(({ payload }) => payload)).toEqual([
    {
      type: 'KitExpired',
      kitNo: november,
      entityId: 'req7',
      previousStatus: 'ACTIVE',
      cardStatus: 'EXPIRED_CARD',
      expiredAt: december.toISOString(),
    },
  ])
  expect((await bank.kit(thisMonth ?? '')).status).toBe('ACTIVE')
})

test('every card in a status that is not final expires, and no other', async () => {
  const statuses = kitStatuses.filter((status) => status !== 'RESERVED')
  const kitNos = await stock('2510', statuses)
  await run(expireKits, december)
  const after = await Promise.all(kitNos.map(async (kitNo) => (await bank.kit(kitNo)).status))
  const final: readonly KitStatus[] = ['HOTLISTED', 'REPLACED', 'EXPIRED_CARD', 'CLOSED']
  expect(after).toEqual(statuses.map((status) => (final.includes(status) ? status : 'EXPIRED_CARD')))
})

test('a run that died is carried on, and another run finds nothing left; each card is told of once', async () => {
  await stock('2609', many(1_200))
  const { noted } = await run(expireKits, december, { dieAfter: 1 })
  expect(await expired()).toBe(500)
  await run(expireKits, december, { checkpoint: noted.at(-1) })
  expect(await expired()).toBe(1_200)
  expect((await run(expireKits, december)).counts).toEqual({})
  expect(await kitsOf(bank.tenant).countDocuments({ status: 'EXPIRED_CARD', sequence: 1 })).toBe(1_200)
})

test('what the run before did and did not note is not done again', async () => {
  await stock('2609', many(20))
  await run(expireKits, december, { dieAfter: 1 })
  await run(expireKits, december)
  expect(await kitsOf(bank.tenant).countDocuments({ status: 'EXPIRED_CARD', sequence: 1 })).toBe(20)
})

test('the search for cards to expire uses its index', async () => {
  await stock('2609', many(50))
  const explained = await kitsOf(bank.tenant)
    .find({ status: 'ACTIVE', expiry: { $lt: '2612' } })
    .sort({ expiry: 1, _id: 1 })
    .limit(500)
    .explain('queryPlanner')
  expect(JSON.stringify(explained)).toMatch(/status_1_expiry_1__id_1/)
})

test('the holder of a card that ends within 30 days is told once, of a card that is not held nobody', async () => {
  const held = await stock('2612', ['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED'])
  const others = await stock('2612', ['UNALLOCATED', 'BLOCKED', 'HOTLISTED', 'REPLACED', 'CLOSED'])
  const later = await stock('2701', ['ACTIVE'])
  const over = await stock('2610', ['ACTIVE'])
  const asOf = new Date('2026-12-01T00:00:00Z')
  expect((await run(noticeRenewals, asOf)).counts).toEqual({ noticed: 4 })
  expect((await run(noticeRenewals, new Date('2026-12-02T00:00:00Z'))).counts).toEqual({})
  for (const kitNo of held) {
    const kit = await bank.kit(kitNo)
    expect(kit.renewalNoticedAt).toEqual(asOf)
    expect(kit.outbox.map(({ payload }) => payload)).toEqual([
      expect.objectContaining({
        type: 'KitRenewalDue',
        kitNo,
        entityId: 'req7',
        expDate: '2026-12-31T00:00:00.000+00:00',
        cardStatus: kit.status,
      }),
    ])
  }
  for (const kitNo of [...others, ...later, ...over]) expect((await bank.kit(kitNo)).sequence).toBe(0)
})

test.each([
  ['2026-12-01T00:00:00Z', 30, '2612'],
  ['2026-11-30T00:00:00Z', 30, '2611'],
  ['2026-11-30T19:00:00Z', 30, '2612'],
  ['2026-12-01T00:00:00Z', 61, '2701'],
  ['2026-12-31T00:00:00Z', 365, '2712'],
  ['2026-12-30T00:00:00Z', 365, '2711'],
])('at %s, %i days before: cards up to %s', (asOf, days, month) => {
  expect(lastDueMonth(new Date(asOf), days, 'Asia/Kolkata')).toBe(month)
})
