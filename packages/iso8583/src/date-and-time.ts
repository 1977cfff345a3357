// Dates of messages, which have no year: it is the one that brings them closest to now. So what was
// sent at 23:59 on 31 December is of the old year on 1 January, and the other way round for a clock
// that is ahead.

/** DE 7, MMDDhhmmss in UTC. Undefined for a time that does not exist. */
export function readTransmissionTime(text: string, now: Date): Date | undefined {
  return closestTo(now, text)
}

/** DE 7 of this time. */
export function writeTransmissionTime(time: Date): string {
  return time.toISOString().slice(5, 19).replace(/[-T:]/g, '')
}

/**
 * DE 13 and 12, MMDD and hhmmss, as `2026-12-31T23:59:58`: the time at the terminal, whose zone no
 * message names. Undefined for a time that does not exist.
 */
export function readLocalTime(date: string, time: string, now: Date): string | undefined {
  if (date.length !== 4) return undefined
  return closestTo(now, date + time)
    ?.toISOString()
    .slice(0, 19)
}

function closestTo(now: Date, text: string): Date | undefined {
  const year = now.getUTCFullYear()
  let closest: Date | undefined
  for (const time of [year - 1, year, year + 1].map((each) => timeIn(each, text))) {
    if (time === undefined) continue // 29 February has no place in most years
    if (closest === undefined || distance(time, now) < distance(closest, now)) closest = time
  }
  return closest
}

const distance = (time: Date, now: Date): number => Math.abs(time.getTime() - now.getTime())

function timeIn(year: number, text: string): Date | undefined {
  const [, month, day, hours, minutes, seconds] = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? []
  if (month === undefined) return undefined
  const written = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.000Z`
  const time = new Date(written)
  // Date takes 30 February for 2 March, and 24:00 for the next day.
  return Number.isNaN(time.getTime()) || time.toISOString() !== written ? undefined : time
}
