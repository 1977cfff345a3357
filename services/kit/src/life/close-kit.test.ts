// The rule of closing: from every status but CLOSED, by an operator, and of a kit in stock too.
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import { decideClosing } from './close-kit.ts'

const now = new Date('2026-11-20T10:00:00Z')
const at = { commandId: 'this-command', now }
const by = { operator: 'asha', reason: 'account closed' }
const before = ['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED', 'BLOCKED', 'HOTLISTED', 'REPLACED', 'EXPIRED_CARD'] as const

test.each(before)('a kit that is %s is closed, and who did it and why is told', (status) => {
  expect(decideClosing(kit({ status }), by, at)).toEqual({
    kind: 'changed',
    set: { status: 'CLOSED', changedAt: now, steps: [{ commandId: 'this-command', from: status, to: 'CLOSED' }] },
    events: [
      {
        type: 'KitClosed',
        kitNo: KIT_NO,
        cardStatus: 'CLOSED',
        entityId: ENTITY,
        previousStatus: status,
        reason: 'account closed',
        changer: 'asha',
        closedAt: '2026-11-20T10:00:00.000Z',
      },
    ],
  })
})

test('of a kit in stock no customer is told, and no reason where none was given', () => {
  const { entityId: _nobody, ...inStock } = kit({ status: 'UNALLOCATED' })
  const decision = decideClosing(inStock, { operator: 'asha', reason: undefined }, at)
  const [event] = decision.kind === 'changed' ? decision.events : []
  expect(event).toEqual({
    type: 'KitClosed',
    kitNo: KIT_NO,
    cardStatus: 'CLOSED',
    previousStatus: 'UNALLOCATED',
    changer: 'asha',
    closedAt: '2026-11-20T10:00:00.000Z',
  })
})

test('a closed one is refused; a reserved one and none at all are unknown', () => {
  expect(decideClosing(kit({ status: 'CLOSED' }), by, at)).toEqual(refuse('card.already.closed'))
  expect(decideClosing(kit({ status: 'RESERVED' }), by, at)).toEqual(refuse('MCC007'))
  expect(decideClosing(null, by, at)).toEqual(refuse('MCC007'))
})
