// What loads modules for tests: jest's own, except that the rule tests of a worker share one, and
// with it the product's modules. Rules are pure and their tests many: loading what they import for
// each file anew took longer than trying them.
import { pathToFileURL } from 'node:url'
import Runtime from 'jest-runtime'
import { isTestCode } from './src/test-kinds.ts'

/** The part of jest that keeps the tests of one file. */
const RUNNER_OF_A_FILE = '/jest-circus/'

/**
 * Named by jest.config.mjs, which has it called with `new` for every test file: the runtime of an
 * environment that files share is made once.
 */
export default function DcmsRuntime(...parts) {
  const [, environment, , , , , testPath] = parts
  if (!environment.isShared) return new Runtime(...parts)
  environment.runtime ??= new SharedRuntime(...parts)
  environment.runtime.goOnWith(testPath)
  return environment.runtime
}

class SharedRuntime extends Runtime {
  goOnWith(testPath) {
    this._testPath = testPath
    this.esmLoader.testPath = testPath
    this.executor.testPath = testPath
    this.testState.state = 'loading'
  }

  /** After a file: what only tests run goes, the product's modules stay. */
  teardown() {
    this.restoreAllMocks()
    this.mockState.clear()
    this.testMainModule.reset()
    this.jestGlobals.clearJestObjectCache()
    const root = `${pathToFileURL(this._config.rootDir)}/`
    const { esModuleRegistry, internalModuleRegistry } = this.registries
    forget(esModuleRegistry, (name) => name.startsWith('@jest/globals/') || isTestCode(name.replace(root, '')))
    forget(internalModuleRegistry, (path) => path.includes(RUNNER_OF_A_FILE))
  }
}

function forget(registry, isOver) {
  for (const name of registry.keys()) if (isOver(name)) registry.delete(name)
}
