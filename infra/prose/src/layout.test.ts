// Whether prose is wrapped, so that a change of a sentence is a change of few lines.
import { expect, test } from '@jest/globals'
import { documents, textOf } from './files.ts'
import { proseOf } from './markdown.ts'

const COLUMNS_MAX = 120

/** Tables and headings cannot be wrapped, and a line may hold one long link or word. */
const cannotBeWrapped = (line: string): boolean => /^(?:\||#|<|\{\{)/.test(line) || !/\S\s+\S/.test(line.trim().replace(/^[-*>\d.]+ /, ''))

/** Not wrapped yet. */
const wideStill = new Set([
  ...['gateway', 'services/customer', 'services/kit', 'services/pin-preference', 'packages/service'].map((part) => `${part}/README.md`),
  ...['bench', 'chaos', 'deploy', 'local', 'ops'].map((part) => `infra/${part}/README.md`),
])

test.each(documents.filter((document) => !wideStill.has(document)))('the prose of %s is wrapped', (document) => {
  const wide = proseOf(textOf(document))
    .split('\n')
    .filter((line) => line.length > COLUMNS_MAX && !cannotBeWrapped(line))
  expect(wide).toEqual([])
})
