// The rule of setting a PIN.
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { decideSetPin } from './set-pin.ts'

const now = new Date('2026-11-21T10:00:00Z')
const reference = { method: 'PVV', keyVersion: 1, value: '1234' } as const
const locked = { reference: { ...reference, value: '0000' }, setAt: new Date(0), tries: 3, lockedAt: new Date(1) }
const input = { entityId: 'req7', reference, setOnce: false }

test.each([
  ['the first PIN', undefined, true],
  ['a further PIN of a locked card', locked, false],
])('%s has all its tries, and is announced as first or not', (_what, pin, firstPin) => {
  expect(decideSetPin({ _id: '4240181647', ...(pin && { pin }) }, input, now)).toEqual({
    kind: 'changed',
    set: { pin: { reference, setAt: now, tries: 0 } },
    events: [{ type: 'PinSet', kitNo: '4240181647', entityId: 'req7', firstPin, setAt: '2026-11-21T10:00:00.000Z' }],
  })
})

test('where a PIN is set once, the first is taken and a further one refused', () => {
  const setOnce = { ...input, setOnce: true }
  expect(decideSetPin({ _id: '1' }, setOnce, now)).toMatchObject({ kind: 'changed' })
  expect(decideSetPin({ _id: '1', pin: locked }, setOnce, now)).toEqual(refuse('pin.already.set'))
})
