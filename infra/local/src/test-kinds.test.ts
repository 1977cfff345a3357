// Which kind a test is follows from what it reaches, and its name has to say so.
import { expect, test } from '@jest/globals'
import { kindFault, kindOf, promisedKind, type Sources } from './test-kinds.ts'

const files: Record<string, string> = {
  'services/kit/src/rule.test.ts': "import { rule } from './rule.ts'",
  'services/kit/src/rule.ts': "import { execa } from 'execa'",
  'services/kit/src/kept.test.ts': "import { bank } from '../test/bank.ts'",
  'services/kit/test/bank.ts': 'const { MONGO_URL: mongoUrl, KAFKA_BROKERS: kafkaBrokers } = process.env',
  'services/kit/src/settings.test.ts': "const settings = { MONGO_URL: 'mongodb://m' }\nconst { HOME } = process.env",
  'packages/sdk/test/tries.wire.test.ts': "import { serve } from './gateway.ts'",
  'packages/sdk/test/gateway.ts': 'export const serve = () => createServer(answer)',
  'packages/reference/test/compiled.tool.test.ts': "import { execa } from 'execa'",
  'infra/chaos/test/card.journey.test.ts': "import { installation } from '@dcms/chaos'",
  'infra/chaos/src/index.ts': "export * from './installation.ts'",
  'infra/chaos/src/installation.ts': "import { spawn } from 'node:child_process'\nconst url = process.env.MONGO_URL",
}
const sources: Sources = {
  textOf: (path) => files[path],
  entryOf: (name) => (name === '@dcms/chaos' ? 'infra/chaos/src/index.ts' : undefined),
}

test.each([
  ['services/kit/src/rule.test.ts', 'rules'], // the product's own code is not followed
  ['services/kit/src/kept.test.ts', 'store'],
  ['services/kit/src/settings.test.ts', 'rules'],
  ['packages/sdk/test/tries.wire.test.ts', 'wire'],
  ['packages/reference/test/compiled.tool.test.ts', 'tool'],
  ['infra/chaos/test/card.journey.test.ts', 'journey'],
])('%s: %s', (path, kind) => {
  expect(kindOf(path, sources)).toBe(kind)
})

test('a name that promises another kind is a fault, which says the right name', () => {
  expect(kindFault('services/kit/src/kept.test.ts', sources)).toBe(
    'services/kit/src/kept.test.ts: needs the engines, so its name is services/kit/src/kept.store.test.ts',
  )
  expect(kindFault('infra/chaos/test/card.journey.test.ts', sources)).toBeUndefined()
  expect(promisedKind('services/kit/src/rule.test.ts')).toBe('rules')
})
