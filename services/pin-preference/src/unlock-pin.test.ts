// The rule of an operator's unlock.
// Rule: docs/rules.md#pin-tries.
import { unchanged } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { decideUnlock } from './unlock-pin.ts'

const now = new Date('2026-11-21T10:00:00Z')
const reference = { method: 'PVV', keyVersion: 1, value: '1234' } as const
const setAt = new Date('2026-11-20T10:00:00Z')

test('a locked PIN stays what it was, has all its tries again, and the operator is told of', () => {
  const input = { kitNo: '4240181647', operator: 'asha', reason: 'identified' }
  expect(decideUnlock({ pin: { reference, setAt, tries: 3, lockedAt: setAt } }, 'req7', input, now)).toEqual({
    kind: 'changed',
    set: { pin: { reference, setAt, tries: 0 } },
    events: [
      { type: 'PinUnlocked', kitNo: '4240181647', entityId: 'req7', operator: 'asha', reason: 'identified', unlockedAt: now.toISOString() },
    ],
  })
})

test('a PIN that is not locked keeps its count, and a card without PIN has nothing to unlock', () => {
  const input = { kitNo: '4240181647', operator: 'asha' }
  expect(decideUnlock({ pin: { reference, setAt, tries: 2 } }, 'req7', input, now)).toEqual(unchanged)
  expect(decideUnlock({}, 'req7', input, now)).toEqual(unchanged)
})
