// Whether what documents and comments point to is there.
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path/posix'
import { expect, test } from '@jest/globals'
import { commentsOf, documents, files, root, sources, textOf } from './files.ts'
import { codeWordsOf, linksOf, placesOf } from './markdown.ts'

/** Guides link to pages as they are served; packages/docs-site looks whether those are there. */
const isServed = (link: string): boolean => link.startsWith('/')
const isThere = (path: string): boolean => existsSync(join(root, path))
const names = new Set(files.map((file) => basename(file)))

test.each(documents)('the links of %s lead to files and to places in them', (document) => {
  const broken = linksOf(textOf(document)).flatMap(({ written, file, place }) => {
    if (isServed(file)) return []
    const target = file === '' ? document : join(dirname(document), file)
    if (!isThere(target)) return [written]
    return place === undefined || (target.endsWith('.md') && placesOf(textOf(target)).has(place)) ? [] : [written]
  })
  expect(broken).toEqual([])
})

/**
 * A path from the root, or from the part or the folder that the document describes; `<name>` and …
 * stand for anything.
 */
const couldBePath = /^(?:gateway|services|packages|infra|docs|src|test)\/[\w./-]+$/
/** Files that are made, of others' programs, or that stand for one of each part. */
const madeOrForeign = new Set([
  'openapi.json',
  'asyncapi.json',
  'postman.json',
  'demo-client.json',
  'demo-key-holders.json',
  'run.json',
  'callers.jwks.json',
  'operators.jwks.json',
  'packages/sdk/dist',
  'src/main.ts',
  'dcms-versions.json',
  'kafka-reassign-partitions.sh',
])

test.each(documents)('the files that %s names are there', (document) => {
  const folders = ['', dirname(document)]
  const missing = codeWordsOf(textOf(document)).filter((word) => {
    if (/^[\w.-]+\.(?:ts|mjs|md|json|yml|sh|proto)$/.test(word)) return !names.has(word) && !madeOrForeign.has(word)
    if (!couldBePath.test(word) || madeOrForeign.has(word)) return false
    // A document of the whole speaks of the parts' folders in general.
    if (dirname(document) === '.' && /^(?:src|test)\//.test(word)) return !names.has(basename(word))
    return !folders.some((folder) => isThere(join(folder, word)))
  })
  expect(missing).toEqual([])
})

test('the files and places that comments name are there', () => {
  const missing = sources.flatMap((source) =>
    commentsOf(source).flatMap((comment) =>
      [...comment.matchAll(/(?<![\w./@*-])((?:\.{1,2}\/)?\w[\w./-]*\.(?:ts|mjs|md))(?:#([\w-]+))?/g)]
        .filter(([, path = '', place]) => {
          if (path.includes('../') || path.startsWith('./')) return !isThere(join(dirname(source), path))
          const known = path.includes('/') ? isThere(path) || files.some((file) => file.endsWith(`/${path}`)) : names.has(path)
          return !known || (place !== undefined && !placesOf(textOf(path)).has(place))
        })
        .map(([written]) => `${source}: ${written}`),
    ),
  )
  expect(missing).toEqual([])
})
