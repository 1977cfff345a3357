// Following the gateway's clock.
import { expect, test } from '@jest/globals'
import { GatewayClock } from './gateway-clock.ts'

const at = (time: string): number => Date.parse(`2026-01-05T${time}Z`)

test('a Date header within its second changes nothing', () => {
  const now = at('10:00:00.900')
  const clock = new GatewayClock(() => now)
  expect(clock.follow('Mon, 05 Jan 2026 10:00:00 GMT', now - 5)).toBe(false)
  expect(clock.nowMs()).toBe(now)
})

test.each([-7_200_000, -301_000, 5_000, 86_400_000])('a gateway that is %d ms away is followed to the second', (aheadMs) => {
  const now = at('10:00:00.250')
  const clock = new GatewayClock(() => now)
  expect(clock.follow(new Date(now + aheadMs).toUTCString(), now - 10)).toBe(true)
  expect(Math.abs(clock.nowMs() - (now + aheadMs))).toBeLessThanOrEqual(1_000)
})

test.each([undefined, 'yesterday'])('the header %p is ignored', (header) => {
  const clock = new GatewayClock(() => at('10:00:00'))
  expect(clock.follow(header, at('10:00:00'))).toBe(false)
})
