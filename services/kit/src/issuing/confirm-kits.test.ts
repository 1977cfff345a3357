// The rule of confirming reserved kits.
import { kitIssuedEvent, validatorOf } from '@dcms/contract'
import { refuse, unchanged } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import { decideConfirmation } from './confirm-kits.ts'

const now = new Date('2026-11-20T10:00:00Z')
const at = { commandId: 'this-command', now }
const reservation = { commandId: 'register-1', until: new Date('2026-11-20T10:10:00Z') }
const reserved = kit({ status: 'RESERVED', reservation, tierType: 'CLASSICONE' })

test('a reserved kit becomes INACTIVE, remembers its command, loses its reservation and is announced whole', () => {
  const decision = decideConfirmation(reserved, 'register-1', at)
  expect(decision).toEqual({
    kind: 'changed',
    set: {
      status: 'INACTIVE',
      issuedBy: 'register-1',
      changedAt: now,
      steps: [{ commandId: 'this-command', from: 'RESERVED', to: 'INACTIVE' }],
    },
    unset: ['reservation'],
    events: [
      {
        type: 'KitIssued',
        kitNo: KIT_NO,
        entityId: ENTITY,
        accountNo: '8642135',
        productId: '2003_VIRTUAL',
        productName: 'Savings virtual',
        tierType: 'CLASSICONE',
        bin: '608040',
        maskedCardNumber: '608040XXXXXX6954',
        cardCategory: 'DEBIT',
        cardType: 'VIRTUAL',
        networkType: 'RUPAY',
        cardStatus: 'INACTIVE',
        expDate: '2031-11-30T00:00:00.000+00:00',
        issuedAt: '2026-11-20T10:00:00.000Z',
      },
    ],
  })
  if (decision.kind === 'changed') expect(validatorOf(kitIssuedEvent.schema)(structuredClone(decision.events[0])).valid).toBe(true)
  expect(JSON.stringify(decision)).not.toContain('sealed')
})

test('a repeat of the command that confirmed it changes nothing, whatever became of the kit meanwhile', () => {
  for (const status of ['INACTIVE', 'ACTIVE', 'BLOCKED'] as const)
    expect(decideConfirmation(kit({ status, issuedBy: 'register-1' }), 'register-1', at)).toEqual(unchanged)
})

test.each([
  ['does not exist (a reservation that was given up)', null],
  ['is reserved for another command', kit({ status: 'RESERVED', reservation: { ...reservation, commandId: 'register-2' } })],
  ['was confirmed by another command', kit({ status: 'INACTIVE', issuedBy: 'register-2' })],
  ['is of a time before commands were remembered', kit({ status: 'ACTIVE' })],
])('a kit that %s is refused', (_what, each) => {
  expect(decideConfirmation(each, 'register-1', at)).toEqual(refuse('MCC007'))
})
