// Whether a team can own each part, and whether its README says what the part is.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { expect, test } from '@jest/globals'

const root = join(import.meta.dirname, '..', '..')
// The guides link to pages as they are served; packages/docs-site checks them there.
const exclude = ['**/node_modules/**', '.dcms/**', '**/dist/**', 'packages/docs-site/guides/**']
const owned = readFileSync(join(root, '.github', 'CODEOWNERS'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('/'))
  .map((line) => line.split(/\s+/) as [pattern: string, owner: string])
const parts = globSync('{gateway,services/*,packages/*,infra/*}/package.json', { cwd: root, exclude }).map(dirname)
const documents = globSync(['*.md', 'docs/**/*.md', '{gateway,services,packages,infra}/**/*.md'], { cwd: root, exclude })
/** This file holds as text what it looks for. */
const own = relative(root, import.meta.filename)
const textOf = (document: string): string => readFileSync(join(root, document), 'utf8')

test.each(parts)('%s has an owner', (part) => {
  const owner = owned.find(([pattern]) => pattern === `/${part}/`)?.[1]
  expect(owner).toMatch(/^@dcms\/[a-z-]+-team$/)
})

test.each(globSync(['{gateway,services/*,packages/*,infra/*}/'], { cwd: root, exclude }).map((folder) => folder.replace(/\/$/, '')))(
  '%s says in a README what it is',
  (folder) => expect(textOf(join(folder, 'README.md'))).toMatch(/^# .+\n\n\S/),
)

const architecture = textOf(join('docs', 'architecture', 'README.md'))
test.each(parts.filter((part) => part === 'gateway' || part.startsWith('services/')))('%s stands in the table of architecture', (part) => {
  expect(architecture).toMatch(new RegExp(`^\\| \\[\`${basename(part)}\`\\]\\(../../${part}/README.md\\) `, 'm'))
})

test.each(owned)('%s, which %s owns, is there', (pattern) => expect(existsSync(join(root, pattern))).toBe(true))

test.each(parts.filter((part) => part.startsWith('services/')))(
  '%s tells what it owns, its events, its settings and how it runs alone',
  (part) => {
    const text = textOf(join(part, 'README.md'))
    const name = part.slice('services/'.length)
    for (const needed of ['**Events out**', '**Events in**', '## Configuration', `npm run service -- ${name}`])
      expect(text).toContain(needed)
    const settings = readFileSync(join(root, part, 'src', 'config.ts'), 'utf8').matchAll(/read\.\w+\('([A-Z_]+)'/g)
    for (const [, setting] of settings) expect(text).toContain(`\`${setting}\``)
  },
)

test('each decision has its number, date and status, and stands in their list with them', () => {
  const list = textOf(join('docs', 'decisions', 'README.md'))
  const records = globSync('docs/decisions/[0-9]*.md', { cwd: root }).toSorted()
  for (const [index, record] of records.entries()) {
    const [, number, title, date] =
      /^# (\d+)\. (.+)\n\n(\d{1,2} [A-Z][a-z]+ \d{4}) · (?:accepted|superseded by|withdrawn)/.exec(textOf(record)) ?? []
    expect({ record, number }).toEqual({ record, number: String(index + 1) })
    const line = list.split('\n').find((each) => each.includes(`](${basename(record)})`))
    expect(line?.split('|').map((cell) => cell.trim())).toEqual(expect.arrayContaining([number, `[${title}](${basename(record)})`, date]))
  }
})

test('no comment and no document names the row or number of a rule that nobody can look up', () => {
  const sources = globSync('{gateway,services,packages,infra}/**/*.{ts,mjs}', { cwd: root, exclude })
  const leadsNowhere = /\bdecisions?,? rows? \d|\brules? \d|\bcontract decisions? \d/i
  expect([...sources, ...documents].filter((file) => file !== own && leadsNowhere.test(textOf(file)))).toEqual([])
})
