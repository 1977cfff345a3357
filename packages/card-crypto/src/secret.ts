// A value that prints as [secret] wherever it is printed by mistake.
import { inspect } from 'node:util'

const printed = '[secret]'

/**
 * Wraps a key, PIN, CVV or password. String(), templates, JSON, util.inspect and console.log all
 * show `[secret]`.
 */
export class Secret<T = Uint8Array | string> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself: call it only where it is used, never where it is kept or logged. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return printed
  }

  toJSON(): string {
    return printed
  }

  [inspect.custom](): string {
    return printed
  }
}
