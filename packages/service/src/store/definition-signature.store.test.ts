// What the gateway signed counts, and nothing else: forgeries of every part, bounded lines in the
// log.
import { afterAll, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { callerFiles, definitionOf } from '../../test/test-bank.ts'
import { callerTokens } from '../callers/context-token.ts'
import { definitionReader, definitionSigner } from './definition-signature.ts'

const files = callerFiles(['gateway', 'kit'])
afterAll(() => files.remove())
const lines: string[] = []
const logger = pino({}, { write: (line: string) => lines.push(line) })
const newReader = () => definitionReader({ callersFile: files.callersFile, logger })
const sign = definitionSigner(files.keyFileOf('gateway'))
const published = sign({ version: 3, definition: definitionOf('ACME_BANK') })

test('what the gateway signed is read, whatever the order of its members', () => {
  const reader = newReader()
  expect(reader.read('ACME_BANK', JSON.stringify(published))).toMatchObject({ published, definition: { name: 'Acme Bank' } })
  const reordered = { ...published, definition: Object.fromEntries(Object.entries(published.definition).reverse()) }
  expect(reader.check('ACME_BANK', { _id: 'ACME_BANK', ...reordered })).not.toBeNull()
  expect(reader.isSigned('ACME_BANK', published)).toBe(true)
})

const open = { ...published.definition, encryption: 'OPTIONAL', name: 'Changed' } as const
const contextToken = callerTokens({ caller: 'gateway', keyFile: files.keyFileOf('gateway') }).tokenFor('dcms.tenants', {
  tenant: 'ACME_BANK',
  user: 'ACME_BANK',
  roles: [],
})
test.each([
  ['another definition', { ...published, definition: open }],
  ['a version that jumps ahead', { ...published, version: 1_000_000 }],
  ['another bank', { ...published, definition: { ...published.definition, tenant: 'OTHER_BANK' } }],
  ['no signature', { version: 4, definition: open }],
  ['another key of the installation', { ...definitionSigner(files.keyFileOf('kit'))({ version: 4, definition: open }) }],
  ['a context token of the gateway', { ...published, signature: contextToken }],
  ['a signature of nobody', { ...published, signature: 'x.y.z' }],
])('a forgery is passed over: %s', (_what, forged) => {
  expect(newReader().read('ACME_BANK', JSON.stringify(forged))).toBeNull()
  expect(newReader().check('ACME_BANK', forged)).toBeNull()
})

test.each(['', '{', 'null', '[]', '"text"', '{"version":1,"definition":null,"signature":""}'])('%j is no definition', (text) => {
  expect(newReader().read('ACME_BANK', text)).toBeNull()
})

test('under the name of another bank it is passed over', () => {
  expect(newReader().read('OTHER_BANK', JSON.stringify(published))).toBeNull()
})

test('what the gateway signed and this release cannot work with is passed over, and its faults are told', () => {
  lines.length = 0
  const bins = [{ bin: '123456', network: 'RUPAY' as const, panLength: 16 }]
  const wrong = sign({ version: 4, definition: { ...published.definition, bins } })
  expect(newReader().read('ACME_BANK', JSON.stringify(wrong))).toBeNull()
  expect(lines.join()).toContain('608040')
})

test('a thousand forgeries leave one line in the log', () => {
  lines.length = 0
  const reader = newReader()
  for (let number = 0; number < 1_000; number++) reader.read(`BANK_${number}`, '{}')
  expect(lines).toHaveLength(1)
})
