// Initialisation vectors, cut from a pool of random bytes.
import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 12_288

const pool = Buffer.allocUnsafeSlow(POOL_BYTES)
let used = POOL_BYTES

/**
 * `bytes` fresh random bytes, never handed out before. They are a view of the pool: use them before
 * the next call.
 */
export function randomIv(bytes: 12 | 16): Buffer {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool) // one call for a thousand messages: asking the generator each time costs 1.4 µs
    used = 0
  }
  const iv = pool.subarray(used, used + bytes)
  used += bytes
  return iv
}
