// Other people's library opens what we seal, and we open what it seals.
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { CompactEncrypt, compactDecrypt, importJWK } from 'jose'
import {
  DecryptionKey,
  EncryptionKey,
  generateKeyPair,
  openOneShot,
  openSession,
  publicPart,
  readHeader,
  SessionKey,
  sealOneShot,
  sealSession,
} from '../src/index.ts'
import { ONE_MESSAGE, refusalOf } from './refusal.ts'

const text = JSON.stringify({ entityId: 'req7', firstName: 'Ænne', note: 'x'.repeat(1000) })
const bytes = new TextEncoder().encode(text)
const fields = { iat: 1700000000, jti: 'a-1' }

describe.each(['P-256', 'X25519'] as const)('one-shot on %s', (curve) => {
  const jwk = generateKeyPair(curve, 'key-1')
  const ours = DecryptionKey.fromJwk(jwk)

  test('jose opens what we seal', async () => {
    const jwe = sealOneShot(text, EncryptionKey.fromJwk(publicPart(jwk)), { ...fields, irt: 'a-0' })
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, await importJWK({ ...jwk }, 'ECDH-ES'))
    expect(Buffer.from(plaintext).toString()).toBe(text)
    expect(protectedHeader).toMatchObject({ alg: 'ECDH-ES', enc: 'A256GCM', kid: 'key-1', cty: 'application/json', irt: 'a-0', ...fields })
  })

  test('we open what jose seals', async () => {
    const jwe = await new CompactEncrypt(bytes)
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: 'key-1', cty: 'application/json', ...fields })
      .encrypt(await importJWK({ ...publicPart(jwk) }, 'ECDH-ES'))
    const parsed = readHeader(jwe)
    expect(parsed.header).toMatchObject({ kid: 'key-1', ...fields })
    expect(openOneShot(parsed, ours).toString()).toBe(text)
  })

  test.each([
    ['apu and apv', { apu: Buffer.from('Alice'), apv: Buffer.from('Bob') }],
    ['apu only', { apu: Buffer.from('Alice') }],
    ['apv only', { apv: Buffer.from('Bob') }],
  ])('we open what jose seals with %s', async (_what, parties) => {
    const jwe = await new CompactEncrypt(bytes)
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
      .setKeyManagementParameters(parties)
      .encrypt(await importJWK({ ...publicPart(jwk) }, 'ECDH-ES'))
    expect(openOneShot(readHeader(jwe), ours).toString()).toBe(text)
  })

  test.each(['A128GCM', 'A256CBC-HS512'])('we refuse what jose seals with %s', async (enc) => {
    const jwe = await new CompactEncrypt(bytes)
      .setProtectedHeader({ alg: 'ECDH-ES', enc })
      .encrypt(await importJWK({ ...publicPart(jwk) }, 'ECDH-ES'))
    expect(refusalOf(() => readHeader(jwe))).toBe(`decrypt-failed: ${ONE_MESSAGE}`)
  })
})

describe('session', () => {
  const secret = randomBytes(32)
  const key = SessionKey.fromBytes(secret)

  test('jose opens what we seal', async () => {
    const { plaintext, protectedHeader } = await compactDecrypt(sealSession(text, key, 'ticket-1', fields), secret)
    expect(Buffer.from(plaintext).toString()).toBe(text)
    expect(protectedHeader).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'ticket-1', cty: 'application/json', ...fields })
  })

  test('we open what jose seals', async () => {
    const jwe = await new CompactEncrypt(bytes)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: 'ticket-1', ...fields })
      .encrypt(secret)
    expect(openSession(readHeader(jwe), key).toString()).toBe(text)
  })
})
