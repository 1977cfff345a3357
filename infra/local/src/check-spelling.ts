// The spelling step of `npm run check`: prose in Markdown, comments and sentences in TypeScript, of
// all files that git tracks. A word is known when it is British English, a term of the glossary or
// on the list of technical words (infra/prose/words.txt).
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..', '..')
const stateDir = join(root, '.dcms')

/** The words in the first column of the glossary's tables. */
function glossaryWords(glossary: string): string[] {
  const terms = glossary.matchAll(/^\| *([^|]+?) *\|/gm)
  const words = [...terms].flatMap(([, term = '']) => term.match(/[A-Za-z]+/g) ?? [])
  return [...new Set(words)].sort()
}

const glossary = readFileSync(join(root, 'docs', 'glossary.md'), 'utf8')
mkdirSync(stateDir, { recursive: true })
writeFileSync(join(stateDir, 'glossary-words.txt'), `${glossaryWords(glossary).join('\n')}\n`)

const tracked = spawnSync('git', ['ls-files', '*.md', '*.ts'], { cwd: root, encoding: 'utf8' })
const files = tracked.stdout.split('\n').filter((path) => path !== '')
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'cspell', 'bin.mjs'),
    'lint',
    ...['--config', join(root, 'infra', 'prose', 'cspell.json'), '--file-list', 'stdin'],
    ...['--no-progress', '--no-summary', '--no-must-find-files', '--unique'],
    // Only what changed since the last time is read again.
    ...['--cache', '--cache-strategy', 'content', '--cache-location', join(stateDir, 'spelling')],
  ],
  {
    cwd: root,
    input: files.map((path) => join(root, path)).join('\n'),
    stdio: ['pipe', 'inherit', 'inherit'],
  },
)
console.log(`${files.length} files read for spelling`)
process.exitCode = status === 0 ? 0 : 1
