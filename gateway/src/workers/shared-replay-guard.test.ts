// What several workers count together: several of them in one thread, then in threads of their own.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { limitRate } from '../exchange/limit-rate.ts'
import { IAT_TOLERANCE_SECONDS } from '../pipeline/replay-guard.ts'
import { freeLockOf } from './shared-lock.ts'
import { control, newSharedMemory, SharedBanks, type SharedMemory } from './shared-memory.ts'
import { SharedReplayGuard } from './shared-replay-guard.ts'

const NOW = 1_795_000_000
const guardOf = (memory: SharedMemory, thread: number, perTenantMax?: number): SharedReplayGuard =>
  new SharedReplayGuard(memory, new SharedBanks(memory, thread), perTenantMax)

function guards(perTenantMax?: number): [SharedReplayGuard, SharedReplayGuard] {
  const memory = newSharedMemory(0)
  return [guardOf(memory, 1, perTenantMax), guardOf(memory, 2, perTenantMax)]
}

test('a jti that one worker took is seen by all, per tenant', () => {
  const [one, two] = guards()
  expect(two.has('A', 'x', NOW)).toBe(false)
  expect(one.record('A', 'x', NOW, NOW)).toBe('fresh')
  expect(two.has('A', 'x', NOW)).toBe(true)
  expect(two.record('A', 'x', NOW, NOW)).toBe('seen')
  expect(two.record('A', 'x', NOW + 200, NOW + 100)).toBe('seen')
  expect(two.record('B', 'x', NOW, NOW)).toBe('fresh')
  expect(one.record('B', 'x', NOW, NOW)).toBe('seen')
})

test('the cap of a tenant holds over all workers, until messages go out of date; other tenants are not concerned', () => {
  const [one, two] = guards(3)
  expect([one.record('A', 'a', NOW, NOW), two.record('A', 'b', NOW, NOW), one.record('A', 'c', NOW, NOW)]).toEqual(
    Array.from({ length: 3 }, () => 'fresh'),
  )
  expect([one.record('A', 'd', NOW, NOW), two.record('A', 'd', NOW, NOW)]).toEqual(['full', 'full'])
  expect(two.record('A', 'a', NOW, NOW)).toBe('seen')
  expect(two.record('B', 'd', NOW, NOW)).toBe('fresh')
  const later = NOW + IAT_TOLERANCE_SECONDS + 61
  expect(two.record('A', 'd', later, later)).toBe('fresh')
})

test('as many as a busy bank sends are each found again, and what is out of date makes room', () => {
  const memory = newSharedMemory(0, 256)
  const guard = guardOf(memory, 1)
  const count = 10_000
  for (let round = 0; round < 4; round++) {
    const now = NOW + round * 1_000
    let fresh = 0
    for (let number = 0; number < count; number++) if (guard.record('A', `jti-${number}`, now + (number % 60), now) === 'fresh') fresh++
    let found = 0
    for (let number = 0; number < count; number++) if (guard.has('A', `jti-${number}`, now + 30)) found++
    expect([fresh, found]).toEqual([count, count])
  }
  expect(new Uint32Array(memory.control)[control.messagesUsed]).toBeLessThan(1.5 * count)
})

test('whichever worker, and whatever the order of messages and time: while its iat would be taken, a jti is never fresh twice', () => {
  const step = fc.record({
    worker: fc.nat(1),
    jti: fc.nat(20).map(String),
    waitSeconds: fc.nat(200),
    away: fc.integer({ min: -300, max: 300 }),
  })
  const memory = newSharedMemory(0)
  const both = [guardOf(memory, 1), guardOf(memory, 2)] as const
  let run = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const tenant = `T${run++ % 1_000}`
      const validUntil = new Map<string, number>()
      let now = NOW + run * 1_000_000 // another run of the same tenant is long ago
      for (const { worker, jti, waitSeconds, away } of steps) {
        now += waitSeconds
        const outcome = both[worker as 0 | 1].record(tenant, jti, now + away, now)
        if ((validUntil.get(jti) ?? 0) >= now) expect(outcome).toBe('seen')
        else if (!validUntil.has(jti)) expect(outcome).toBe('fresh')
        if (outcome === 'fresh') validUntil.set(jti, now + away + IAT_TOLERANCE_SECONDS)
      }
    }),
  )
})

/** Runs the same text in so many threads at once, and returns what each of them posts. */
async function inThreads(count: number, text: string, memory: SharedMemory): Promise<number[]> {
  const source = `
    import { parentPort, workerData } from 'node:worker_threads'
    const { thread, memory, folder } = workerData
    const { SharedBanks } = await import(folder + '/shared-memory.ts')
    const { SharedReplayGuard } = await import(folder + '/shared-replay-guard.ts')
    const { limitRate } = await import(folder + '/../exchange/limit-rate.ts')
    const banks = new SharedBanks(memory, thread)
    const guard = new SharedReplayGuard(memory, banks)
    ${text}`
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`)
  const folder = `file://${import.meta.dirname}`
  const threads = Array.from({ length: count }, (_, index) => new Worker(url, { workerData: { thread: index + 1, memory, folder } }))
  return await Promise.all(
    threads.map(async (thread) => {
      const [posted] = await once(thread, 'message')
      await thread.terminate()
      return posted
    }),
  )
}

test('threads that record the same messages at the same time: each message is fresh in exactly one', async () => {
  const count = 50_000
  const fresh = await inThreads(
    3,
    `let fresh = 0
     for (let number = 0; number < ${count}; number++)
       if (guard.record('T' + (number % 7), 'jti-' + number, ${NOW}, ${NOW}) === 'fresh') fresh++
     parentPort.postMessage(fresh)`,
    newSharedMemory(0),
  )
  expect(fresh.reduce((sum, each) => sum + each)).toBe(count)
})

test('threads that take calls at the same time: the bucket gives what one thread would get', async () => {
  const passed = await inThreads(
    3,
    `const limits = { requestsPerSecond: 1, burst: 10_000 }
     const bucket = banks.bucketFor('A', limits, ${NOW * 1000})
     let passed = 0
     for (let number = 0; number < 20_000; number++) if (limitRate(bucket, limits, ${NOW * 1000}) === null) passed++
     parentPort.postMessage(passed)`,
    newSharedMemory(0),
  )
  expect(passed.reduce((sum, each) => sum + each)).toBe(10_000)
})

test('a bucket is filled by the first to ask for it, and shared by all', () => {
  const memory = newSharedMemory(0)
  const limits = { requestsPerSecond: 1, burst: 2 }
  const [one, two] = [1, 2].map((thread) => new SharedBanks(memory, thread).bucketFor('A', limits, NOW * 1000))
  if (one === undefined || two === undefined) throw new Error('no buckets')
  expect([limitRate(one, limits, NOW * 1000), limitRate(two, limits, NOW * 1000)]).toEqual([null, null])
  expect(limitRate(one, limits, NOW * 1000)).toMatchObject({ code: 'rate.limit.exceeded' })
  const later = new SharedBanks(memory, 3).bucketFor('A', limits, NOW * 1000)
  expect(limitRate(later, limits, NOW * 1000)).toMatchObject({ code: 'rate.limit.exceeded' })
})

test('a lock that a dead thread held is freed, and no other', () => {
  const memory = newSharedMemory(0)
  const words = new Int32Array(memory.control)
  new SharedBanks(memory, 7).lock.acquire() // and dies
  freeLockOf(words, 8)
  expect(words[0]).toBe(7)
  freeLockOf(words, 7)
  expect(guardOf(memory, 9).record('A', 'x', NOW, NOW)).toBe('fresh')
})
