// Session messages and the keys of a session.
import { expect, test } from '@jest/globals'
import { ONE_MESSAGE, refusalOf } from '../test/refusal.ts'
import { readVectors, vectorTestName } from '../test/vectors.ts'
import {
  agree,
  deriveSessionKeys,
  EncryptionKey,
  generateKeyPair,
  openSession,
  type PrivateJwk,
  publicPart,
  readHeader,
  SessionKey,
  sealOneShot,
  sealSession,
} from './index.ts'
import { sessionKeyBytes } from './session-keys.ts'

const REFUSED = `decrypt-failed: ${ONE_MESSAGE}`
const key = SessionKey.fromBytes(Buffer.alloc(32, 1))

test('a message opens to the bytes that were sealed, under the ticket as kid', () => {
  const parsed = readHeader(sealSession('{"a":1}', key, 'ticket-1', { iat: 1, jti: 'j' }))
  expect(parsed.header).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'ticket-1', cty: 'application/json', iat: 1, jti: 'j' })
  expect(openSession(parsed, key).toString()).toBe('{"a":1}')
})

test('each message has its own IV', () => {
  const ivs = Array.from({ length: 5000 }, () => sealSession('', key, 't').split('.')[2])
  expect(new Set(ivs).size).toBe(ivs.length)
})

test('a message under another key is refused', () => {
  expect(refusalOf(() => openSession(readHeader(sealSession('{}', key, 't')), SessionKey.fromBytes(Buffer.alloc(32, 2))))).toBe(REFUSED)
})

test('a one-shot message is not taken', () => {
  const toUs = EncryptionKey.fromJwk(publicPart(generateKeyPair('X25519', 'k')))
  expect(refusalOf(() => openSession(readHeader(sealOneShot('{}', toUs)), key))).toBe(REFUSED)
})

test.each([0, 16, 31, 33])('a session key of %d bytes is refused', (length) => {
  expect(refusalOf(() => SessionKey.fromBytes(Buffer.alloc(length)))).toBe('decrypt-failed: an AES-256 key has 32 bytes')
})

test('both sides derive the same keys, and a request is not opened with the answer key', () => {
  const [client, gateway] = [generateKeyPair('X25519', 'c'), generateKeyPair('X25519', 'g')]
  const ofClient = deriveSessionKeys(agree(client, publicPart(gateway)), 'ticket', 'ACME_BANK', 'api_user')
  const ofGateway = deriveSessionKeys(agree(gateway, publicPart(client)), 'ticket', 'ACME_BANK', 'api_user')
  const request = readHeader(sealSession('{}', ofClient.requestKey, 'ticket'))
  expect(openSession(request, ofGateway.requestKey).toString()).toBe('{}')
  expect(refusalOf(() => openSession(request, ofGateway.answerKey))).toBe(REFUSED)
})

test('another ticket, tenant or user gives other keys', () => {
  const z = Buffer.alloc(32, 9)
  const keys = [
    sessionKeyBytes(z, 'ticket', 'ACME_BANK', 'api_user'),
    sessionKeyBytes(z, 'ticket-2', 'ACME_BANK', 'api_user'),
    sessionKeyBytes(z, 'ticket', 'OTHER_BANK', 'api_user'),
    sessionKeyBytes(z, 'ticket', 'ACME_BANK', 'other_user'),
  ].flatMap(({ request, answer }) => [request.toString('hex'), answer.toString('hex')])
  expect(new Set(keys).size).toBe(keys.length)
})

test('a secret of another length is refused', () => {
  expect(refusalOf(() => deriveSessionKeys(Buffer.alloc(31), 't', 'ACME_BANK', 'u'))).toBe('decrypt-failed: an agreed secret has 32 bytes')
})

interface SessionVector {
  crv: string
  clientKey: PrivateJwk
  gatewayKey: PrivateJwk
  tenant: string
  username: string
  ticket: string
  z: string
  requestKey: string
  answerKey: string
}
const file = readVectors<{ vectors: SessionVector[] }>('session-keys.json')
test(
  vectorTestName(file !== undefined, 'session-keys.json', 'secret, request key and answer key of each curve are those of the contract'),
  () => {
    for (const vector of file?.vectors ?? []) {
      const z = agree(vector.clientKey, publicPart(vector.gatewayKey))
      const { request, answer } = sessionKeyBytes(z, vector.ticket, vector.tenant, vector.username)
      expect({ crv: vector.crv, z: z.toString('hex'), requestKey: request.toString('hex'), answerKey: answer.toString('hex') }).toEqual({
        crv: vector.crv,
        z: vector.z,
        requestKey: vector.requestKey,
        answerKey: vector.answerKey,
      })
      expect(agree(vector.gatewayKey, publicPart(vector.clientKey))).toEqual(z)
    }
  },
)
