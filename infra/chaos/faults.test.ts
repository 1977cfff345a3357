// The page of mended faults names tests: each file and each test that it names is there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const page = readFileSync(join(import.meta.dirname, 'FAULTS.md'), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (Fault|-)/.test(line))
/** A cell names its tests as `[file](path) “name”`; several names may follow one file. */
const named = rows.flatMap((row) =>
  [...row.matchAll(/\]\((\S+\.test\.ts)\)((?: “[^”]+”,?)+)/g)].flatMap(([, path = '', names = '']) =>
    [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => ({ path, name })),
  ),
)

test('every fault names a test', () => {
  expect(rows.length).toBeGreaterThan(20)
  for (const row of rows) expect(row).toMatch(/\]\(\S+\.test\.ts\) “/)
})

test.each(named)('$path has “$name”', ({ path, name }) => {
  const file = join(import.meta.dirname, path)
  expect(existsSync(file)).toBe(true)
  // As the first argument of a test, or of one that is made from a table.
  const words = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`(?:\\btest|\\))\\(\\s*(['"\`])${words}\\1,`))
})

test('no row links a file without naming the test in it', () => {
  const linked = [...rows.join('\n').matchAll(/\]\((\S+\.test\.ts)\)/g)].map(([, path]) => path)
  expect(new Set(linked)).toEqual(new Set(named.map(({ path }) => path)))
})
