// The rule of activation: once, from ASSIGNED or INACTIVE, for the customer whose kit it is.
// Rule: docs/rules.md#activation.
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import { decideActivation } from './activate-kit.ts'

const now = new Date('2026-11-20T10:00:00Z')
const at = { commandId: 'this-command', now }

test.each(['ASSIGNED', 'INACTIVE'] as const)('a kit that is %s becomes active and is announced', (status) => {
  expect(decideActivation(kit({ status }), ENTITY, at)).toEqual({
    kind: 'changed',
    set: { status: 'ACTIVE', activatedAt: now, changedAt: now, steps: [{ commandId: 'this-command', from: status, to: 'ACTIVE' }] },
    events: [
      {
        type: 'KitActivated',
        kitNo: KIT_NO,
        entityId: ENTITY,
        cardStatus: 'ACTIVE',
        previousStatus: status,
        activatedAt: '2026-11-20T10:00:00.000Z',
      },
    ],
  })
})

test.each([
  ['ACTIVE', 'card.already.active'],
  ['BLOCKED', 'card.already.blocked'],
  ['HOTLISTED', 'card.already.blocked'],
  ['CLOSED', 'card.already.closed'],
  ['LOCKED', 'card.status.active'],
  ['REPLACED', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active'],
  ['UNALLOCATED', 'MCC007'],
  ['RESERVED', 'MCC007'],
] as const)('a kit that is %s is refused with %s', (status, code) => {
  expect(decideActivation(kit({ status }), ENTITY, at)).toEqual(refuse(code))
})

test('a kit of somebody else is as unknown as one that does not exist, in every status', () => {
  for (const status of ['INACTIVE', 'ACTIVE', 'BLOCKED', 'CLOSED'] as const)
    expect(decideActivation(kit({ status }), 'somebody else', at)).toEqual(decideActivation(null, ENTITY, at))
  expect(decideActivation(null, ENTITY, at)).toEqual(refuse('MCC007'))
})

test('a rule leaves the kit it looks at alone', () => {
  const before = kit({ status: 'INACTIVE' })
  decideActivation(before, ENTITY, at)
  expect(before).toEqual(kit({ status: 'INACTIVE' }))
})
