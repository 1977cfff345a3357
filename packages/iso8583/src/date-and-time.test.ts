import { expect, test } from '@jest/globals'
import { readLocalTime, readTransmissionTime, writeTransmissionTime } from './date-and-time.ts'

test.each([
  ['2026-06-15T12:00:00Z', '0615115959', '2026-06-15T11:59:59.000Z'],
  ['2027-01-01T00:00:05Z', '1231235959', '2026-12-31T23:59:59.000Z'],
  ['2026-12-31T23:59:58Z', '0101000001', '2027-01-01T00:00:01.000Z'],
  ['2027-01-20T00:00:00Z', '1215000000', '2026-12-15T00:00:00.000Z'],
  ['2028-02-29T18:00:00Z', '0229175959', '2028-02-29T17:59:59.000Z'],
  ['2028-03-01T00:00:30Z', '0229235959', '2028-02-29T23:59:59.000Z'],
  ['2027-03-01T00:00:00Z', '0229000000', '2028-02-29T00:00:00.000Z'],
])('at %s DE 7 %s is %s', (now, text, time) => {
  expect(readTransmissionTime(text, new Date(now))?.toISOString()).toBe(time)
  expect(writeTransmissionTime(new Date(time))).toBe(text)
})

test.each(['', '0615', '1301000000', '0015000000', '0431000000', '0230000000', '0615240000', '0615006000', '0615000060', '061511595x'])(
  '%j is no time',
  (text) => {
    expect(readTransmissionTime(text, new Date('2028-06-15T12:00:00Z'))).toBeUndefined()
  },
)

test('29 February is no time where no leap year is near', () => {
  expect(readTransmissionTime('0229000000', new Date('2026-03-01T00:00:00Z'))).toBeUndefined()
})

test.each([
  // 05:29 in India is 23:59 the day before in UTC.
  ['2026-12-31T23:59:58Z', '0101', '052958', '2027-01-01T05:29:58'],
  ['2027-01-01T03:00:00Z', '1231', '220000', '2026-12-31T22:00:00'],
])('at %s DE 13 %s and DE 12 %s are %s at the terminal', (now, date, time, local) => {
  expect(readLocalTime(date, time, new Date(now))).toBe(local)
})

test.each([
  ['1331', '220000'],
  ['1231', '250000'],
  ['12', '31220000'],
])('DE 13 %s with DE 12 %s is no time', (date, time) => {
  expect(readLocalTime(date, time, new Date('2027-01-01T03:00:00Z'))).toBeUndefined()
})
