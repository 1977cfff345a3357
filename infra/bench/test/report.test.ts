// The rows of a report, and reading CPU ticks.
import { expect, test } from '@jest/globals'
import { cpuTicks } from '../src/process-cpu.ts'
import { comparisonRow, figureRow, reportText } from '../src/report.ts'

const spread = (median: number) => ({ median, min: median / 2, max: median * 2 })
const comparison = { name: 'path', unit: 'calls/s', value: spread(300), comparedWith: 'other', baseline: spread(200) } as const

test('where a high value is better, the ratio is value by baseline', () => {
  expect(comparisonRow({ ...comparison, better: 'high', aimRatio: 1.5 })).toEqual({
    name: 'path',
    value: 300,
    unit: 'calls/s',
    min: 150,
    max: 600,
    comparedWith: 'other',
    baseline: 200,
    ratio: 1.5,
    aim: 1.5,
    met: true,
  })
})

test('where a low value is better, the ratio is baseline by value', () => {
  expect(comparisonRow({ ...comparison, better: 'low', aimRatio: 1 })).toMatchObject({ ratio: 0.6667, met: false })
})

test('a row without an aim is neither met nor missed', () => {
  expect(comparisonRow({ ...comparison, better: 'high' })).toMatchObject({ aim: null, met: null })
  expect(figureRow('figure', 'ms', spread(5))).toMatchObject({ comparedWith: null, baseline: null, ratio: null, aim: null, met: null })
})

test('a figure alone is met up to its aim', () => {
  expect(figureRow('figure', 'ms', spread(20), 20).met).toBe(true)
  expect(figureRow('figure', 'ms', spread(20.1), 20).met).toBe(false)
})

test('whether an aim is met is decided before rounding', () => {
  expect(comparisonRow({ ...comparison, value: spread(1.49999), baseline: spread(1), better: 'high', aimRatio: 1.5 })).toMatchObject({
    ratio: 1.5,
    met: false,
  })
})

test('the table shows median, spread, ratio and aim', () => {
  const rows = [comparisonRow({ ...comparison, better: 'high', aimRatio: 2 }), figureRow('figure', 'ms', spread(20), 30)]
  const text = reportText({
    bench: 'sample',
    machine: { cpu: 'CPU', cores: 2, memoryGiB: 4, system: 'Linux 1' },
    versions: { node: '24.0.0' },
    rows,
  })
  expect(text).toMatch(/path .*300 .*150 – 600 .*other .*200 .*1\.50 × .*≥ 2 × .*no/)
  expect(text).toMatch(/figure .*20 .*10 – 40 .*≤ 30 .*yes/)
  expect(text).toContain('sample: 2 × CPU, 4 GiB, Linux 1')
  expect(text).toContain('versions: node 24.0.0')
})

test('CPU ticks are read behind the name of the process, whatever stands in it', () => {
  const afterName = ['S', ...Array.from({ length: 10 }, () => '0'), '70', '30', '5', '5'].join(' ')
  expect(cpuTicks(`42 (node) ${afterName}`)).toBe(100)
  expect(cpuTicks(`42 (a) b (c) ${afterName}`)).toBe(100)
})
