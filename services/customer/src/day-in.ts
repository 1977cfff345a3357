// Days of a bank's calendar.

/** `2026-11-21`: of all locales the Canadian one writes days so. */
export function dayIn(timeZone: string): (time: Date) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return (time) => format.format(time)
}
