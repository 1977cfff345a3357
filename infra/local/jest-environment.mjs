// The environment of tests: Node's, with one repair. Jest runs tests in a context of their own,
// whose Error is not the one that Node's own modules throw; without this, `error instanceof Error`
// is false in tests for errors of fs or net, unlike in production.
//
// The rule tests of a worker share one, and in it what they load (jest-runtime.mjs); every other
// file has one for itself.
import { types } from 'node:util'
import { TestEnvironment } from 'jest-environment-node'
import { compileDependenciesOnce } from './compiled-once.mjs'
import { clockOffsetMs, movedDate } from './moved-clock.mjs'
import { promisedKind } from './src/test-kinds.ts'

compileDependenciesOnce()

/** What jest keeps about a file's tests among the globals: symbols such as JEST_STATE_SYMBOL. */
const OF_A_FILE = /^[A-Z_]+$/

let sharedByRules

/** Named by jest.config.mjs, which has it called with `new` for every test file. */
export default function environmentOf(config, context) {
  const { watch, watchAll } = config.globalConfig
  // Under --watch modules change between two runs of one process.
  if (promisedKind(context.testPath) !== 'rules' || watch || watchAll) return new DcmsEnvironment(config, context)
  sharedByRules ??= new SharedEnvironment(config, context)
  return sharedByRules
}

class DcmsEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context)
    if (clockOffsetMs !== 0) this.global.Date = movedDate(this.global.Date, clockOffsetMs)
    const contextError = this.global.Error
    Object.defineProperty(contextError, Symbol.hasInstance, {
      value(candidate) {
        return this === contextError ? types.isNativeError(candidate) : Function.prototype[Symbol.hasInstance].call(this, candidate)
      },
    })
  }
}

class SharedEnvironment extends DcmsEnvironment {
  isShared = true
  firstExit = this.global.process.exit
  firstSettings = { ...this.global.process.env }

  /** After a file: the next one finds timers, settings and jest as if it were the first. */
  async teardown() {
    this.fakeTimers.useRealTimers()
    this.fakeTimersModern.useRealTimers()
    const { process } = this.global
    process.exit = this.firstExit
    for (const name of Object.keys(process.env)) if (!(name in this.firstSettings)) delete process.env[name]
    Object.assign(process.env, this.firstSettings)
    for (const symbol of Object.getOwnPropertySymbols(this.global)) if (OF_A_FILE.test(symbol.description)) delete this.global[symbol]
  }
}
