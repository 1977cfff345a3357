// Prepared keys: the checks on a JWK are done once, at import, and the rest is ready for use.
import { createECDH, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { type Curve, coordinate, curveOf, type PrivateJwk, type PublicJwk, pointOf, unusableKey } from './jwk.ts'
import { generateKeys, publicKeyOf, sharedSecret } from './key-agreement.ts'

// PrivateKeyInfo of X25519 up to the 32 bytes of the key (RFC 8410 section 7).
const X25519_PKCS8_BEGIN = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** A fresh key pair under this key id, marked `use: enc`, `alg: ECDH-ES`. */
export function generateKeyPair(curve: Curve, kid: string): PrivateJwk {
  const { x, y, d } = generateKeys(curve).privateKey.export({ format: 'jwk' })
  if (x === undefined || d === undefined) throw unusableKey()
  if (curve === 'X25519') return { kty: 'OKP', crv: curve, x, d, kid, use: 'enc', alg: 'ECDH-ES' }
  if (y === undefined) throw unusableKey()
  return { kty: 'EC', crv: curve, x, y, d, kid, use: 'enc', alg: 'ECDH-ES' }
}

/** A private key, prepared: opens what was sealed to its public part. */
export class DecryptionKey {
  /** Key id, empty if the JWK has none. */
  readonly kid: string
  readonly curve: Curve
  readonly #privateKey: KeyObject

  private constructor(kid: string, curve: Curve, privateKey: KeyObject) {
    this.kid = kid
    this.curve = curve
    this.#privateKey = privateKey
  }

  /**
   * Throws SealingError for anything but a P-256 or X25519 encryption key whose `x` (and `y`)
   * belong to its `d`.
   */
  static fromJwk(jwk: PrivateJwk): DecryptionKey {
    return orUnusable(() => {
      const curve = curveOf(jwk)
      const point = pointOf(jwk, curve)
      const privateKey = privateKeyOf(jwk, curve)
      if (!point.equals(curve === 'P-256' ? p256Point(jwk.d) : pointOf(createPublicKey(privateKey).export({ format: 'jwk' }), curve)))
        throw unusableKey()
      return new DecryptionKey(jwk.kid ?? '', curve, privateKey)
    })
  }

  /**
   * Z of the agreement with somebody's public key, 32 bytes. Throws when the key is of another
   * curve, malformed, off the curve or of small order.
   */
  agreeWith(other: PublicJwk): Buffer {
    if (curveOf(other) !== this.curve) throw unusableKey()
    return sharedSecret(this.curve, this.#privateKey, publicKeyOf(this.curve, pointOf(other, this.curve)))
  }
}

/** A recipient's public key, prepared: seals to its owner. */
export class EncryptionKey {
  /** Key id, empty if the JWK has none. */
  readonly kid: string
  readonly curve: Curve
  readonly #publicKey: KeyObject

  private constructor(kid: string, curve: Curve, publicKey: KeyObject) {
    this.kid = kid
    this.curve = curve
    this.#publicKey = publicKey
  }

  /**
   * Throws SealingError for anything but a P-256 or X25519 encryption key, a point off the curve
   * and a point of small order included.
   */
  static fromJwk(jwk: PublicJwk): EncryptionKey {
    return orUnusable(() => {
      const curve = curveOf(jwk)
      const publicKey = publicKeyOf(curve, pointOf(jwk, curve))
      sharedSecret(curve, generateKeys(curve).privateKey, publicKey) // any private key shows a point of small order
      return new EncryptionKey(jwk.kid ?? '', curve, publicKey)
    })
  }

  /**
   * A new ephemeral key and Z of its agreement with this one (RFC 7518 section 4.6: a new one for
   * each message).
   */
  agreeEphemeral(): { epk: JsonWebKey; z: Buffer } {
    const { publicKey, privateKey } = generateKeys(this.curve)
    return { epk: publicKey.export({ format: 'jwk' }), z: sharedSecret(this.curve, privateKey, this.#publicKey) }
  }
}

/**
 * Z = ECDH(own private, other's public), 32 bytes. Throws SealingError for unusable keys, different
 * curves and, on X25519, the all-zero secret.
 */
export function agree(own: PrivateJwk | DecryptionKey, other: PublicJwk): Buffer {
  const key = own instanceof DecryptionKey ? own : DecryptionKey.fromJwk(own)
  return orUnusable(() => key.agreeWith(other))
}

function privateKeyOf(jwk: PrivateJwk, curve: Curve): KeyObject {
  const d = coordinate(jwk.d)
  if (curve === 'X25519') return createPrivateKey({ key: Buffer.concat([X25519_PKCS8_BEGIN, d]), format: 'der', type: 'pkcs8' })
  const { kty, crv, x, y } = jwk
  return createPrivateKey({ key: { kty, crv, x, y, d: jwk.d }, format: 'jwk' })
}

/** The point d·G on P-256: Node takes `x` and `y` of a JWK on trust. */
function p256Point(d: string): Buffer {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(coordinate(d))
  return ecdh.getPublicKey().subarray(1)
}

function orUnusable<T>(importKey: () => T): T {
  try {
    return importKey()
  } catch {
    throw unusableKey() // whatever it was, the caller learns one thing
  }
}
