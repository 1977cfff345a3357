// Comparing secrets in a time that tells nothing of them.
import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * Equal texts, compared by their digests: so the lengths need not be equal, and do not show either.
 */
export function secretEquals(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest())
}
