// The environment of tests: Node's, with one repair. Jest runs tests in a context of their own,
// whose Error is not the one that Node's own modules throw; without this, `error instanceof Error`
// is false in tests for errors of fs or net, unlike in production.
import { types } from 'node:util'
import { TestEnvironment } from 'jest-environment-node'
import { compileDependenciesOnce } from './compiled-once.mjs'
import { clockOffsetMs, movedDate } from './moved-clock.mjs'

compileDependenciesOnce()

/** Named by jest.config.mjs. */
export default class DcmsEnvironment extends TestEnvironment {
  async setup() {
    await super.setup()
    if (clockOffsetMs !== 0) this.global.Date = movedDate(this.global.Date, clockOffsetMs)
    const contextError = this.global.Error
    Object.defineProperty(contextError, Symbol.hasInstance, {
      value(candidate) {
        return this === contextError ? types.isNativeError(candidate) : Function.prototype[Symbol.hasInstance].call(this, candidate)
      },
    })
  }
}
