// The end of an upgrade: the old card is replaced, unless it ended otherwise meanwhile.
import { unchanged } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import { decideTakeOver } from './take-over.ts'

const now = new Date('2026-11-20T10:00:00Z')
const at = { commandId: 'this-command', now }
const NEW = '4240171509'

test.each(['ACTIVE', 'LOCKED', 'BLOCKED'] as const)('a card that is %s is replaced by the new one', (status) => {
  expect(decideTakeOver(kit({ status }), NEW, at)).toEqual({
    kind: 'changed',
    set: {
      status: 'REPLACED',
      changedAt: now,
      steps: [{ commandId: 'this-command', from: status, to: 'REPLACED', newKitNo: NEW }],
    },
    events: [
      {
        type: 'KitReplaced',
        kitNo: KIT_NO,
        cardStatus: 'REPLACED',
        entityId: ENTITY,
        previousStatus: status,
        changedAt: '2026-11-20T10:00:00.000Z',
        newKitNo: NEW,
        operation: 'TAKE_OVER',
      },
    ],
  })
})

test.each(['ASSIGNED', 'INACTIVE', 'HOTLISTED', 'REPLACED', 'EXPIRED_CARD', 'CLOSED', 'RESERVED', 'UNALLOCATED'] as const)(
  'a card that is %s stays what it is, and nothing is told',
  (status) => {
    expect(decideTakeOver(kit({ status }), NEW, at)).toEqual(unchanged)
  },
)

test('nothing happens where the card is gone', () => {
  expect(decideTakeOver(null, NEW, at)).toEqual(unchanged)
})
