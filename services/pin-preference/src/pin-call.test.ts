// Which cards take PIN calls: those in use or yet to be activated; every other status has its refusal.
// Rule: docs/rules.md#pin-by-status.
import { expect, test } from '@jest/globals'
import { refusalOf } from './pin-call.ts'

test.each([
  ['ASSIGNED', null],
  ['INACTIVE', null],
  ['ACTIVE', null],
  ['BLOCKED', 'card.blocked'],
  ['HOTLISTED', 'card.blocked'],
  ['LOCKED', 'card.status.active'],
  ['REPLACED', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active'],
  ['CLOSED', 'card.status.active'],
  ['UNALLOCATED', 'MCC007'],
] as const)('a card that is %s: %s', (status, refusal) => {
  expect(refusalOf(status)).toBe(refusal)
})
