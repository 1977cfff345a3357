// Whether code in documents is code that is compiled: `<!-- code: FILE#REGION -->` before a block
// names the marked region that it shows.
import { errorCatalogue, publicEndpointList, validatorOf } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { documents, files, textOf } from './files.ts'
import { blocksOf } from './markdown.ts'

const isCode = (language: string): boolean => /^(?:ts|typescript|js|javascript)$/.test(language)

test.each(documents)('the code in %s is that of the regions it names', (document) => {
  for (const { language, note, text } of blocksOf(textOf(document))) {
    const [, file, region] = /^code: (\S+)#([\w-]+)$/.exec(note ?? '') ?? []
    if (file !== undefined && region !== undefined) expect({ region, text }).toEqual({ region, text: regionOf(file, region) })
    else expect({ text, isCode: isCode(language) }).toEqual({ text, isCode: false })
  }
})

/** What stands between the marks of a region, unindented; a region in parts is one text. */
function regionOf(file: string, region: string): string {
  if (!files.includes(file)) return `there is no ${file}`
  const parts = textOf(file).matchAll(/^( *)\/\/ #region (\S+)\n([\s\S]*?)^ *\/\/ #endregion/gm)
  return [...parts]
    .flatMap(([, indent = '', name, text = '']) => (name === region ? [text.replace(new RegExp(`^${indent}`, 'gm'), '')] : []))
    .join('')
}

/** Calls by curl, with what the shell puts into their bodies as a word. */
const callsOf = (document: string): { path: string; body: string }[] =>
  blocksOf(textOf(document))
    .filter(({ language }) => /^(?:sh|bash)$/.test(language))
    .flatMap(({ text }) =>
      text
        .replace(/\\\n/g, ' ')
        .split(/\bcurl\b/)
        .slice(1),
    )
    .flatMap((call) => {
      const [, path] = /\$GATEWAY(\/v1\/[\w/-]+)/.exec(call) ?? []
      const [, body = '{}'] = /-d '([\s\S]*?)'(?=[\s;)|]|$)/.exec(call.replace(/'"?\$(\w+)"?'/g, '$1')) ?? []
      return path === undefined ? [] : [{ path, body }]
    })

test.each(documents.filter((document) => callsOf(document).length > 0))(
  'the calls by curl in %s are calls that the contract takes',
  (document) => {
    for (const { path, body } of callsOf(document)) {
      const endpoint = publicEndpointList.find((each) => `/v1${each.path}` === path)
      expect({ path, isThere: endpoint !== undefined }).toEqual({ path, isThere: true })
      if (endpoint) expect({ path, ...validatorOf<object>(endpoint.request)(JSON.parse(body)) }).toMatchObject({ path, valid: true })
    }
  },
)

test('the refusals that examples of answers show are in the catalogue', () => {
  const shown = documents.flatMap((document) =>
    blocksOf(textOf(document)).flatMap(({ text }) => [...text.matchAll(/"errorCode": "([\w.]+)"/g)].map(([, code = '']) => code)),
  )
  expect(shown.filter((code) => !(code in errorCatalogue))).toEqual([])
})
