// Every event that the table names and that changes a card's status says which one it is now.
import { describe, expect, test } from '@jest/globals'
import { validatorOf } from '../wire/validate.ts'
import { cardLife, type KitEventType } from './card-life.ts'
import { kitEvents } from './endpoints.ts'
import { isKitEventType, statusChangeOf } from './status-change.ts'

const exampleOf = (type: string) => {
  const event = kitEvents.find((each) => each.type === type)
  if (!event) throw new Error(`the contract has no event ${type}`)
  return event
}
const steps = Object.values(cardLife).flatMap((row) =>
  Object.entries(row).flatMap(([from, step]) => ('to' in step ? [{ from, to: step.to, event: step.event }] : [])),
)
const changing = [...new Set(steps.map(({ event }) => event))].filter((event) => event !== 'KitUpgraded')

describe.each(changing)('%s', (type: KitEventType) => {
  const { example, schema } = exampleOf(type)

  test('its example says a status that the table leads to, and when', () => {
    const change = statusChangeOf(example)
    expect(steps.filter(({ event }) => event === type).map(({ to }) => to)).toContain(change?.cardStatus)
    expect(new Date(change?.at ?? '').toISOString()).toBe(change?.at)
  })

  test('a status that there is none of is no event of the contract', () => {
    expect(validatorOf(schema)({ ...example, cardStatus: 'LOST' }).valid).toBe(false)
  })
})

test.each([
  ['KitLocked', 'LOCKED'],
  ['KitUnlocked', 'ACTIVE'],
  ['KitActivated', 'ACTIVE'],
  ['KitBlocked', 'BLOCKED'],
  ['KitHotlisted', 'HOTLISTED'],
  ['KitReplaced', 'REPLACED'],
  ['KitExpired', 'EXPIRED_CARD'],
  ['KitClosed', 'CLOSED'],
])('%s of an earlier release, which did not say it, means %s', (type, cardStatus) => {
  const { cardStatus: _unsaid, ...earlier } = exampleOf(type).example as { type: string; cardStatus?: string }
  expect(statusChangeOf(earlier)).toMatchObject({ cardStatus })
})

test.each(['KitUpgraded', 'ShipmentBooked', 'CvvRevealed', 'KitRenewalDue'])('%s changes no status', (type) => {
  expect(statusChangeOf(exampleOf(type).example as { type: string })).toBeNull()
})

test('what an object inherits is no event type', () => {
  expect(['constructor', 'toString', '__proto__'].filter(isKitEventType)).toEqual([])
})
