// Whether every variable of the environment that is DCMS's own is told in operations.md, and every
// one that documents name is read.
import { expect, test } from '@jest/globals'
import { documents, files, textOf } from './files.ts'

const OPERATIONS = 'docs/operations.md'
const variablesIn = (texts: readonly string[]): Set<string> => new Set(texts.flatMap((text) => text.match(/\bDCMS_[A-Z_]*[A-Z]\b/g) ?? []))

const programs = files.filter(
  (file) => /\.(?:ts|mjs|sh|yml)$|Dockerfile$/.test(file) && !file.endsWith('.test.ts') && !file.startsWith('infra/prose/'),
)
const read = variablesIn(programs.map(textOf))

test('every variable that is read is told under a heading of its own in operations.md', () => {
  const [, section = ''] = /^## Variables of the environment$([\s\S]*?)^## /m.exec(textOf(OPERATIONS)) ?? []
  const told = variablesIn([section])
  expect([...read].filter((name) => !told.has(name))).toEqual([])
  expect([...told].filter((name) => !read.has(name))).toEqual([])
})

test.each(documents.filter((document) => document !== 'CHANGELOG.md'))('the variables that %s names are read', (document) => {
  expect([...variablesIn([textOf(document)])].filter((name) => !read.has(name))).toEqual([])
})
