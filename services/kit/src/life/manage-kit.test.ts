// Locking, unlocking, blocking and hotlisting: the table in the description of manageKit, cell by
// cell. Replacing has its own test. Rules: docs/rules.md#locking-and-blocking,
// docs/rules.md#hotlisting.
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import { decideManagement } from './manage-kit.ts'

const now = new Date('2026-11-20T10:00:00Z')
const at = { commandId: 'this-command', now }
const operations = ['LOCK', 'UNLOCK', 'BLOCK', 'HOTLIST'] as const
const ends = ['LOCKED', 'ACTIVE', 'BLOCKED', 'HOTLISTED'] as const

/** Present status, then what LOCK, UNLOCK, BLOCK and HOTLIST come to. */
const table = [
  ['ASSIGNED', 'card.status.active', 'card.status.active', 'BLOCKED', 'HOTLISTED'],
  ['INACTIVE', 'card.status.active', 'card.status.active', 'BLOCKED', 'HOTLISTED'],
  ['ACTIVE', 'LOCKED', 'card.status.active', 'BLOCKED', 'HOTLISTED'],
  ['LOCKED', 'card.status.active', 'ACTIVE', 'BLOCKED', 'HOTLISTED'],
  ['BLOCKED', 'card.blocked', 'card.blocked', 'card.already.blocked', 'HOTLISTED'],
  ['HOTLISTED', 'card.status.active', 'card.status.active', 'card.status.active', 'card.status.active'],
  ['REPLACED', 'card.status.active', 'card.status.active', 'card.status.active', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active', 'card.status.active', 'card.status.active', 'card.status.active'],
  ['CLOSED', 'card.already.closed', 'card.already.closed', 'card.already.closed', 'card.already.closed'],
  ['UNALLOCATED', 'MCC007', 'MCC007', 'MCC007', 'MCC007'],
  ['RESERVED', 'MCC007', 'MCC007', 'MCC007', 'MCC007'],
] as const
const cells = table.flatMap(([status, ...row]) =>
  operations.map((operation, column) => [status, operation, row[column] ?? 'MCC007'] as const),
)

test.each(cells)('a kit that is %s under %s: %s', (status, operation, outcome) => {
  const decision = decideManagement(kit({ status }), { entityId: ENTITY, operation }, at)
  const end = ends.find((each) => each === outcome)
  if (!end) return expect(decision).toEqual({ kind: 'refused', code: outcome })
  const type = { LOCK: 'KitLocked', UNLOCK: 'KitUnlocked', BLOCK: 'KitBlocked', HOTLIST: 'KitHotlisted' }[operation]
  expect(decision).toEqual({
    kind: 'changed',
    set: { status: end, changedAt: now, steps: [{ commandId: 'this-command', from: status, to: end }] },
    events: [{ type, kitNo: KIT_NO, entityId: ENTITY, cardStatus: end, previousStatus: status, changedAt: '2026-11-20T10:00:00.000Z' }],
  })
})

test('who did it, why and where is told in the event', () => {
  const audit = { reason: 'CUSTOMER_REQUEST', changer: 'asha', channel: 'IVR' } as const
  expect(decideManagement(kit({ status: 'ACTIVE' }), { entityId: ENTITY, operation: 'LOCK', ...audit }, at)).toMatchObject({
    events: [audit],
  })
})

test('a kit of somebody else, one without an owner and one that does not exist are all unknown', () => {
  const { entityId: _nobody, ...unowned } = kit({ status: 'ACTIVE' })
  for (const each of [null, kit({ status: 'ACTIVE', entityId: 'somebody else' }), unowned])
    expect(decideManagement(each, { entityId: ENTITY, operation: 'LOCK' }, at)).toEqual(refuse('MCC007'))
})

test('of the steps that a kit remembers the oldest go', () => {
  let each = kit({ status: 'ACTIVE' })
  for (let count = 0; count < 20; count++) {
    const operation = each.status === 'ACTIVE' ? 'LOCK' : 'UNLOCK'
    const decision = decideManagement(each, { entityId: ENTITY, operation }, { commandId: `command-${count}`, now })
    if (decision.kind === 'changed') each = { ...each, ...decision.set }
  }
  expect(each.steps?.map(({ commandId }) => commandId)).toEqual([12, 13, 14, 15, 16, 17, 18, 19].map((count) => `command-${count}`))
})
