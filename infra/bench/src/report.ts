// What a bench reports: rows with a value, what it was compared with, and the aim; as JSON or as a
// table.
import Table from 'cli-table3'
import type { Machine } from './machine.ts'
import type { Spread } from './statistics.ts'

/** One figure. Medians over the rounds; `min` and `max` are those of the value. */
export interface Row {
  name: string
  value: number
  unit: string
  min: number
  max: number
  /** What was measured beside it; null for a figure that stands alone. */
  comparedWith: string | null
  baseline: number | null
  /**
   * How many times as good as the baseline: above 1 is better, whether the unit is one to be high
   * or low.
   */
  ratio: number | null
  /** With a ratio: the least ratio. Without: the greatest value. Null: only for information. */
  aim: number | null
  met: boolean | null
}

export interface BenchResult {
  bench: string
  machine: Machine
  /** Version by name of what took part. */
  versions: Record<string, string>
  rows: Row[]
}

export interface Comparison {
  name: string
  unit: string
  value: Spread
  /** Whether a high or a low value is the better one. */
  better: 'high' | 'low'
  comparedWith: string
  baseline: Spread
  aimRatio?: number
}

/** A row that compares two sides; the ratio is that of the medians. */
export function comparisonRow({ name, unit, value, better, comparedWith, baseline, aimRatio }: Comparison): Row {
  const ratio = better === 'high' ? value.median / baseline.median : baseline.median / value.median
  return {
    name,
    value: rounded(value.median),
    unit,
    min: rounded(value.min),
    max: rounded(value.max),
    comparedWith,
    baseline: rounded(baseline.median),
    ratio: rounded(ratio),
    aim: aimRatio ?? null,
    met: aimRatio === undefined ? null : ratio >= aimRatio,
  }
}

/** A row of a figure that stands alone; met when it is not above `aimMax`. */
export const figureRow = (name: string, unit: string, value: Spread, aimMax?: number): Row => ({
  name,
  value: rounded(value.median),
  unit,
  min: rounded(value.min),
  max: rounded(value.max),
  comparedWith: null,
  baseline: null,
  ratio: null,
  aim: aimMax ?? null,
  met: aimMax === undefined ? null : value.median <= aimMax,
})

const SIGNIFICANT_DIGITS = 4
const rounded = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS))

/** The report for people. */
export function reportText({ bench, machine, versions, rows }: BenchResult): string {
  const table = new Table({
    head: ['what', 'median', 'min – max', 'unit', 'compared with', 'there', 'ratio', 'aim', 'met'],
    colAligns: ['left', 'right', 'right', 'left', 'left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows) table.push(cellsOf(row))
  const { cpu, cores, memoryGiB, system } = machine
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `${bench}: ${cores} × ${cpu}, ${memoryGiB} GiB, ${system}`,
    table.toString(),
    `versions: ${names.join(', ')}`,
    'ratio: how many times as good as what it is compared with.',
  ].join('\n')
}

function cellsOf({ name, value, min, max, unit, comparedWith, baseline, ratio, aim, met }: Row): string[] {
  return [
    name,
    numberText(value),
    `${numberText(min)} – ${numberText(max)}`,
    unit,
    comparedWith ?? '',
    baseline === null ? '' : numberText(baseline),
    ratio === null ? '' : `${ratio.toFixed(2)} ×`,
    aim === null ? '' : ratio === null ? `≤ ${numberText(aim)}` : `≥ ${aim} ×`,
    met === null ? '' : met ? 'yes' : 'no',
  ]
}

const numberText = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: SIGNIFICANT_DIGITS })
