// The alert rules: of the shape that Prometheus reads, on metrics that exist; and the table of
// metrics says what there is.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'

interface Rule {
  alert: string
  expr: string
  for?: string
  labels: { severity: string }
  annotations: { summary: string }
}
const root = join(import.meta.dirname, '..', '..')
const { groups }: { groups: { name: string; rules: Rule[] }[] } = parse(readFileSync(join(import.meta.dirname, 'alerts.yml'), 'utf8'))
const rules = groups.flatMap((group) => group.rules)

const sources = ['gateway/src/**/*.ts', 'packages/*/src/**/*.ts', 'services/*/src/**/*.ts'].flatMap((pattern) =>
  globSync(pattern, { cwd: root }),
)
const metrics = sources
  .filter((file) => !file.endsWith('.test.ts'))
  .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/name: '(dcms_[a-z_]+)'/g)].map(([, name = '']) => name))
const table = readFileSync(join(root, 'docs/operations.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `dcms_'))
  .flatMap((line) => [...line.matchAll(/`(dcms_[a-z_]+)/g)].map(([, name = '']) => name))
const namesIn = ({ expr }: Rule): string[] => [...expr.matchAll(/dcms_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ''))

test('every metric of the code stands in the table of the operations page, and every one there exists', () => {
  expect(metrics.length).toBeGreaterThan(20)
  expect([...new Set(table)].toSorted()).toEqual([...new Set(metrics)].toSorted())
})

test.each(rules.map((rule) => [rule.alert, rule] as const))(
  '%s is about metrics that exist, and says what is wrong and how urgent it is',
  (_name, rule) => {
    expect(namesIn(rule).length).toBeGreaterThan(0)
    for (const name of namesIn(rule)) expect(metrics).toContain(name)
    expect(Object.keys(rule).filter((key) => !['alert', 'expr', 'for', 'labels', 'annotations'].includes(key))).toEqual([])
    expect(rule.alert).toMatch(/^[A-Z][A-Za-z]+$/)
    if (rule.for !== undefined) expect(rule.for).toMatch(/^\d+[smh]$/)
    expect(['page', 'ticket']).toContain(rule.labels.severity)
    expect(rule.annotations.summary.length).toBeGreaterThan(20)
    for (const [open, close] of ['()', '{}', '[]']) expect(rule.expr.split(open ?? '').length).toBe(rule.expr.split(close ?? '').length)
  },
)

test('groups and alerts have names of their own', () => {
  for (const names of [groups.map(({ name }) => name), rules.map(({ alert }) => alert)]) expect(new Set(names).size).toBe(names.length)
})
