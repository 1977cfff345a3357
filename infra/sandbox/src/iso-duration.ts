// Durations of ISO 8601 (5.5.2.3) that have a fixed length: weeks, days, hours, minutes, seconds.

const FORM = /^P(?!$)(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$/
const UNITS_MS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000]

/** `P1DT12H` → 129600000; null for what is no duration of a fixed length (`P1M`, `P1Y`). */
export function durationMs(text: string): number | null {
  const parts = FORM.exec(text)?.slice(1)
  return parts ? parts.reduce((sum, part, unit) => sum + Number(part ?? 0) * (UNITS_MS[unit] ?? 0), 0) : null
}
