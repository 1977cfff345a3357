// ISO 8601 durations of a fixed length.
import { expect, test } from '@jest/globals'
import { durationMs } from './iso-duration.ts'

test.each([
  ['PT0S', 0],
  ['PT90S', 90_000],
  ['P1DT12H', 129_600_000],
  ['P2W', 1_209_600_000],
  ['PT1H30M', 5_400_000],
])('%s is %i ms', (text, ms) => expect(durationMs(text)).toBe(ms))

test.each(['', 'P', 'PT', 'P1DT', 'P1M', 'P1Y', '1D', 'P-1D', 'P1.5D', 'p1d', 'P1D '])('“%s” is refused', (text) =>
  expect(durationMs(text)).toBeNull(),
)
