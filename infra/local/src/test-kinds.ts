// The kinds of tests, told by their names. A file's kind follows from what it reaches, so that a
// name cannot promise what does not hold.

/** What a kind of test needs besides Node. */
export const testKinds = {
  /** Rules by plain calls: `activate-kit.test.ts`. */
  rules: { needs: 'nothing', suffix: '.test.ts' },
  /** Over sockets of its own, so that time passes: `tries.wire.test.ts`. */
  wire: { needs: 'sockets of its own', suffix: '.wire.test.ts' },
  /** Against the real database or Kafka: `idempotency.store.test.ts`. */
  store: { needs: 'the engines', suffix: '.store.test.ts' },
  /** Starts other programs, a compiler or a browser: `openapi.tool.test.ts`. */
  tool: { needs: 'other programs', suffix: '.tool.test.ts' },
  /** Processes of the product with their engines: `first-card.journey.test.ts`. */
  journey: { needs: 'the engines and processes of its own', suffix: '.journey.test.ts' },
} as const
export type TestKind = keyof typeof testKinds

const beyondRules = (Object.keys(testKinds) as TestKind[]).filter((kind) => kind !== 'rules')
/** For jest: what needs more than a plain call. */
export const BEYOND_RULES = `\\.(${beyondRules.join('|')})\\.test\\.ts$`
const ENDING = new RegExp(`(\\.(${beyondRules.join('|')}))?\\.test\\.ts$`)

const IMPORT = /(?:from|import)\s*\(?\s*'([^']+)'/g
const ENGINES = /process\.env\.(MONGO_URL|KAFKA_BROKERS)|\{[^{}]*\b(MONGO_URL|KAFKA_BROKERS)\b[^{}]*\}\s*=\s*process\.env/
/** It serves, or asks such a server. */
const SOCKETS = /\bcreateServer\(/
/** The last two start processes and engines. */
const PROGRAMS = /from '(execa|node:child_process|playwright-core|@dcms\/ops|@dcms\/local)'/
/** Code that only tests run; what the product's own code needs, a test may do without. */
const TEST_CODE = /\/test\/|\.test\.ts$|^infra\/chaos\/src\//

/** A workspace's sources, by path from its root. */
export interface Sources {
  textOf(path: string): string | undefined
  /** Where the root of a package is: `@dcms/chaos` → `infra/chaos/src/index.ts`. */
  entryOf(name: string): string | undefined
}

/**
 * What a test file needs, by the test code that it imports, directly and on the way. The product's
 * own code is not followed.
 */
export function kindOf(path: string, sources: Sources): TestKind {
  const reached = [...reachedFrom(path, sources)].map((each) => sources.textOf(each) ?? '')
  const engines = reached.some((text) => ENGINES.test(text))
  const programs = reached.some((text) => PROGRAMS.test(text))
  if (engines) return programs ? 'journey' : 'store'
  if (programs) return 'tool'
  return reached.some((text) => SOCKETS.test(text)) ? 'wire' : 'rules'
}

function reachedFrom(path: string, sources: Sources, reached = new Set<string>()): Set<string> {
  const text = sources.textOf(path)
  if (text === undefined || reached.has(path) || !TEST_CODE.test(path)) return reached
  reached.add(path)
  for (const [, wanted = ''] of text.matchAll(IMPORT)) {
    const target = wanted.startsWith('.') ? new URL(wanted, `file:///${path}`).pathname.slice(1) : sources.entryOf(wanted)
    if (target !== undefined) reachedFrom(target, sources, reached)
  }
  return reached
}

/** Whether only tests run it, by its path from the root of the repository. */
export const isTestCode = (path: string): boolean => TEST_CODE.test(path)

/** The kind that a name promises. */
export const promisedKind = (path: string): TestKind => beyondRules.find((kind) => path.endsWith(testKinds[kind].suffix)) ?? 'rules'

/**
 * The fault of a test whose name promises another kind than it is; `undefined` when it is as
 * promised.
 */
export function kindFault(path: string, sources: Sources): string | undefined {
  const kind = kindOf(path, sources)
  const { needs, suffix } = testKinds[kind]
  if (promisedKind(path) === kind) return undefined
  const name = path.replace(ENDING, suffix)
  return `${path}: needs ${needs}, so its name is ${name}`
}
