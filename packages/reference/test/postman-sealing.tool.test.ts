// What the Postman scripts seal, the gateway opens, and the other way round; in a context that has
// the language and nothing else.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import {
  agree,
  type Curve,
  DecryptionKey,
  deriveSessionKeys,
  EncryptionKey,
  generateKeyPair,
  openOneShot,
  openSession,
  type PrivateJwk,
  type PublicJwk,
  publicPart,
  readHeader,
  sealOneShot,
  sealSession,
} from '@dcms/sealing'
import { expect, test } from '@jest/globals'

interface Session {
  ticket: string
  keys: { request: string; answer: string }
}
interface PostmanSealing {
  uuid(): string
  generateKey(crv: Curve): PrivateJwk
  publicPart(key: PublicJwk): PublicJwk
  gatewayKey(jwks: { keys: PublicJwk[] }): PublicJwk | undefined
  sealOneShot(text: string, gatewayKey: PublicJwk, about: object): string
  openOneShot(jwe: string, jti: string): string
  sessionKeys(own: PrivateJwk, opened: { ticket: string; key: PublicJwk }, tenant: string, username: string): Session['keys']
  sealSession(text: string, session: Session, about: object): string
  openSession(jwe: string, session: Session, jti: string): string
}

const folder = join(import.meta.dirname, '../src/postman')
const script = execFileSync(process.execPath, [join(folder, 'bundle-primitives.ts')], { encoding: 'utf8' })
const TEXT = JSON.stringify({ name: 'Āśā ₹ 😀', amount: '1.00', long: 'x'.repeat(1000) })
const curves: Curve[] = ['P-256', 'X25519']

/** The scripts' own library as a sandbox holds it, for a client with this key. */
function postmanWith(clientKey: PrivateJwk): PostmanSealing {
  const own = readFileSync(join(folder, 'sealing.js'), 'utf8')
  const variables: Record<string, string> = { clientKeys: JSON.stringify({ keys: [clientKey] }), password: 'password' }
  const context = createContext({ pm: { variables: { get: (name: string) => variables[name] } }, crypto: null })
  return runInContext(`${script}\n${own}\ndcms`, context)
}

test.each(curves.flatMap((gateway) => curves.map((client) => [gateway, client] as const)))(
  'one-shot to a gateway key on %s and back to a client key on %s',
  (gatewayCurve, clientCurve) => {
    const gatewayKey = generateKeyPair(gatewayCurve, 'gateway-1')
    const clientKey = generateKeyPair(clientCurve, 'client-1')
    const postman = postmanWith(clientKey)
    const jti = postman.uuid()
    const request = readHeader(postman.sealOneShot(TEXT, publicPart(gatewayKey), { iat: 1_700_000_000, jti }))
    expect(request.header).toMatchObject({ alg: 'ECDH-ES', kid: 'gateway-1', iat: 1_700_000_000, jti, reply_kid: 'client-1' })
    expect(openOneShot(request, DecryptionKey.fromJwk(gatewayKey)).toString()).toBe(TEXT)

    const answer = sealOneShot(TEXT, EncryptionKey.fromJwk(publicPart(clientKey)), { irt: jti })
    expect(postman.openOneShot(answer, jti)).toBe(TEXT)
    expect(() => postman.openOneShot(answer, 'another request')).toThrow('belongs to another request')
  },
)

test.each(curves)('a session agreed on %s: both ends have the same keys', (curve) => {
  const postman = postmanWith(generateKeyPair('P-256', 'client-1'))
  const own = postman.generateKey(curve)
  const gatewayKey = generateKeyPair(curve, '')
  const keys = deriveSessionKeys(agree(gatewayKey, postman.publicPart(own)), 'ticket-1', 'ACME_BANK', 'api_user')
  const session = {
    ticket: 'ticket-1',
    keys: postman.sessionKeys(own, { ticket: 'ticket-1', key: publicPart(gatewayKey) }, 'ACME_BANK', 'api_user'),
  }
  const jti = postman.uuid()
  const request = readHeader(postman.sealSession(TEXT, session, { iat: 1_700_000_000, jti }))
  expect(request.header).toMatchObject({ alg: 'dir', kid: 'ticket-1', jti })
  expect(openSession(request, keys.requestKey).toString()).toBe(TEXT)
  expect(postman.openSession(sealSession(TEXT, keys.answerKey, 'ticket-1', { irt: jti }), session, jti)).toBe(TEXT)
})

test('ids and keys never repeat, and ids have the form of a UUID', () => {
  const postman = postmanWith(generateKeyPair('P-256', 'client-1'))
  const ids = Array.from({ length: 200 }, () => postman.uuid())
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('an answer with one changed character is refused', () => {
  const clientKey = generateKeyPair('P-256', 'client-1')
  const answer = sealOneShot(TEXT, EncryptionKey.fromJwk(publicPart(clientKey)), { irt: 'j' })
  const at = answer.length - 5
  const changed = `${answer.slice(0, at)}${answer[at] === 'A' ? 'B' : 'A'}${answer.slice(at + 1)}`
  expect(() => postmanWith(clientKey).openOneShot(changed, 'j')).toThrow()
})
