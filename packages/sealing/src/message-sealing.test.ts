// Messages that are sealed piece by piece.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  DecryptionKey,
  EncryptionKey,
  generateKeyPair,
  type MessageSealing,
  oneShotSealing,
  openOneShot,
  openSession,
  publicPart,
  readHeader,
  SessionKey,
  sessionSealing,
} from './index.ts'

const jwk = generateKeyPair('P-256', 'gateway-1')
const sessionKey = SessionKey.fromBytes(Buffer.alloc(32, 5))
const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 12 })

const sealed = (sealing: MessageSealing, parts: readonly Uint8Array[]): string =>
  sealing.head + parts.map((part) => sealing.push(part)).join('') + sealing.finish()

test('a message opens to what was sealed, however it was cut, under a key of its own', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const parsed = readHeader(sealed(oneShotSealing(EncryptionKey.fromJwk(publicPart(jwk)), { cty: 'text/plain', jti: 'j-1' }), parts))
      expect(parsed.header).toMatchObject({ alg: 'ECDH-ES', kid: 'gateway-1', cty: 'text/plain', jti: 'j-1' })
      expect(openOneShot(parsed, DecryptionKey.fromJwk(jwk))).toEqual(Buffer.concat(parts))
    }),
  )
})

test('and under the key of a session', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const parsed = readHeader(sealed(sessionSealing(sessionKey, 'ticket-1'), parts))
      expect(parsed.header).toMatchObject({ alg: 'dir', kid: 'ticket-1' })
      expect(openSession(parsed, sessionKey)).toEqual(Buffer.concat(parts))
    }),
  )
})
