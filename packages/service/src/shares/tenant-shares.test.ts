// Sharing out places: half for one bank alone, always room for another, queues that are bounded and
// taken in turn.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { TenantShares } from './tenant-shares.ts'
import { NotBegun, withinShare } from './within-share.ts'

function sharesOf(places: number, waitingPlaces: number) {
  const shares = new TenantShares({ name: 'test', places, waitingPlaces })
  const begun: string[] = []
  const enter = (tenant: string, name = tenant, isGivenUp = () => false): boolean =>
    shares.enter(tenant, { begin: () => void begun.push(name), isGivenUp })
  return { shares, begun, enter }
}

const countOf = (begun: readonly string[], tenant: string): number => begun.filter((each) => each === tenant).length

test('one bank alone gets half of the places, and others still find theirs, the third one too', () => {
  const { begun, enter } = sharesOf(64, 1_000)
  for (let call = 0; call < 100; call++) enter('SLOW_BANK')
  expect(countOf(begun, 'SLOW_BANK')).toBe(32)
  for (let call = 0; call < 100; call++) enter('SECOND_BANK')
  expect(countOf(begun, 'SECOND_BANK')).toBe(16)
  expect(enter('THIRD_BANK')).toBe(true)
  expect(countOf(begun, 'THIRD_BANK')).toBe(1)
})

test('a bank waits in a queue of its own, which has an end', () => {
  const { shares, begun, enter } = sharesOf(4, 6)
  expect(Array.from({ length: 6 }, () => enter('SLOW_BANK'))).toEqual([true, true, true, true, true, false])
  expect([begun.length, shares.waiting]).toEqual([2, 3])
  expect(enter('OTHER_BANK')).toBe(true)
})

test('places that come free go round among the banks that wait', () => {
  const { shares, begun, enter } = sharesOf(2, 10)
  enter('A_BANK', 'a1')
  enter('B_BANK', 'b1')
  for (const [tenant, name] of [
    ['A_BANK', 'a2'],
    ['A_BANK', 'a3'],
    ['B_BANK', 'b2'],
  ] as const)
    enter(tenant, name)
  for (const tenant of ['A_BANK', 'B_BANK', 'A_BANK', 'B_BANK', 'A_BANK']) shares.leave(tenant)
  expect(begun).toEqual(['a1', 'b1', 'a2', 'b2', 'a3'])
  expect([shares.running, shares.waiting]).toEqual([0, 0])
})

test('what was given up meanwhile is not begun and makes room in the queue', () => {
  const { shares, begun, enter } = sharesOf(2, 4)
  let isGivenUp = false
  enter('A_BANK', 'first')
  for (const name of ['second', 'third']) enter('A_BANK', name, () => isGivenUp)
  isGivenUp = true
  expect(enter('A_BANK', 'fourth')).toBe(true)
  shares.leave('A_BANK')
  expect(begun).toEqual(['first', 'fourth'])
})

test('the deadline counts the queue: work that waited too long is refused and never begun', async () => {
  const shares = new TenantShares({ name: 'the courier', places: 2, waitingPlaces: 10 })
  const use = { shares, tenant: 'A_BANK' }
  const first = withinShare({ ...use, deadlineAtMs: Date.now() + 2_000 }, () => sleep(300))
  let hasBegun = false
  const waiting = withinShare({ ...use, deadlineAtMs: Date.now() + 50 }, async () => {
    hasBegun = true
  })
  await expect(waiting).rejects.toThrow(NotBegun)
  await first
  expect(hasBegun).toBe(false)
  expect(await withinShare({ ...use, deadlineAtMs: Date.now() + 1_000 }, async (msLeft) => msLeft <= 1_000)).toBe(true)
  expect([shares.running, shares.waiting]).toEqual([0, 0])
})
