// Whether a team can own each part, and whether what the documents point to is there.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
const textOf = (document: string): string => readFileSync(join(root, document), 'utf8')

test.each(parts)('%s has an owner', (part) => {
  const owner = owned.find(([pattern]) => pattern === `/${part}/`)?.[1]
  expect(owner).toMatch(/^@dcms\/[a-z-]+-team$/)
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

const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```/g, '')
const linksOf = (document: string): string[] =>
  [...withoutCode(textOf(document)).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '')

test.each(documents)('the links of %s lead somewhere', (document) => {
  const broken = linksOf(document).filter((link) => !/^https?:/.test(link) && !existsSync(join(root, dirname(document), link)))
  expect(broken).toEqual([])
})

test('headings that documents link to are there', () => {
  const broken = documents.flatMap((document) =>
    [...withoutCode(textOf(document)).matchAll(/\]\(([^)#]*)#([^)]+)\)/g)].flatMap(([link, file = '', heading = '']) => {
      const target = file === '' ? document : join(dirname(document), file)
      const headings = [...textOf(target).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      )
      return headings.includes(heading) ? [] : [`${document}: ${link}`]
    }),
  )
  expect(broken).toEqual([])
})

test('every npm command in the documents exists', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const named = documents
    .filter((document) => document !== join('packages', 'sdk', 'README.md')) // has a command of its own
    .flatMap((document) => [...textOf(document).matchAll(/npm run ([a-z]+)/g)].map(([, name = '']) => name))
  expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([])
})
