// Runs something that must either work or refuse with the package's one error.
import { SealingError } from '../src/index.ts'

export const ONE_MESSAGE = 'the sealed message cannot be opened'

/**
 * The value, or undefined for a refusal. Any other exception is a fault of the package and goes on.
 */
export function orRefused<T>(attempt: () => T): T | undefined {
  try {
    return attempt()
  } catch (error) {
    if (error instanceof SealingError) return undefined
    throw error
  }
}

/** The refusal as "code: message"; throws if there was none. */
export function refusalOf(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    if (error instanceof SealingError) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('it was accepted')
}
