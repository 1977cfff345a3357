// What the rules ask of each status, spelled out once more: the table cannot change unnoticed.
// Rule: docs/rules.md#pin-by-status.
import { describe, expect, test } from '@jest/globals'
import { type CardStatus, cardStatuses, statusesThat, traitsOf } from './card-statuses.ts'

test.each([
  ['isLiving', ['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED']],
  ['isShippable', ['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED']],
  ['holdsAccount', ['ACTIVE', 'LOCKED']],
  ['awaitsActivation', ['ASSIGNED', 'INACTIVE']],
  ['isRenewed', ['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED']],
  ['isFoundByHolder', ['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED']],
  ['isFoundWithPin', ['ASSIGNED', 'INACTIVE', 'ACTIVE']],
  ['delaysPinMailer', ['LOCKED']],
] as const)('%s holds for %j', (trait, statuses) => {
  expect(statusesThat(trait)).toEqual(statuses)
})

describe.each(['pinRefusal', 'preferenceRefusal', 'cvvRefusal'] as const)('%s', (question) => {
  const expected: Record<typeof question, Partial<Record<CardStatus, string | null>>> = {
    pinRefusal: { ASSIGNED: null, INACTIVE: null, ACTIVE: null, LOCKED: 'card.status.active' },
    // A locked card takes preferences: it is in use again once it is unlocked.
    preferenceRefusal: { ASSIGNED: null, INACTIVE: null, ACTIVE: null, LOCKED: null },
    // Only an active card shows its CVV.
    cvvRefusal: { ASSIGNED: 'card.status.active', INACTIVE: 'card.status.active', ACTIVE: null, LOCKED: 'card.status.active' },
  }
  const forAll = {
    UNALLOCATED: 'MCC007',
    BLOCKED: 'card.blocked',
    HOTLISTED: 'card.blocked',
    REPLACED: 'card.status.active',
    EXPIRED_CARD: 'card.status.active',
    CLOSED: 'card.status.active',
  }
  test.each(cardStatuses)('%s', (status) => {
    expect(traitsOf(status)[question]).toBe({ ...forAll, ...expected[question] }[status])
  })
})
