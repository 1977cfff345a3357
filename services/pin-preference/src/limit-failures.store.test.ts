// The limit of failed card validations, on the real store.
// Rule: docs/rules.md#validation-limits.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TestBank } from '../test/test-bank.ts'
import { type LimitFailures, limitFailures, type Room, type Tried } from './limit-failures.ts'

const MINUTE_MS = 60_000
// The real now: the store's TTL compares what these tests write with its own clock.
const start = new Date()
const after = (minutes: number) => new Date(start.getTime() + minutes * MINUTE_MS)

let bank: TestBank
let limit: LimitFailures
let names = 0
beforeAll(async () => {
  bank = await TestBank.start()
  limit = limitFailures(bank.hsm)
})
afterAll(() => bank.close())

/** Something that nobody tried yet. */
const untried = (): Tried => {
  const name = String(names++).padStart(6, '0')
  return { mobileNo: `9876${name}`, cardNoLastSix: name, expiryDate: '0729', entityId: `c${name}` }
}
const take = (tried: Tried, now = start) => limit(tried, bank.tenant, now)
async function fail(times: number, tried: Tried, now = start): Promise<void> {
  for (let time = 0; time < times; time++) expect((await take(tried, now)).kind).toBe('taken')
}
const room = async (tried: Tried, now = start): Promise<Room> => {
  const taken = await take(tried, now)
  if (taken.kind !== 'taken') throw new Error('there was no room')
  return taken
}

test('ten failures are let through, the next call is told how long the window lasts', async () => {
  const tried = untried()
  await fail(1, tried)
  await fail(9, tried, after(4))
  expect(await take(tried, after(5))).toEqual({ kind: 'reached', retryAfterSeconds: 600 })
  expect(await take(tried, new Date(after(15).getTime() - 1))).toEqual({ kind: 'reached', retryAfterSeconds: 1 })
})

test('the window ends 15 minutes after the first failure, and a new one begins with the next', async () => {
  const tried = untried()
  await fail(10, tried)
  await fail(10, tried, after(15))
  expect(await take(tried, after(20))).toEqual({ kind: 'reached', retryAfterSeconds: 600 })
})

test.each([
  ['mobile number', ({ mobileNo }: Tried) => ({ ...untried(), mobileNo })],
  ['mobile number, written otherwise', ({ mobileNo }: Tried) => ({ ...untried(), mobileNo: `+91${mobileNo}` })],
  ['customer', ({ entityId }: Tried) => ({ ...untried(), ...(entityId !== undefined && { entityId }) })],
])('the same %s is limited whatever else is tried with it', async (_what, another) => {
  const tried = untried()
  await fail(10, tried)
  expect((await take(another(tried))).kind).toBe('reached')
})

test('last six digits and expiry are shared by many cards: ten strangers’ tries do not stop the holder, a hundred do', async () => {
  const { cardNoLastSix, expiryDate } = untried()
  const another = () => ({ ...untried(), cardNoLastSix, expiryDate })
  for (let stranger = 0; stranger < 99; stranger++) await fail(1, another())
  const holder = another()
  await fail(1, holder)
  expect((await take(another())).kind).toBe('reached')
  expect((await take({ ...another(), expiryDate: '0829' })).kind).toBe('taken')
  const later = await take(holder, after(15))
  expect(later.kind).toBe('taken')
})

test('something else is not limited, and a call that was refused counts for nothing', async () => {
  const tried = untried()
  await fail(10, tried)
  const other = { ...untried(), mobileNo: tried.mobileNo }
  for (let time = 0; time < 12; time++) expect((await take(other)).kind).toBe('reached')
  await fail(10, { ...other, mobileNo: untried().mobileNo })
})

test('a call that succeeded counts for nothing, however often', async () => {
  const tried = untried()
  await fail(9, tried)
  for (let time = 0; time < 12; time++) await (await room(tried)).giveBack()
  await fail(1, tried)
  expect((await take(tried)).kind).toBe('reached')
})

test('a success begins no window: the 15 minutes run from the first failure', async () => {
  const tried = untried()
  await (await room(tried)).giveBack()
  await fail(10, tried, after(10))
  expect(await take(tried, after(20))).toEqual({ kind: 'reached', retryAfterSeconds: 300 })
})

test('room that is given back after its window is not taken from the next one', async () => {
  const tried = untried()
  const late = await room(tried)
  await fail(10, tried, after(16))
  await late.giveBack()
  expect((await take(tried, after(16))).kind).toBe('reached')
})

test('of 30 calls at once ten get room, those that begin the count together among them', async () => {
  for (let round = 0; round < 10; round++) {
    const tried = untried()
    const taken = await Promise.all(Array.from({ length: 30 }, () => take(tried)))
    expect(taken.filter(({ kind }) => kind === 'taken')).toHaveLength(10)
  }
})

test('what was tried cannot be read from the store', async () => {
  const tried = untried()
  await (await room(tried)).writeUnreached()
  const kept = JSON.stringify(await bank.tenant.database.collection('requests').find({}).toArray())
  expect(kept).toMatch(/"failures [\w-]{43}"/)
  for (const value of [tried.mobileNo, tried.cardNoLastSix, tried.entityId ?? '']) expect(kept.includes(value)).toBe(false)
})
