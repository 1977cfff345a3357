// Times without a zone, as banks write them: they are of the bank's own time zone.
import { DateTime } from 'luxon'

const FORM = 'yyyy-MM-dd HH:mm:ss'
const SECOND_MS = 1_000

/**
 * The instant of `2025-01-10 10:00:00` in a time zone; null for a day that the calendar does not
 * have. An hour that clocks skip in spring is the one after it.
 */
export function instantOf(text: string, timeZone: string): Date | null {
  const time = DateTime.fromFormat(text, FORM, { zone: timeZone })
  return time.isValid ? time.toJSDate() : null
}

/** `2025-01-10 10:00:00`: an instant as the clocks of a time zone show it. */
export const localTimeOf = (instant: Date, timeZone: string): string => DateTime.fromJSDate(instant, { zone: timeZone }).toFormat(FORM)

/**
 * `2025-01-10`: the day on which an instant falls in a time zone.
 * @param plusMonths the day so many months later
 */
export const dayOf = (instant: Date, timeZone: string, plusMonths = 0): string =>
  DateTime.fromJSDate(instant, { zone: timeZone }).plus({ months: plusMonths }).toFormat('yyyy-MM-dd')

/** A range of instants as the store is asked for it; each end may be missing. */
export interface TimeRange {
  $gte?: Date
  $lt?: Date
}

/**
 * The range between two times as banks write them, both inclusive: the whole of the last second is
 * in it.
 * @param names the two fields, for the faults
 * @returns faults as sentences; the range is undefined when neither end is given
 */
export function rangeOf(
  [from, to]: readonly [string | undefined, string | undefined],
  names: readonly [string, string],
  timeZone: string,
): { range: TimeRange | undefined; faults: string[] } {
  const [start, last] = [from, to].map((text) => (text === undefined ? undefined : instantOf(text, timeZone)))
  const faults = [start, last].flatMap((time, position) => (time === null ? [`${names[position]} is not a day of the calendar`] : []))
  if (faults.length > 0 || (!start && !last)) return { range: undefined, faults }
  return {
    range: { ...(start && { $gte: start }), ...(last && { $lt: new Date(last.getTime() + SECOND_MS) }) },
    faults: start && last && start > last ? [`${names[0]} is after ${names[1]}`] : [],
  }
}
