// One-shot messages.
import { describe, expect, test } from '@jest/globals'
import { ONE_MESSAGE, refusalOf } from '../test/refusal.ts'
import {
  type Curve,
  DecryptionKey,
  EncryptionKey,
  generateKeyPair,
  openOneShot,
  type PublicJwk,
  publicPart,
  readHeader,
  SessionKey,
  sealOneShot,
  sealSession,
} from './index.ts'

const REFUSED = `decrypt-failed: ${ONE_MESSAGE}`

/**
 * The message with another ephemeral key in its header; the tag no longer fits, but the key must be
 * refused before.
 */
function withEpk(jwe: string, epk: PublicJwk): string {
  const [header = '', ...rest] = jwe.split('.')
  const members = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), epk }
  return [Buffer.from(JSON.stringify(members)).toString('base64url'), ...rest].join('.')
}

describe.each(['P-256', 'X25519'] as const)('on %s', (curve: Curve) => {
  const jwk = generateKeyPair(curve, 'gateway-1')
  const ours = DecryptionKey.fromJwk(jwk)
  const toUs = EncryptionKey.fromJwk(publicPart(jwk))

  test('a message opens to the bytes that were sealed, text and bytes alike', () => {
    for (const plaintext of ['', '{"name":"नाम"}', Buffer.from([0, 255, 128])]) {
      expect(openOneShot(readHeader(sealOneShot(plaintext, toUs)), ours)).toEqual(Buffer.from(plaintext))
    }
  })

  test('the header names the key, a new ephemeral key and what the sender added', () => {
    const [first, second] = [1, 2].map(() => readHeader(sealOneShot('{}', toUs, { jti: 'j', reply_kid: 'bank-1' })).header)
    expect(first).toMatchObject({
      alg: 'ECDH-ES',
      enc: 'A256GCM',
      kid: 'gateway-1',
      cty: 'application/json',
      jti: 'j',
      reply_kid: 'bank-1',
    })
    expect(first?.epk?.crv).toBe(curve)
    expect(first?.epk).not.toEqual(second?.epk)
  })

  test('a content type of its own replaces application/json', () => {
    expect(readHeader(sealOneShot('a,b', toUs, { cty: 'text/plain' })).header.cty).toBe('text/plain')
  })

  test('a message to another key of the same name is refused', () => {
    const other = DecryptionKey.fromJwk(generateKeyPair(curve, 'gateway-1'))
    expect(refusalOf(() => openOneShot(readHeader(sealOneShot('{}', toUs)), other))).toBe(REFUSED)
  })

  test('a message that names another key is refused as such', () => {
    const other = DecryptionKey.fromJwk(generateKeyPair(curve, 'gateway-2'))
    expect(refusalOf(() => openOneShot(readHeader(sealOneShot('{}', toUs)), other))).toBe(
      'key-not-found: the message is sealed to another key',
    )
  })

  test('an ephemeral key of the other curve is refused', () => {
    const other = publicPart(generateKeyPair(curve === 'P-256' ? 'X25519' : 'P-256', 'e'))
    expect(refusalOf(() => openOneShot(readHeader(withEpk(sealOneShot('{}', toUs), other)), ours))).toBe(REFUSED)
  })

  test('another good ephemeral key is refused by the tag, in the same words', () => {
    const other = publicPart(generateKeyPair(curve, 'e'))
    expect(refusalOf(() => openOneShot(readHeader(withEpk(sealOneShot('{}', toUs), other)), ours))).toBe(REFUSED)
  })

  test('an ephemeral key off the curve or of small order is refused', () => {
    const zeros = Buffer.alloc(32).toString('base64url')
    const bad: PublicJwk = curve === 'P-256' ? { kty: 'EC', crv: curve, x: zeros, y: zeros } : { kty: 'OKP', crv: curve, x: zeros }
    expect(refusalOf(() => openOneShot(readHeader(withEpk(sealOneShot('{}', toUs), bad)), ours))).toBe(REFUSED)
  })

  test('a session message is not taken', () => {
    const jwe = sealSession('{}', SessionKey.fromBytes(Buffer.alloc(32, 1)), 'gateway-1')
    expect(refusalOf(() => openOneShot(readHeader(jwe), ours))).toBe(REFUSED)
  })
})
