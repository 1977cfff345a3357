import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { IAT_TOLERANCE_SECONDS, ReplayGuard } from './replay-guard.ts'

const NOW = 1_795_000_000

test('a jti is fresh once, per tenant', () => {
  const guard = new ReplayGuard()
  expect(guard.has('A', 'x', NOW)).toBe(false)
  expect(guard.record('A', 'x', NOW, NOW)).toBe('fresh')
  expect(guard.has('A', 'x', NOW)).toBe(true)
  expect(guard.record('A', 'x', NOW, NOW)).toBe('seen')
  expect(guard.record('A', 'x', NOW + 200, NOW + 100)).toBe('seen')
  expect(guard.record('B', 'x', NOW, NOW)).toBe('fresh')
})

test('at the cap of a tenant it is full, until messages go out of date; other tenants are not concerned', () => {
  const guard = new ReplayGuard(3)
  for (const jti of ['a', 'b', 'c']) expect(guard.record('A', jti, NOW, NOW)).toBe('fresh')
  expect(guard.record('A', 'd', NOW, NOW)).toBe('full')
  expect(guard.record('A', 'a', NOW, NOW)).toBe('seen')
  expect(guard.record('B', 'd', NOW, NOW)).toBe('fresh')
  const later = NOW + IAT_TOLERANCE_SECONDS + 31
  expect(guard.record('A', 'd', later, later)).toBe('fresh')
})

test('as many as a busy bank sends are each found again', () => {
  const guard = new ReplayGuard()
  const count = 100_000
  let fresh = 0
  for (let number = 0; number < count; number++) if (guard.record('A', `jti-${number}`, NOW + (number % 60), NOW) === 'fresh') fresh++
  let found = 0
  for (let number = 0; number < count; number++) if (guard.has('A', `jti-${number}`, NOW + 30)) found++
  expect([fresh, found]).toEqual([count, count])
})

test('whatever the order of messages and time: while its iat would be taken, a jti is never fresh twice', () => {
  const step = fc.record({
    jti: fc.nat(20).map(String),
    waitSeconds: fc.nat(200),
    away: fc.integer({ min: -300, max: 300 }),
    sweep: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const guard = new ReplayGuard()
      const validUntil = new Map<string, number>()
      let now = NOW
      for (const { jti, waitSeconds, away, sweep } of steps) {
        now += waitSeconds
        if (sweep) guard.expire(now)
        const outcome = guard.record('A', jti, now + away, now)
        if ((validUntil.get(jti) ?? 0) >= now) expect(outcome).toBe('seen')
        if (outcome === 'fresh') validUntil.set(jti, now + away + IAT_TOLERANCE_SECONDS)
      }
    }),
  )
})
