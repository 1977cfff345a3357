// Whether the rules of the trade are the ones that code and tests keep: each is cited, each
// citation leads to one, and the table is the code's.
import { cardLife, type KitOperation, type KitStatus, statusesFor } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { documents, sources, textOf } from './files.ts'
import { placesOf } from './markdown.ts'

const RULES = 'docs/rules.md'
const rules = [...textOf(RULES).matchAll(/^### (.+)$/gm)].flatMap(([heading]) => [...placesOf(`${heading}\n`)])
const cited = new Map<string, string[]>()
for (const file of [...sources, ...documents])
  for (const [, rule = ''] of textOf(file).matchAll(/rules\.md#([\w-]+)/g)) cited.set(rule, [...(cited.get(rule) ?? []), file])

test('every rule has a name of its own', () => {
  expect(new Set(rules).size).toBe(rules.length)
})

test('every rule that is cited is there', () => {
  const lost = [...cited].filter(([rule]) => !placesOf(textOf(RULES)).has(rule))
  expect(lost).toEqual([])
})

test('every rule is cited by a test', () => {
  const isCited = (rule: string): boolean => (cited.get(rule) ?? []).some((file) => file.endsWith('.test.ts'))
  expect(rules.filter((rule) => !isCited(rule))).toEqual([])
})

test('the table of operations is the one that the kit service decides by', () => {
  const rows = [...textOf(RULES).matchAll(/^\| `([A-Z_]+)` +\| ([^|]+?) +\| ([^|]+?) +\|/gm)]
  const told = Object.fromEntries(
    rows.map(([, operation = '', from = '', to = '']) => [operation, { from: from.split(', ').toSorted(), to: to.split(', ').toSorted() }]),
  )
  const decided = Object.keys(cardLife).map((each) => {
    const operation = each as KitOperation
    const from = statusesFor(operation)
    return [operation, { from: [...from].toSorted(), to: [...new Set(from.map((status) => followerOf(operation, status)))].toSorted() }]
  })
  expect(told).toEqual(Object.fromEntries(decided))
})

function followerOf(operation: KitOperation, status: KitStatus): string {
  const step = cardLife[operation][status]
  if (!('to' in step)) return 'refused'
  return step.to === status ? 'as before' : step.to
}
