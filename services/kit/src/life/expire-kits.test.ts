// The end of a card's last month: what is still in its life ends, what has ended stays.
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import { decideExpiry } from './expire-kits.ts'

const now = new Date('2031-11-30T18:30:00Z')
const at = { commandId: 'this-command', now }

test.each(['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED', 'BLOCKED'] as const)('a card that is %s expires', (status) => {
  expect(decideExpiry(kit({ status }), at)).toEqual({
    kind: 'changed',
    set: { status: 'EXPIRED_CARD', changedAt: now, steps: [{ commandId: 'this-command', from: status, to: 'EXPIRED_CARD' }] },
    events: [
      {
        type: 'KitExpired',
        kitNo: KIT_NO,
        cardStatus: 'EXPIRED_CARD',
        entityId: ENTITY,
        previousStatus: status,
        expiredAt: '2031-11-30T18:30:00.000Z',
      },
    ],
  })
})

test('a kit in stock expires without a customer', () => {
  const { entityId: _nobody, ...inStock } = kit({ status: 'UNALLOCATED' })
  const decision = decideExpiry(inStock, at)
  expect(decision).toMatchObject({ events: [{ type: 'KitExpired', previousStatus: 'UNALLOCATED' }] })
  expect(decision.kind === 'changed' && decision.events[0]).not.toHaveProperty('entityId')
})

test.each([
  ['RESERVED', 'MCC007'],
  ['HOTLISTED', 'card.status.active'],
  ['REPLACED', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active'],
  ['CLOSED', 'card.already.closed'],
] as const)('one that is %s: %s', (status, code) => {
  expect(decideExpiry(kit({ status }), at)).toEqual(refuse(code))
})
