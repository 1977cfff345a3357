import { expect, test } from '@jest/globals'
import { boundaryFaults, circlesIn, importsOf } from './boundaries.ts'

const folders = new Map([
  ['@dcms/customer', 'services/customer'],
  ['@dcms/kit', 'services/kit'],
  ['@dcms/gateway', 'gateway'],
  ['@dcms/service', 'packages/service'],
  ['@dcms/contract', 'packages/contract'],
  ['@dcms/ops', 'infra/ops'],
])
const faultsOf = (path: string, text: string) => boundaryFaults(path, text, folders)

test('a service may import packages and its own files', () => {
  expect(faultsOf('services/kit/src/a.ts', `import { x } from '@dcms/service'\nimport { y } from './kit.ts'`)).toEqual([])
})

test.each([
  ['services/kit/src/a.ts', `import { x } from '@dcms/customer'`, 'never imported'],
  ['services/kit/src/a.ts', `import { x } from '../../customer/src/customer.ts'`, 'by path'],
  ['services/kit/src/a.ts', `import { Kafka } from 'kafkajs'`, 'only packages/events'],
  ['packages/service/src/a.ts', `import { x } from '@dcms/kit'`, 'never imported'],
  ['packages/service/src/a.ts', `import { x } from '@dcms/gateway'`, 'never imported'],
  ['packages/service/src/a.ts', `import { x } from '@dcms/ops'`, 'does not import @dcms/ops'],
  ['gateway/src/a.ts', `import { x } from '@dcms/contract/src/kit/activate-kit.ts'`, 'only its root'],
  ['gateway/src/a.ts', `const m = await import('../../services/kit/src/kit.ts')`, 'by path'],
  ['services/kit/src/a.ts', `import { x } from '@dcms/service'\nawait connection.startSession()`, 'banned'],
])('%s with %s is a fault', (path, text, fault) => {
  expect(faultsOf(path, text)).toEqual([expect.stringContaining(fault)])
})

test('only packages/events may import the Kafka client', () => {
  expect(faultsOf('packages/events/src/a.ts', `import { Kafka } from 'kafkajs'`)).toEqual([])
})

test('a circle is found, a diamond is none', () => {
  const diamond = new Map([
    ['a', ['b', 'c']],
    ['b', ['d']],
    ['c', ['d']],
    ['d', []],
  ])
  expect(circlesIn(diamond)).toEqual([])
  expect(circlesIn(new Map([...diamond, ['d', ['a']]]))).toContain('a → b → d → a')
})

test('a file imports what it names by path, once, and for its types too', () => {
  const text = `import type { A } from '../kit.ts'\nexport { b } from './b.ts'\nimport { c } from './b.ts'\nimport { x } from '@dcms/service'`
  expect(importsOf('services/kit/src/life/a.ts', text)).toEqual(['services/kit/src/kit.ts', 'services/kit/src/life/b.ts'])
})
