// Bank days: Monday to Friday by the bank's clock. Holidays are not known here.
import { DateTime } from 'luxon'

const SATURDAY = 6

/** The same time of day, so many bank days later. */
export function bankDaysAfter(from: Date, days: number, timeZone: string): Date {
  let time = DateTime.fromJSDate(from, { zone: timeZone })
  for (let left = days; left > 0; ) {
    time = time.plus({ days: 1 })
    if (time.weekday < SATURDAY) left--
  }
  return time.toJSDate()
}
