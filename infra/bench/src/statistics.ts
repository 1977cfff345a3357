// The few statistics the benches report.

/**
 * The value below which the share `share` (0 to 1) of the values lies, by nearest rank: always one
 * of the values. @throws RangeError without values
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('no values')
  return value
}

/**
 * The middle value; of an even number of values the mean of the two in the middle. @throws
 * RangeError without values
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  if (upper === undefined || lower === undefined) throw new RangeError('no values')
  return (lower + upper) / 2
}

export interface Spread {
  median: number
  min: number
  max: number
}

/** Median, least and greatest of the rounds. @throws RangeError without values */
export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
})

/** The same list begun at another place, so that over the rounds no side is always first. */
export function rotated<Value>(values: readonly Value[], by: number): Value[] {
  const begin = values.length === 0 ? 0 : by % values.length
  return [...values.slice(begin), ...values.slice(0, begin)]
}
