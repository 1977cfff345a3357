// Whether prose is wrapped, so that a change of a sentence is a change of few lines.
import { expect, test } from '@jest/globals'
import { documents, sources, textOf } from './files.ts'
import { proseOf } from './markdown.ts'

const COLUMNS_MAX = 120
const COMMENT_COLUMNS_MAX = 100

/** Tables and headings cannot be wrapped, and a line may hold one long link or word. */
const cannotBeWrapped = (line: string): boolean => /^(?:\||#|<|\{\{)/.test(line) || !/\S\s+\S/.test(line.trim().replace(/^[-*>\d.]+ /, ''))

test.each(documents)('the prose of %s is wrapped', (document) => {
  const wide = proseOf(textOf(document))
    .split('\n')
    .filter((line) => line.length > COLUMNS_MAX && !cannotBeWrapped(line))
  expect(wide).toEqual([])
})

/** A line of its own in a `//` comment or a block comment; `**bold**` in a template is none. */
const isComment = (line: string): boolean => /^\s*(?:\/\/|\/\*|\*(?:\s|$))/.test(line)

/** Directives, addresses and tables stay as they are. */
const staysWide = (line: string): boolean => /biome-ignore|@ts-|https?:\/\/|^\s*(?:\/\/|\*)\s*\|/.test(line)

test('comments are wrapped', () => {
  const wide = sources.flatMap((source) =>
    textOf(source)
      .split('\n')
      .filter((line) => line.length > COMMENT_COLUMNS_MAX && isComment(line) && !staysWide(line))
      .map((line) => `${source}: ${line.trim()}`),
  )
  expect(wide).toEqual([])
})
