// GET /.well-known/jwks.json: the gateway's public keys, for sealing to it and for verifying its
// tokens.
import type { RequestHandler } from 'express'
import type { Keys } from './gateway-keys.ts'

const CACHE_SECONDS = 300

/**
 * The key set; clients may keep it for some minutes, a new key is published long before it is
 * needed.
 */
export const jwks =
  (keys: Keys): RequestHandler =>
  (_request, response) => {
    response.set('cache-control', `public, max-age=${CACHE_SECONDS}`).json(keys.jwks)
  }
