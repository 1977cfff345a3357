// Whether names that prose sets as code are those of the contract and of the code: events, error
// codes, messages, settings, kinds of repeats.
import { bankStreamTypes, errorCatalogue, eventTypes, publicEndpointList, stillToCome, tenantSchema } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { documents, files, textOf } from './files.ts'
import { codeWordsOf, proseOf } from './markdown.ts'

/** Everything that is no prose: what a name can come from. */
const code = files
  .filter((file) => /\.(?:ts|mjs|js|json|yml|yaml|sh|env|py|go)$|Dockerfile$/.test(file) && !file.startsWith('infra/prose/'))
  .map(textOf)
  .join('\n')
const namesInCode = new Set(code.match(/[A-Za-z_$][\w$]*/g))
/** The changelog also names what is there no more. */
const present = documents.filter((document) => document !== 'CHANGELOG.md')
const wordsOf = (document: string): string[] => codeWordsOf(textOf(document))

/** Names of other programs. */
const foreign = new Set(['RoundTripper'])

test.each(present)('the identifiers that %s names are in the code', (document) => {
  const isIdentifier = /^(?:[a-z]+(?:[A-Z][a-z0-9]*)+|(?:[A-Z][a-z0-9]+){2,}|[A-Z]{2,}(?:_[A-Z0-9]+)+)(?:\.[\w.]+)?(?:\(\))?$/
  const lost = wordsOf(document)
    .filter((word) => isIdentifier.test(word))
    .filter(
      (word) =>
        !word
          .replace('()', '')
          .split('.')
          .every((part) => namesInCode.has(part) || foreign.has(part)),
    )
  expect(lost).toEqual([])
})

test.each(documents)('the error codes that %s names are in the catalogue', (document) => {
  const families = new Set(Object.keys(errorCatalogue).map((each) => each.split('.')[0]))
  const isCode = (word: string): boolean =>
    /^[A-Z]{2,3}\d{3,4}$/.test(word) || (/^[a-z]+(?:\.[a-z]+)+$/.test(word) && families.has(word.split('.')[0]) && !isFile(word))
  // A part's own errors, which no bank sees, are told in its README only.
  const isOwn = (word: string): boolean => document.endsWith('/README.md') && code.includes(`'${word}'`)
  expect(wordsOf(document).filter((word) => isCode(word) && !(word in errorCatalogue) && !isOwn(word))).toEqual([])
})

const isFile = (word: string): boolean => /\.(?:ts|js|mjs|json|md|sh|yml|env)$/.test(word)

test.each(documents)('the events that %s names are in the contract', (document) => {
  const events = new Set<string>([...eventTypes.map(({ type }) => type), ...bankStreamTypes.map(({ eventType }) => eventType)])
  const subjects = new Set(eventTypes.map(({ type }) => /^[A-Z][a-z]+/.exec(type)?.[0]))
  const isEvent = (word: string): boolean =>
    /^[A-Z][a-z]+(?:[A-Z][a-z]+)*(?:ed|Due)$/.test(word) && subjects.has(/^[A-Z][a-z]+/.exec(word)?.[0])
  expect(wordsOf(document).filter((word) => isEvent(word) && !events.has(word))).toEqual([])
})

const settings = new Set(membersOf(tenantSchema))

test.each(documents)('the settings of a bank that %s names are in its definition', (document) => {
  const prose = proseOf(textOf(document)).replace(/\s+/g, ' ')
  const named = [
    ...prose.matchAll(/settings? `([a-z][A-Za-z.]*)[`:]/g),
    ...prose.matchAll(/`settings\.(?!ts`)([A-Za-z.]+)[`:]/g),
    ...prose.matchAll(/bank(?:’s|'s)? (?:has set|sets|says|has them on) \(?`([a-z][A-Za-z.]*)[`:]/g),
  ].flatMap(([, name = '']) => name.split('.'))
  expect(named.filter((name) => !settings.has(name))).toEqual([])
})

test('the kinds of repeats that the architecture tells are those of the contract', () => {
  const rows = [...textOf('docs/architecture/commands.md').matchAll(/^\| `(read|stored|document)` +\| [^|]+\| ([^|]+?) +\|$/gm)]
  const told = Object.fromEntries(
    rows.map(([, kind = '', calls = '']) => [kind, [...calls.matchAll(/`(\w+)`/g)].map(([, name]) => name).toSorted()]),
  )
  const ofKind = (kind: string): string[] =>
    publicEndpointList.flatMap(({ name, idempotency }) => (idempotency === kind && !stillToCome.has(name) ? [name] : [])).toSorted()
  expect(told).toEqual({ stored: ofKind('stored'), document: ofKind('document') })
})

/** The names of all members of a schema, at every depth. */
function membersOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([name, member]: [string, unknown]) => [
    ...(name === 'properties' && typeof member === 'object' && member !== null ? Object.keys(member) : []),
    ...membersOf(member),
  ])
}
