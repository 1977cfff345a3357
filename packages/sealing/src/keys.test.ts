// Keys: what is taken, what is refused.
import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { refusalOf } from '../test/refusal.ts'
import { agree, type Curve, DecryptionKey, EncryptionKey, generateKeyPair, type PublicJwk, publicPart } from './index.ts'

const UNUSABLE = 'decrypt-failed: not a usable P-256 or X25519 encryption key'
const zeros = Buffer.alloc(32).toString('base64url')

/** A JWK as it may come from outside: whatever its members are. */
const asGiven = (jwk: unknown) => jwk as PublicJwk

describe.each(['P-256', 'X25519'] as const)('a key pair on %s', (curve: Curve) => {
  const jwk = generateKeyPair(curve, 'bank-1')

  test('carries its key id, use and algorithm, and is taken as decryption and as encryption key', () => {
    expect(jwk).toMatchObject({ crv: curve, kid: 'bank-1', use: 'enc', alg: 'ECDH-ES' })
    expect(DecryptionKey.fromJwk(jwk)).toMatchObject({ kid: 'bank-1', curve })
    expect(EncryptionKey.fromJwk(publicPart(jwk))).toMatchObject({ kid: 'bank-1', curve })
  })

  test('shows no private member in its public part, whatever else stands in it', () => {
    const members = curve === 'P-256' ? ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'] : ['alg', 'crv', 'kid', 'kty', 'use', 'x']
    expect(Object.keys(publicPart({ ...jwk, ...{ k: 'secret' } })).sort()).toEqual(members)
  })

  test('prints without its private part', () => {
    expect(inspect(DecryptionKey.fromJwk(jwk), { depth: 9, showHidden: true })).not.toContain(jwk.d)
  })

  test('is refused when its public part belongs to another private key', () => {
    const other = generateKeyPair(curve, 'bank-2')
    expect(refusalOf(() => DecryptionKey.fromJwk({ ...other, d: jwk.d }))).toBe(UNUSABLE)
  })

  test.each([
    ['another use', { use: 'sig' }],
    ['another algorithm', { alg: 'ES256' }],
    ['another key type', { kty: 'RSA' }],
    ['another curve', { crv: 'P-384' }],
    ['the curve of the other key type', { crv: curve === 'P-256' ? 'X25519' : 'P-256' }],
    ['a key id that is no text', { kid: 7 }],
    ['a missing x', { x: undefined }],
    ['a short x', { x: 'AAAA' }],
    ['a padded x', { x: `${jwk.x}=` }],
    ['an x with stray final bits', { x: `${jwk.x.slice(0, 42)}${jwk.x.endsWith('B') ? 'D' : 'B'}` }],
  ])('is refused with %s', (_what, change) => {
    expect(refusalOf(() => EncryptionKey.fromJwk(asGiven({ ...publicPart(jwk), ...change })))).toBe(UNUSABLE)
    expect(refusalOf(() => DecryptionKey.fromJwk({ ...jwk, ...asGiven({ ...publicPart(jwk), ...change }) }))).toBe(UNUSABLE)
  })

  test('agrees with another pair on one secret, from a JWK or a prepared key', () => {
    const other = generateKeyPair(curve, 'bank-2')
    expect(agree(jwk, publicPart(other))).toEqual(agree(DecryptionKey.fromJwk(other), publicPart(jwk)))
  })
})

test('a point off the curve is refused', () => {
  const jwk = publicPart(generateKeyPair('P-256', 'k'))
  expect(refusalOf(() => EncryptionKey.fromJwk({ ...jwk, y: jwk.x }))).toBe(UNUSABLE)
  expect(refusalOf(() => EncryptionKey.fromJwk({ ...jwk, x: zeros, y: zeros }))).toBe(UNUSABLE)
  expect(refusalOf(() => agree(generateKeyPair('P-256', 'own'), { ...jwk, y: jwk.x }))).toBe(UNUSABLE)
})

test('a point of small order on X25519 is refused, as it gives a secret of zeros', () => {
  const one = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]).toString('base64url')
  for (const x of [zeros, one]) {
    expect(refusalOf(() => EncryptionKey.fromJwk({ kty: 'OKP', crv: 'X25519', x }))).toBe(UNUSABLE)
    expect(refusalOf(() => agree(generateKeyPair('X25519', 'own'), { kty: 'OKP', crv: 'X25519', x }))).toBe(UNUSABLE)
  }
})

test('a private key of zero is refused on P-256', () => {
  expect(refusalOf(() => DecryptionKey.fromJwk({ ...generateKeyPair('P-256', 'k'), d: zeros }))).toBe(UNUSABLE)
})

test('keys of different curves do not agree', () => {
  expect(refusalOf(() => agree(generateKeyPair('P-256', 'a'), publicPart(generateKeyPair('X25519', 'b'))))).toBe(UNUSABLE)
})

test.each([null, undefined, 'key', 7, [], {}])('what is no key at all is refused: %p', (jwk) => {
  expect(refusalOf(() => EncryptionKey.fromJwk(asGiven(jwk)))).toBe(UNUSABLE)
})
