// Slowing guesses down without locking anybody out.
import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Refusal } from '../exchange/exchange.ts'
import { fullBucket } from '../exchange/limit-rate.ts'
import type { RegisteredTenant } from '../tenants/tenants.ts'
import { KnownSources } from './known-sources.ts'
import { type Attempt, FAILURES_MAX, LoginThrottle, PER_SOURCE, STRANGERS_PER_USER } from './login-throttle.ts'

const MINUTE_MS = 60_000
const HOME = '192.0.2.1'
const quiet = pino({ level: 'silent' })

/** The collection of sources, as far as it is asked. */
class Stored {
  readonly at = new Map<string, Date>()
  reads = 0
  readonly collection = {
    findOne: async ({ _id }: { _id: string }) => {
      this.reads++
      const at = this.at.get(_id)
      return at === undefined ? null : { _id, at }
    },
    bulkWrite: async (writes: { updateOne: { filter: { _id: string }; update: { $max: { at: Date } } } }[]) => {
      for (const { updateOne } of writes) this.at.set(updateOne.filter._id, updateOne.update.$max.at)
    },
  } as never
}

const throttleOver = (stored = new Stored()): LoginThrottle => new LoginThrottle(new KnownSources(stored.collection, quiet))
const fail = async (throttle: LoginThrottle, user: string, source: string, nowMs: number): Promise<boolean> =>
  !((await throttle.begin(user, source, nowMs)) instanceof Refusal)
async function begun(throttle: LoginThrottle, user: string, source: string, nowMs: number): Promise<Attempt> {
  const attempt = await throttle.begin(user, source, nowMs)
  if (attempt instanceof Refusal) throw new Error('refused')
  return attempt
}
const strangers = (count: number): string[] => Array.from({ length: count }, (_, number) => `198.51.${number >> 8}.${number & 255}`)

test('so many failures of one user from one source, then a pause until the window ends', async () => {
  const throttle = throttleOver()
  for (let count = 0; count < FAILURES_MAX; count++) expect(await fail(throttle, 'A:u', HOME, 0)).toBe(true)
  expect(await throttle.begin('A:u', HOME, 5 * MINUTE_MS)).toMatchObject({ code: 'rate.limit.exceeded', headers: ['retry-after', '600'] })
  expect(await fail(throttle, 'A:v', HOME, 5 * MINUTE_MS)).toBe(true)
  expect(await fail(throttle, 'A:u', '192.0.2.2', 5 * MINUTE_MS)).toBe(true)
  expect(await fail(throttle, 'A:u', HOME, 15 * MINUTE_MS)).toBe(true)
})

test('log-ins that succeed do not count, and give a guesser nothing', async () => {
  const throttle = throttleOver()
  for (let count = 0; count < FAILURES_MAX - 1; count++) await fail(throttle, 'A:u', HOME, 0)
  for (let count = 0; count < 100; count++) (await begun(throttle, 'A:u', HOME, 0)).takeBack()
  expect(await fail(throttle, 'A:u', HOME, 0)).toBe(true)
  expect(await fail(throttle, 'A:u', HOME, 0)).toBe(false)
})

test('many strangers guess at one user: they get slower, and the user logs in from where it always does', async () => {
  const stored = new Stored()
  const throttle = throttleOver(stored)
  ;(await begun(throttle, 'A:u', HOME, 0)).takeBack()
  throttle.succeeded('A', 'A:u', HOME, 0)
  const taken = await Promise.all(strangers(300).map((source) => fail(throttle, 'A:u', source, 0)))
  expect(taken.filter(Boolean)).toHaveLength(STRANGERS_PER_USER.burst)
  expect(await throttle.begin('A:u', '203.0.113.1', 0)).toMatchObject({ code: 'rate.limit.exceeded', headers: ['retry-after', '18'] })
  expect(await fail(throttle, 'A:u', '203.0.113.1', 18_000)).toBe(true)
  expect(await begun(throttle, 'A:u', HOME, 18_000)).toMatchObject({ isKnown: true })
  // Another process, or this one after a restart, learns it from the store when it matters.
  const other = throttleOver(stored)
  await Promise.all(strangers(STRANGERS_PER_USER.burst).map((source) => fail(other, 'A:u', source, 0)))
  expect(await fail(other, 'A:u', '203.0.113.1', 0)).toBe(false)
  expect(await begun(other, 'A:u', HOME, 0)).toMatchObject({ isKnown: true })
})

test('the store is not asked without end, and a source that it does not know is a stranger', async () => {
  const stored = new Stored()
  const throttle = throttleOver(stored)
  const nowMs = Date.now()
  for (const source of strangers(1_000)) await fail(throttle, 'A:u', source, nowMs)
  expect(stored.reads).toBeLessThanOrEqual(200)
})

test('a source is known for a month after its last log-in', async () => {
  const stored = new Stored()
  const known = new KnownSources(stored.collection, quiet)
  known.note(['A:u 192.0.2.1'], 0)
  const day = 24 * 60 * MINUTE_MS
  expect([known.has('A:u 192.0.2.1', 29 * day), known.has('A:u 192.0.2.1', 30 * day)]).toEqual([true, false])
  expect(await new KnownSources(stored.collection, quiet).lookUp('A:u 192.0.2.1', 30 * day)).toBe(false)
})

const tenant = (): RegisteredTenant => {
  const limits = { requestsPerSecond: 500, burst: 1_000 }
  return { id: 'A', limits, loginBucket: fullBucket(limits, 0), strangersLoginBucket: fullBucket(limits, 0) } as never
}

test('one source has a small rate of failures whatever the user; log-ins that succeed give it back', async () => {
  const throttle = throttleOver()
  const bank = tenant()
  for (let count = 0; count < 500; count++) {
    expect(await throttle.admit(bank, HOME, 0)).toBeNull()
    ;(await begun(throttle, 'A:u', HOME, 0)).takeBack()
  }
  for (let count = 0; count < PER_SOURCE.burst; count++) expect(await throttle.admit(bank, HOME, 0)).toBeNull()
  expect(await throttle.admit(bank, HOME, 0)).toMatchObject({ code: 'rate.limit.exceeded', headers: ['retry-after', '1'] })
  expect(await throttle.admit(bank, '192.0.2.2', 0)).toBeNull()
  expect(await throttle.admit(bank, HOME, 1_000)).toBeNull()
})

test('strangers that use up the log-in rate of a bank do not stop those it knows', async () => {
  const throttle = throttleOver()
  const bank = tenant()
  throttle.succeeded('A', 'A:u', HOME, 0)
  const admitted = await Promise.all(strangers(3_000).map(async (source) => (await throttle.admit(bank, source, 0)) === null))
  expect(admitted.filter(Boolean)).toHaveLength(1_000)
  expect(await throttle.admit(bank, HOME, 0)).toBeNull()
})
