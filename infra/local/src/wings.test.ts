import { expect, test } from '@jest/globals'
import { missingWings, wingFaults } from './wings.ts'

const orders = { 'services/kit': [['life', 'look-ups'], ['vault']] }
const importing = (path: string, ...imports: string[]): string[] => wingFaults(path, imports, orders)

test('a wing imports its own files, those of the root, and wings below it', () => {
  const imports = ['services/kit/src/life/b.ts', 'services/kit/src/kit.ts', 'services/kit/src/vault/card-vault.ts']
  expect(importing('services/kit/src/life/a.ts', ...imports)).toEqual([])
})

test.each([
  ['services/kit/src/vault/a.ts', 'services/kit/src/life/b.ts', 'life does not stand below it'],
  ['services/kit/src/life/a.ts', 'services/kit/src/look-ups/b.ts', 'look-ups does not stand below it'],
  ['services/kit/src/vault/a.ts', 'services/kit/src/forms/b.ts', 'forms does not stand below it'],
  ['services/kit/src/forms/a.ts', 'services/kit/src/kit.ts', 'forms has no place in the order'],
])('%s with an import of %s is a fault', (path, target, fault) => {
  expect(importing(path, target)).toEqual([expect.stringContaining(fault)])
})

test.each([
  ['a file of the root', 'services/kit/src/main.ts'],
  ['a test', 'services/kit/src/vault/a.test.ts'],
  ['a helper of tests', 'services/kit/test/kit-bank.ts'],
  ['a file of a part without an order', 'services/customer/src/life/a.ts'],
])('%s may import any wing', (_what, path) => {
  expect(importing(path, 'services/kit/src/life/b.ts')).toEqual([])
})

test('a wing that is named and has no file is a fault', () => {
  const files = ['services/kit/src/life/a.ts', 'services/kit/src/vault/a.ts']
  expect(missingWings(files, orders)).toEqual([expect.stringContaining('look-ups')])
  expect(missingWings([...files, 'services/kit/src/look-ups/a.ts'], orders)).toEqual([])
})
