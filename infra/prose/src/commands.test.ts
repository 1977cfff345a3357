// Whether the commands that documents tell are there: npm scripts, the tests they run, and what
// stands behind them.
import { existsSync } from 'node:fs'
import { join } from 'node:path/posix'
import { expect, test } from '@jest/globals'
import { documents, root, sources, textOf } from './files.ts'

const scriptsOf = (part: string): Record<string, string> => JSON.parse(textOf(join(part, 'package.json'))).scripts
const scripts = scriptsOf('.')
const isThere = (path: string): boolean => existsSync(join(root, path))

/**
 * The words behind each such beginning of a command, in prose and in blocks, as far as they are of
 * this form.
 */
function wordsBehind(document: string, beginning: RegExp, form: RegExp): string[][] {
  const commands = textOf(document).matchAll(new RegExp(`${beginning.source} +([^\`\\n]+)`, 'g'))
  return [...commands].map(([, rest = '']) => {
    const words = (rest.split('  ')[0] ?? '').trim().split(' ')
    const end = words.findIndex((word) => !form.test(word))
    return end < 0 ? words : words.slice(0, end)
  })
}

test.each(documents)('the npm scripts that %s names are there', (document) => {
  const named = wordsBehind(document, /npm run(?: --silent)?/, /^[a-z][\w:-]*$/).map(([name = '']) => name)
  const ofSdk = textOf(document).includes('packages/sdk') || document.startsWith('packages/sdk/')
  const known = { ...scripts, ...(ofSdk && scriptsOf('packages/sdk')) }
  expect(named.filter((name) => name !== '' && !(name in known))).toEqual([])
})

test.each(documents)('the tests that %s names are there', (document) => {
  const paths = wordsBehind(document, /npm test --/, /^[a-z][\w./-]*$/).flat()
  expect(paths.filter((path) => !isThere(path))).toEqual([])
})

test.each(documents)('the processes and benches that %s starts are there', (document) => {
  const processes = wordsBehind(document, /npm run service --/, /^[a-z-]+$/).map(([name = '']) => name)
  const isProcess = (name: string): boolean => [`services/${name}`, `infra/${name}`, name].some((part) => isThere(`${part}/src/main.ts`))
  expect(processes.filter((name) => name !== '' && !isProcess(name))).toEqual([])
  const benches = wordsBehind(document, /npm run(?: --silent)? bench --/, /^[a-z-]+$/).map(([name = '']) => name)
  expect(benches.filter((name) => name !== '' && !isThere(`infra/bench/src/${name}-bench.ts`))).toEqual([])
})

/** The commands of `dcms` and those under them, as commander is told of them. */
const declared = new Set(
  sources
    .filter((source) => !source.endsWith('.test.ts'))
    .flatMap((source) => [...textOf(source).matchAll(/(?:new Command|\.command)\('([a-z-]+)/g)].map(([, name = '']) => name)),
)
/** Told as not built yet. */
const planned = new Set(['replay', 'dlq'])

test.each(documents)('the dcms commands that %s names are there', (document) => {
  const named = wordsBehind(document, /(?:npm run dcms --|`dcms|run --rm ops)/, /^[a-z][a-z-]+$/).flatMap((words) => words.slice(0, 2))
  expect(named.filter((name) => !declared.has(name) && !planned.has(name))).toEqual([])
})

test('the scripts of the root run files that are there', () => {
  const run = Object.values(scripts).flatMap((script) => script.match(/[\w./-]+\.(?:ts|mjs)/g) ?? [])
  expect(run.filter((file) => !isThere(file))).toEqual([])
})
