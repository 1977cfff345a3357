// Key agreement against the Wycheproof files of P-256 and X25519.
import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { agree, type PrivateJwk, type PublicJwk } from '../src/index.ts'
import { orRefused } from './refusal.ts'
import { type Outcome, readVectors, type VectorCase, type VectorFile, vectorTestName, wrongCases } from './vectors.ts'

interface AgreementCase<Public, Private> extends VectorCase {
  public: Public
  private: Private
  shared: string
}
type HexFile = VectorFile<AgreementCase<string, string>>
type JwkFile = VectorFile<AgreementCase<PublicJwk, PrivateJwk>>

const expected = (vector: { shared: string }) => vector.shared
const secretOf = (own: PrivateJwk, other: PublicJwk): Outcome => orRefused(() => agree(own, other).toString('hex'))

// SubjectPublicKeyInfo of the named curve P-256 with an uncompressed point, up to the point.
const P256_SPKI_BEGIN = '3059301306072a8648ce3d020106082a8648ce3d030107034200'

/**
 * A raw point becomes a JWK if it is uncompressed; there is no JWK of any other form, so those
 * cannot come in.
 */
function p256Jwk(point: string): PublicJwk | undefined {
  const bytes = Buffer.from(point, 'hex')
  if (bytes.length !== 65 || bytes[0] !== 4) return undefined
  return { kty: 'EC', crv: 'P-256', x: bytes.toString('base64url', 1, 33), y: bytes.toString('base64url', 33) }
}

function p256PrivateJwk(d: string): PrivateJwk {
  const scalar = Buffer.from(d.replace(/^00/, '').padStart(64, '0'), 'hex')
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(scalar)
  const jwk = p256Jwk(ecdh.getPublicKey('hex'))
  if (jwk === undefined) throw new Error('createECDH gave no uncompressed point')
  return { ...jwk, d: scalar.toString('base64url') }
}

function x25519Private(d: string): PrivateJwk {
  const privateKey = createPrivateKey({ key: Buffer.from(`302e020100300506032b656e04220420${d}`, 'hex'), format: 'der', type: 'pkcs8' })
  const x = createPublicKey(privateKey).export({ format: 'jwk' }).x ?? ''
  return { kty: 'OKP', crv: 'X25519', x, d: Buffer.from(d, 'hex').toString('base64url') }
}

const x25519Public = (point: string): PublicJwk => ({ kty: 'OKP', crv: 'X25519', x: Buffer.from(point, 'hex').toString('base64url') })

// RFC 7748 section 5 has non-canonical and twist points computed with; section 6.1 lets the
// all-zero secret be refused, and it is.
const x25519Choice = (vector: VectorCase) => (vector.flags.includes('ZeroSharedSecret') ? 'refuse' : 'accept')

const points = readVectors<HexFile>('wycheproof/ecdh_secp256r1_ecpoint_test.json')
test(
  vectorTestName(points !== undefined, 'ecdh_secp256r1_ecpoint', 'valid points agree, all others, compressed ones too, are refused'),
  () => {
    if (points === undefined) return
    const run = (vector: { public: string; private: string }) => {
      const other = p256Jwk(vector.public)
      return other && secretOf(p256PrivateJwk(vector.private), other)
    }
    expect(wrongCases(points, run, expected, () => 'refuse')).toEqual([])
  },
)

const derKeys = readVectors<HexFile>('wycheproof/ecdh_secp256r1_test.json')
test(vectorTestName(derKeys !== undefined, 'ecdh_secp256r1', 'only the one DER form of the named curve is taken'), () => {
  if (derKeys === undefined) return
  // The acceptable ones are compressed points, curves spelt out by parameters and faulty DER: all
  // refused, as there is one form of a key here.
  const run = (vector: { public: string; private: string }) => {
    if (!vector.public.startsWith(P256_SPKI_BEGIN)) return undefined
    const other = p256Jwk(vector.public.slice(P256_SPKI_BEGIN.length))
    return other && secretOf(p256PrivateJwk(vector.private), other)
  }
  expect(wrongCases(derKeys, run, expected, () => 'refuse')).toEqual([])
})

const webcrypto = readVectors<JwkFile>('wycheproof/ecdh_secp256r1_webcrypto_test.json')
test(
  vectorTestName(
    webcrypto !== undefined,
    'ecdh_secp256r1_webcrypto',
    'valid JWKs agree, points off the curve and other curves are refused',
  ),
  () => {
    if (webcrypto === undefined) return
    const run = (vector: { public: PublicJwk; private: PrivateJwk }) => secretOf(vector.private, vector.public)
    expect(wrongCases(webcrypto, run, expected, () => 'refuse')).toEqual([])
  },
)

const x25519 = readVectors<HexFile>('wycheproof/x25519_test.json')
test(
  vectorTestName(x25519 !== undefined, 'x25519', 'valid points agree, the all-zero secret is refused, other odd points are taken'),
  () => {
    if (x25519 === undefined) return
    const run = (vector: { public: string; private: string }) => secretOf(x25519Private(vector.private), x25519Public(vector.public))
    expect(wrongCases(x25519, run, expected, x25519Choice)).toEqual([])
  },
)

const x25519Jwk = readVectors<JwkFile>('wycheproof/x25519_jwk_test.json')
test(vectorTestName(x25519Jwk !== undefined, 'x25519_jwk', 'as x25519, and keys of other types or curves are refused'), () => {
  if (x25519Jwk === undefined) return
  const run = (vector: { public: PublicJwk; private: PrivateJwk }) => secretOf(vector.private, vector.public)
  expect(wrongCases(x25519Jwk, run, expected, x25519Choice)).toEqual([])
})
