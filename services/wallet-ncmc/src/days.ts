// Days as the transaction lists take and show them: of the bank's own time zone.
import { walletDaysMax } from '@dcms/contract'
import { DateTime } from 'luxon'

const DAY = 'dd-MM-yyyy'

/** A range of instants as the store is asked for it; each end may be missing. */
export interface TimeRange {
  $gte?: Date
  $lt?: Date
}

interface Days {
  startDate?: string
  endDate?: string
}

/**
 * From the first instant of one day to the last of another; a day that is left out is no bound. A
 * start without an end runs up to today.
 * @returns faults as sentences, by name of the field
 */
export function rangeOfDays({ startDate, endDate }: Days, timeZone: string, now: Date): { range: TimeRange; faults: string[] } {
  const [start, end] = [dayOf(startDate, timeZone), dayOf(endDate, timeZone)]
  const faults = [
    ...(start && !start.isValid ? ['startDate is not a day of the calendar'] : []),
    ...(end && !end.isValid ? ['endDate is not a day of the calendar'] : []),
  ]
  if (faults.length > 0) return { range: {}, faults }
  const last = end ?? DateTime.fromJSDate(now, { zone: timeZone }).startOf('day')
  if (start && end && start > end) faults.push('startDate is after endDate')
  if (start && last.diff(start, 'days').days > walletDaysMax)
    faults.push(`there are more than ${walletDaysMax} days between startDate and endDate`)
  return {
    range: { ...(start && { $gte: start.toJSDate() }), ...(end && { $lt: end.plus({ days: 1 }).toJSDate() }) },
    faults,
  }
}

const dayOf = (text: string | undefined, zone: string): DateTime | undefined =>
  text === undefined ? undefined : DateTime.fromFormat(text, DAY, { zone })

/** Whether an instant lies in a range. */
export const isWithin = (at: Date, { $gte, $lt }: TimeRange): boolean => (!$gte || at >= $gte) && (!$lt || at < $lt)

/** `2024-05-08T16:57:48`: an instant as the clocks of a time zone show it. */
export const localTimeOf = (instant: Date, zone: string): string => DateTime.fromJSDate(instant, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss")
