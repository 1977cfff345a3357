import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fullBucket, limitRate } from './limit-rate.ts'

test('a burst goes through at once, then the rate, and Retry-After is true', () => {
  const limits = { requestsPerSecond: 2, burst: 3 }
  const bucket = fullBucket(limits, 0)
  expect([0, 0, 0].map((now) => limitRate(bucket, limits, now))).toEqual([null, null, null])
  expect(limitRate(bucket, limits, 0)).toMatchObject({ code: 'rate.limit.exceeded', headers: ['retry-after', '1'] })
  expect(limitRate(bucket, limits, 499)).not.toBeNull()
  expect(limitRate(bucket, limits, 500)).toBeNull()
  expect(limitRate(bucket, limits, 500)).not.toBeNull()
})

test('in no span of time more than burst plus rate × span, wherever calls and clock go', () => {
  const limits = { requestsPerSecond: 10, burst: 5 }
  fc.assert(
    fc.property(fc.array(fc.nat(400), { maxLength: 300 }), (waits) => {
      const bucket = fullBucket(limits, 0)
      let now = 0
      let passed = 0
      for (const wait of waits) {
        now += wait
        if (limitRate(bucket, limits, now) === null) passed++
      }
      expect(passed).toBeLessThanOrEqual(limits.burst + (now * limits.requestsPerSecond) / 1000)
    }),
  )
})

test('a clock that is set back does not lock a bank out', () => {
  const limits = { requestsPerSecond: 1, burst: 1 }
  const bucket = fullBucket(limits, 1_000_000)
  expect(limitRate(bucket, limits, 1_000_000)).toBeNull()
  expect(limitRate(bucket, limits, 0)).not.toBeNull()
  expect(limitRate(bucket, limits, 1_000)).toBeNull()
})
