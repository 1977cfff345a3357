// JWKs of the two curves: P-256 (RFC 7518 section 6.2) and X25519 (RFC 8037).
import { decodeCanonical } from './base64url.ts'
import { SealingError } from './error.ts'

export type Curve = 'P-256' | 'X25519'

/**
 * A public key as it stands in a JWKS. `x`, `y`: canonical base64url of 32 bytes; `y` on P-256
 * only. `use`, where given, is `enc`, `alg` is `ECDH-ES`.
 */
export interface PublicJwk {
  kty: 'EC' | 'OKP'
  crv: Curve
  x: string
  y?: string
  kid?: string
  use?: string
  alg?: string
}

/** A private key: `d` is canonical base64url of 32 bytes. */
export interface PrivateJwk extends PublicJwk {
  d: string
}

const COORDINATE_BYTES = 32

/**
 * Why a key was refused is not said, only that it was: keys come from callers too (`/api/session`).
 */
export function unusableKey(): SealingError {
  return new SealingError('decrypt-failed', 'not a usable P-256 or X25519 encryption key')
}

/**
 * The curve of a JWK, or an error if key type, curve, use or algorithm are not those of ECDH-ES
 * here.
 */
export function curveOf(jwk: PublicJwk): Curve {
  if (typeof jwk !== 'object' || jwk === null) throw unusableKey()
  if (jwk.use !== undefined && jwk.use !== 'enc') throw unusableKey()
  if (jwk.alg !== undefined && jwk.alg !== 'ECDH-ES') throw unusableKey() // a key serves one algorithm: RFC 7517 section 4.4
  if (jwk.kid !== undefined && typeof jwk.kid !== 'string') throw unusableKey()
  if (jwk.kty === 'EC' && jwk.crv === 'P-256') return 'P-256'
  if (jwk.kty === 'OKP' && jwk.crv === 'X25519') return 'X25519'
  throw unusableKey()
}

/**
 * The public point: x ‖ y (64 bytes) on P-256, the u-coordinate (32 bytes) on X25519. Whether it
 * lies on the curve is not checked here.
 */
export function pointOf(jwk: { x?: unknown; y?: unknown }, curve: Curve): Buffer {
  if (curve === 'X25519') return coordinate(jwk.x)
  return Buffer.concat([coordinate(jwk.x), coordinate(jwk.y)])
}

export function coordinate(text: unknown): Buffer {
  if (typeof text !== 'string') throw unusableKey()
  const bytes = decodeCanonical(text, 'base64url')
  if (bytes.length !== COORDINATE_BYTES) throw unusableKey()
  return bytes
}

/** Only the public members of a key, whatever else stands in it: fit for a JWKS. */
export function publicPart(jwk: PublicJwk): PublicJwk {
  const { kty, crv, x, y, kid, use, alg } = jwk
  return {
    kty,
    crv,
    x,
    ...(y === undefined ? {} : { y }),
    ...(kid === undefined ? {} : { kid }),
    ...(use === undefined ? {} : { use }),
    ...(alg === undefined ? {} : { alg }),
  }
}
