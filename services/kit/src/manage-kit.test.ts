// The rule of locking, unlocking and blocking: decisions, row 20, cell by cell.
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { ENTITY, KIT_NO, kit } from '../test/kits.ts'
import { decideManagement } from './manage-kit.ts'

const now = new Date('2026-11-20T10:00:00Z')
const operations = ['LOCK', 'UNLOCK', 'BLOCK'] as const

/** Present status, then what LOCK, UNLOCK and BLOCK come to. */
const table = [
  ['ASSIGNED', 'card.status.active', 'card.status.active', 'BLOCKED'],
  ['INACTIVE', 'card.status.active', 'card.status.active', 'BLOCKED'],
  ['ACTIVE', 'LOCKED', 'card.status.active', 'BLOCKED'],
  ['LOCKED', 'card.status.active', 'ACTIVE', 'BLOCKED'],
  ['BLOCKED', 'card.blocked', 'card.blocked', 'card.already.blocked'],
  ['HOTLISTED', 'card.status.active', 'card.status.active', 'card.status.active'],
  ['REPLACED', 'card.status.active', 'card.status.active', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active', 'card.status.active', 'card.status.active'],
  ['CLOSED', 'card.already.closed', 'card.already.closed', 'card.already.closed'],
  ['UNALLOCATED', 'MCC007', 'MCC007', 'MCC007'],
  ['RESERVED', 'MCC007', 'MCC007', 'MCC007'],
] as const
const cells = table.flatMap(([status, ...ends]) =>
  operations.map((operation, column) => [status, operation, ends[column] ?? 'MCC007'] as const),
)

test.each(cells)('a kit that is %s under %s: %s', (status, operation, end) => {
  const decision = decideManagement(kit({ status }), { entityId: ENTITY, operation }, now)
  if (end !== 'LOCKED' && end !== 'ACTIVE' && end !== 'BLOCKED') return expect(decision).toEqual(refuse(end))
  const type = { LOCK: 'KitLocked', UNLOCK: 'KitUnlocked', BLOCK: 'KitBlocked' }[operation]
  expect(decision).toEqual({
    kind: 'changed',
    set: { status: end, changedAt: now },
    events: [{ type, kitNo: KIT_NO, entityId: ENTITY, previousStatus: status, changedAt: '2026-11-20T10:00:00.000Z' }],
  })
})

test('who did it, why and where is told in the event', () => {
  const audit = { reason: 'CUSTOMER_REQUEST', changer: 'asha', channel: 'IVR' } as const
  expect(decideManagement(kit({ status: 'ACTIVE' }), { entityId: ENTITY, operation: 'LOCK', ...audit }, now)).toMatchObject({
    events: [audit],
  })
})

test('a kit of somebody else, one without an owner and one that does not exist are all unknown', () => {
  const { entityId: _nobody, ...unowned } = kit({ status: 'ACTIVE' })
  for (const each of [null, kit({ status: 'ACTIVE', entityId: 'somebody else' }), unowned])
    expect(decideManagement(each, { entityId: ENTITY, operation: 'LOCK' }, now)).toEqual(refuse('MCC007'))
})
