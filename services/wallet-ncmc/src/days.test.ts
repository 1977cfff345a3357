import { expect, test } from '@jest/globals'
import { isWithin, localTimeOf, rangeOfDays } from './days.ts'

const zone = 'Asia/Kolkata'
const now = new Date('2026-01-05T20:00:00Z') // the sixth of January in India
const of = (startDate?: string, endDate?: string) =>
  rangeOfDays({ ...(startDate !== undefined && { startDate }), ...(endDate !== undefined && { endDate }) }, zone, now)

test('days are inclusive and of the bank’s own time zone', () => {
  const { range, faults } = of('01-01-2026', '02-01-2026')
  expect(faults).toEqual([])
  expect(range).toEqual({ $gte: new Date('2025-12-31T18:30:00Z'), $lt: new Date('2026-01-02T18:30:00Z') })
  expect([range.$gte, new Date('2026-01-02T18:29:59.999Z'), range.$lt].map((at) => at && isWithin(at, range))).toEqual([true, true, false])
})

test('a day that is left out is no bound', () => {
  expect(of()).toEqual({ range: {}, faults: [] })
  expect(of('01-01-2026').range).not.toHaveProperty('$lt')
  expect(of(undefined, '01-01-2020')).toMatchObject({ range: { $lt: expect.any(Date) }, faults: [] })
})

test.each([
  ['31-02-2026', '01-03-2026', 'startDate is not a day of the calendar'],
  ['01-01-2026', '30-02-2026', 'endDate is not a day of the calendar'],
  ['02-01-2026', '01-01-2026', 'startDate is after endDate'],
  ['01-01-2025', '30-06-2025', null],
  ['01-01-2025', '01-07-2025', 'there are more than 180 days between startDate and endDate'],
  ['10-07-2025', undefined, null],
  ['09-07-2025', undefined, 'there are more than 180 days between startDate and endDate'],
])('from %s to %s: %s', (startDate, endDate, fault) => expect(of(startDate, endDate).faults).toEqual(fault === null ? [] : [fault]))

test('an instant is shown as the bank’s clocks show it', () => {
  expect(localTimeOf(new Date('2024-05-08T11:27:48Z'), zone)).toBe('2024-05-08T16:57:48')
})
