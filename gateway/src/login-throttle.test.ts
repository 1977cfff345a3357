import { expect, test } from '@jest/globals'
import { FAILURES_MAX, LoginThrottle } from './login-throttle.ts'

const MINUTE_MS = 60_000

test('so many failures, then a pause until the window ends', () => {
  const throttle = new LoginThrottle()
  for (let count = 0; count < FAILURES_MAX; count++) expect(throttle.begin('A:u', 0)).toBeNull()
  expect(throttle.begin('A:u', 5 * MINUTE_MS)).toMatchObject({ code: 'rate.limit.exceeded', headers: ['retry-after', '600'] })
  expect(throttle.begin('A:v', 5 * MINUTE_MS)).toBeNull()
  expect(throttle.begin('A:u', 15 * MINUTE_MS)).toBeNull()
})

test('log-ins that succeed do not count, and give a guesser nothing', () => {
  const throttle = new LoginThrottle()
  for (let count = 0; count < FAILURES_MAX - 1; count++) throttle.begin('A:u', 0)
  for (let count = 0; count < 100; count++) {
    expect(throttle.begin('A:u', 0)).toBeNull()
    throttle.takeBack('A:u')
  }
  expect(throttle.begin('A:u', 0)).toBeNull()
  expect(throttle.begin('A:u', 0)).not.toBeNull()
})
