// The rule of counting PIN tries.
// Rule: docs/rules.md#pin-tries.
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import type { PinState } from './card.ts'
import { decideTry } from './try-pin.ts'

const now = new Date('2026-11-21T10:00:00Z')
const reference = { method: 'PVV', keyVersion: 1, value: '1234' } as const
const state = (change: Partial<PinState> = {}): PinState => ({ reference, setAt: new Date('2026-11-20T10:00:00Z'), tries: 0, ...change })
const decide = (pin: PinState, matches: boolean, pinTriesMax = 3) =>
  decideTry('4240181647', pin, { entityId: 'req7', matches, pinTriesMax }, now)

test('a wrong PIN below the limit is counted and nobody is told', () => {
  expect(decide(state({ tries: 1 }), false)).toEqual({ kind: 'changed', set: { pin: state({ tries: 2 }) }, events: [] })
})

test('the wrong PIN that reaches the limit locks, and the lock is announced', () => {
  expect(decide(state({ tries: 2 }), false)).toEqual({
    kind: 'changed',
    set: { pin: state({ tries: 3, lockedAt: now }) },
    events: [{ type: 'PinLocked', kitNo: '4240181647', entityId: 'req7', tries: 3, lockedAt: '2026-11-21T10:00:00.000Z' }],
    evenWhenFull: true,
  })
})

test('a limit of one locks at once, and a limit that was lowered locks at the next wrong PIN', () => {
  expect(decide(state(), false, 1)).toMatchObject({ set: { pin: { tries: 1, lockedAt: now } } })
  expect(decide(state({ tries: 4 }), false)).toMatchObject({ set: { pin: { tries: 5, lockedAt: now } } })
})

test('a right PIN sets the counter back, and is committed even where it stands at zero', () => {
  for (const tries of [0, 2])
    expect(decide(state({ tries }), true)).toEqual({ kind: 'changed', set: { pin: state({ tries: 0 }) }, events: [] })
})

test('a right PIN takes the reference under a newer key along', () => {
  const renewed = { ...reference, keyVersion: 2, value: '9876' }
  const decision = decideTry('4240181647', state(), { entityId: 'req7', matches: true, pinTriesMax: 3, renewed }, now)
  expect(decision).toMatchObject({ set: { pin: { reference: renewed } } })
})

test('a locked PIN is refused, right or wrong', () => {
  for (const matches of [true, false]) expect(decide(state({ tries: 3, lockedAt: now }), matches)).toEqual(refuse('pin.locked'))
})
