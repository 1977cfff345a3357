// The code that the README shows, run.
import { expect, test } from '@jest/globals'
import {
  agree,
  DecryptionKey,
  decryptField,
  deriveSessionKeys,
  EncryptionKey,
  encryptField,
  generateKeyPair,
  openOneShot,
  openSession,
  publicPart,
  readHeader,
  sealOneShot,
  sealSession,
} from '../src/index.ts'

test('both modes and fields, as the README shows them, bring back what was sealed', () => {
  const [tenant, username, ticket, fieldKey, cardNumber] = ['ACME_BANK', 'api_user', 'ticket-1', Buffer.alloc(32, 7), '6080400000000000']
  const [otherPrivateJwk, clientJwk] = [generateKeyPair('X25519', 'bank-1'), generateKeyPair('P-256', 'client-1')]
  const [otherPublicJwk, clientPublicJwk] = [publicPart(otherPrivateJwk), publicPart(clientJwk)]
  // #region keys
  const gatewayJwk = generateKeyPair('X25519', 'gateway-2') // private; publicPart(jwk) is fit for a JWKS
  // #endregion
  const body = sealOneShot('{"a":1}', EncryptionKey.fromJwk(publicPart(gatewayJwk)), { jti: 'j-1' })

  // #region one-shot
  const parsed = readHeader(body) // string or Buffer; no cryptography yet
  const { jti } = parsed.header // also alg, kid, iat, aud, htu, irt, reply_kid, cty: trust nothing before it is opened
  const request = openOneShot(parsed, DecryptionKey.fromJwk(gatewayJwk)) // Buffer
  const answer = sealOneShot(request, EncryptionKey.fromJwk(clientPublicJwk), jti === undefined ? {} : { irt: jti })
  // #endregion
  expect(openOneShot(readHeader(answer), DecryptionKey.fromJwk(clientJwk)).toString()).toBe('{"a":1}')
  expect(readHeader(answer).header.irt).toBe('j-1')

  // #region session
  const z = agree(gatewayJwk, otherPublicJwk)
  const { requestKey, answerKey } = deriveSessionKeys(z, ticket, tenant, username)
  const sealed = sealSession('{"b":2}', requestKey, ticket, { jti: 'j-2' }) // cty is application/json unless given
  const opened = openSession(readHeader(sealed), requestKey) // Buffer
  // #endregion
  expect(opened.toString()).toBe('{"b":2}')
  const ofOther = deriveSessionKeys(agree(otherPrivateJwk, publicPart(gatewayJwk)), ticket, tenant, username)
  expect(openSession(readHeader(sealSession('{}', answerKey, ticket, { irt: 'j-2' })), ofOther.answerKey).toString()).toBe('{}')

  // #region fields
  const encrypted = encryptField(cardNumber, fieldKey) // Base64 of IV (16) ‖ ciphertext ‖ tag (16)
  const decrypted = decryptField(encrypted, fieldKey)
  // #endregion
  expect(decrypted).toBe(cardNumber)
})
