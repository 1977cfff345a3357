// What the key commands make of their options, and how keys are shown.
import { keyContexts, keyPurposes } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { componentBytes, contextsOf, keyTable, whyNotRotated } from './dcms-keys.ts'

test('a purpose leads to the contexts that hold it, or to the one that is asked for', () => {
  expect(contextsOf('data', undefined)).toEqual(keyContexts)
  expect(contextsOf('transport', undefined)).toEqual(['kit', 'pin-preference'])
  expect(contextsOf('data', 'customer')).toEqual(['customer'])
  expect(() => contextsOf('pvk', 'kit')).toThrow('kit holds no pvk key; pin-preference does')
  expect(() => contextsOf('transport', 'customer')).toThrow('customer holds no transport key; kit and pin-preference do')
})

test('every purpose is held somewhere', () => {
  for (const purpose of keyPurposes) expect(contextsOf(purpose, undefined)).not.toEqual([])
})

test('hex, spaced as on paper, and Base64 give the same component', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(16, 32).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
      (bytes) => {
        const component = Buffer.from(bytes)
        const paper = component.toString('hex').toUpperCase().replaceAll(/.{4}/g, '$& ')
        expect(componentBytes(paper)).toEqual(component)
        expect(componentBytes(component.toString('base64'))).toEqual(component)
      },
    ),
  )
})

test.each(['', 'abcd', 'f'.repeat(63), 'f'.repeat(65), 'g'.repeat(64), `${'A'.repeat(42)}==`])('%s is no component', (text) => {
  expect(() => componentBytes(text)).toThrow('A component is 32 bytes (AES-256) or 16 bytes (TDES), in hex or Base64')
})

test('keys made here rotate; for the others there is a sentence', () => {
  expect(keyPurposes.filter((purpose) => whyNotRotated(purpose, 'ACME_BANK') === undefined)).toEqual(['data', 'index', 'pvk', 'cvk'])
  expect(whyNotRotated('numbering', 'ACME_BANK')).toContain('never')
  expect(whyNotRotated('mailer', 'ACME_BANK')).toContain('--key-block')
  expect(whyNotRotated('transport', 'ACME_BANK')).not.toContain('--key-block')
})

test('one table over all contexts: the newest version of a key is in use, earlier ones read; what waits stands below', () => {
  const key = { algorithm: 'AES-256', createdAt: '2026-11-21T03:10:59.000Z' } as const
  const text = keyTable([
    {
      context: 'pin-preference',
      keys: [{ ...key, purpose: 'pin', version: 1, kcv: 'AAAAAA' }],
      waiting: [{ purpose: 'pin', number: 1, officer: 'Asha', componentKcv: 'DDDDDD', createdAt: key.createdAt }],
    },
    {
      context: 'kit',
      keys: [
        { ...key, purpose: 'data', version: 2, kcv: 'BBBBBB' },
        { ...key, purpose: 'data', version: 1, kcv: 'CCCCCC' },
      ],
      waiting: [],
    },
  ])
  const cells = text
    .split('\n')
    .filter((line) => /[0-9A-F]{6}/.test(line) && line.includes('│'))
    .map((line) =>
      line
        .split('│')
        .map((cell) => cell.trim())
        .filter(Boolean),
    )
  const created = '2026-11-21 03:10 UTC'
  expect(cells).toEqual([
    ['data', 'kit', '1', 'CCCCCC', 'AES-256', 'reads old data', created],
    ['data', 'kit', '2', 'BBBBBB', 'AES-256', 'in use', created],
    ['pin', 'pin-preference', '1', 'AAAAAA', 'AES-256', 'in use', created],
  ])
  expect(text).toContain('component 1 of a pin key in pin-preference, KCV DDDDDD, brought by Asha')
  expect(keyTable([])).toBe('There are no keys.')
})
