import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dayOf, instantOf, localTimeOf, rangeOf } from './bank-time.ts'

const NAMES = ['fromDate', 'toDate'] as const

test('a time without a zone is of the bank’s time zone', () => {
  expect(instantOf('2025-01-10 10:00:00', 'Asia/Kolkata')?.toISOString()).toBe('2025-01-10T04:30:00.000Z')
  expect(localTimeOf(new Date('2025-01-10T04:30:00.000Z'), 'Asia/Kolkata')).toBe('2025-01-10 10:00:00')
})

test('what was written is read as the same instant', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1970-01-02'), max: new Date('2200-01-01'), noInvalidDate: true }),
      fc.constantFrom('Asia/Kolkata', 'Asia/Dubai', 'UTC'),
      (instant, zone) => instantOf(localTimeOf(instant, zone), zone)?.getTime() === Math.floor(instant.getTime() / 1000) * 1000,
    ),
  )
})

test('days that the calendar does not have are no time', () => {
  for (const text of ['2025-02-29 00:00:00', '2025-04-31 10:00:00', 'tomorrow']) expect(instantOf(text, 'Asia/Kolkata')).toBeNull()
  expect(instantOf('2028-02-29 00:00:00', 'Asia/Kolkata')).not.toBeNull()
})

test('a range has both its ends in it, the last second to its end', () => {
  expect(rangeOf(['2025-01-01 00:00:00', '2025-01-01 23:59:59'], NAMES, 'UTC')).toEqual({
    range: { $gte: new Date('2025-01-01T00:00:00Z'), $lt: new Date('2025-01-02T00:00:00Z') },
    faults: [],
  })
  expect(rangeOf([undefined, undefined], NAMES, 'UTC')).toEqual({ range: undefined, faults: [] })
  expect(rangeOf(['2025-01-01 00:00:00', undefined], NAMES, 'UTC').range).toEqual({ $gte: new Date('2025-01-01T00:00:00Z') })
})

test('each end that is no day is named, and a range that ends before it begins', () => {
  expect(rangeOf(['2025-02-30 00:00:00', '2025-02-31 00:00:00'], NAMES, 'UTC').faults).toEqual([
    'fromDate is not a day of the calendar',
    'toDate is not a day of the calendar',
  ])
  expect(rangeOf(['2025-01-02 00:00:00', '2025-01-01 00:00:00'], NAMES, 'UTC').faults).toEqual(['fromDate is after toDate'])
})

test('a day is that of the bank’s own calendar, and months are the calendar’s', () => {
  expect(dayOf(new Date('2025-01-30T18:29:59Z'), 'Asia/Kolkata')).toBe('2025-01-30')
  expect(dayOf(new Date('2025-01-30T18:30:00Z'), 'Asia/Kolkata')).toBe('2025-01-31')
  expect(dayOf(new Date('2025-01-30T18:30:00Z'), 'Asia/Kolkata', 1)).toBe('2025-02-28')
})
