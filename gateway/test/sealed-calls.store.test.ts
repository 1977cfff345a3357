// Sealed calls through the whole gateway: one-shot and session mode, on both curves.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import jwt from 'jsonwebtoken'
import { Bank, codeOf } from './bank.ts'
import { answerJson, answerSuccess, definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const ACTIVATION = '/v1/kit-manager/kitActivation'
const clientKeys = newClientKeys()
let test1: TestGateway
let bank: Bank

beforeAll(async () => {
  test1 = await TestGateway.start()
  await test1.addBank(definitionOf('ACME_BANK', clientKeys))
  bank = new Bank({ url: test1.url, tenant: 'ACME_BANK', clientKeys })
  const answer = await bank.logIn(PASSWORD)
  expect({ status: answer.status, sealed: answer.sealed }).toEqual({ status: 200, sealed: true })
})
afterAll(() => test1.close())

test('the token says who it is for, lives an hour and is signed with the published key', () => {
  const { header, payload } = jwt.decode(bank.token, { complete: true }) ?? {}
  expect(header).toMatchObject({ alg: 'ES256' })
  expect(payload).toMatchObject({ sub: 'api_user', tenant: 'ACME_BANK', auth: 'API_CLIENT' })
  const { iat = 0, exp = 0 } = payload as { iat?: number; exp?: number }
  expect(exp - iat).toBe(3600)
})

test.each(['P-256', 'X25519'] as const)(
  'a one-shot call on %s is opened, forwarded with its context, and answered sealed',
  async (curve) => {
    const header = { iat: Math.floor(Date.now() / 1000), jti: `one-shot-${curve}`, reply_kid: 'bank-x25519' }
    const answer = await bank.send(ACTIVATION, bank.seal({ entityId: 'é', kitNo: '1' }, header, curve), {
      'x-request-id': 'my-request.1',
      'idempotency-key': 'key-1',
    })
    expect(answer).toMatchObject({ status: 200, sealed: true, body: { result: { echo: { entityId: 'é', kitNo: '1' } }, exception: null } })
    expect(answer.header).toMatchObject({ alg: 'ECDH-ES', kid: 'bank-x25519', irt: `one-shot-${curve}` })
    expect(answer.headers.get('x-request-id')).toBe('my-request.1')
    expect(answer.headers.get('date')).toEqual(expect.any(String))
    const call = test1.service.calls.at(-1)
    expect(call).toMatchObject({ method: 'POST', path: '/kit-manager/kitActivation' })
    expect(call?.headers).toMatchObject({ 'content-type': 'application/json', 'x-request-id': 'my-request.1', 'idempotency-key': 'key-1' })
    expect(call?.headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(call?.headers['x-dcms-definition-version']).toMatch(/^[1-9]\d*$/)
    expect(call?.headers.authorization).toBeUndefined()
    expect(jwt.decode(String(call?.headers['x-dcms-context']))).toMatchObject({
      iss: 'gateway',
      aud: 'kit',
      sub: 'api_user',
      tenant: 'ACME_BANK',
      roles: ['API_CLIENT'],
    })
  },
)

test('without reply_kid the answer is sealed to the first key of the definition', async () => {
  const answer = await bank.call(ACTIVATION, { entityId: 'e', kitNo: '1' })
  expect(answer.header?.kid).toBe('bank-p256')
})

test('the alias /dcms leads to the same endpoints, and a query is ignored', async () => {
  const answer = await bank.call('/dcms/kit-manager/kitActivation?a=1', { entityId: 'e', kitNo: '1' })
  expect(answer.status).toBe(200)
})

test('a refusal of the service comes back sealed with its status and its headers', async () => {
  test1.service.answer = (_call, response) =>
    answerJson(
      response,
      503,
      { result: null, exception: { errorCode: 'service.unavailable' }, pagination: null },
      { 'retry-after': '7', 'x-order-id': 'o1', server: 'x' },
    )
  const answer = await bank.call(ACTIVATION, {})
  test1.service.answer = answerSuccess
  expect(answer).toMatchObject({ status: 503, sealed: true })
  expect(codeOf(answer)).toBe('service.unavailable')
  expect([answer.headers.get('retry-after'), answer.headers.get('x-order-id'), answer.headers.get('server')]).toEqual(['7', 'o1', null])
})

test('a context token that the service refuses is our fault, not the bank’s', async () => {
  test1.service.answer = (_call, response) =>
    answerJson(response, 401, { result: null, exception: { errorCode: 'auth.token.invalid' }, pagination: null })
  const answer = await bank.call(ACTIVATION, {})
  test1.service.answer = answerSuccess
  expect([answer.status, codeOf(answer), answer.sealed]).toEqual([500, 'internal.error', true])
})

test.each(['P-256', 'X25519'] as const)('a session on %s carries many calls with one agreement', async (curve) => {
  const own = new Bank({ url: test1.url, tenant: 'ACME_BANK', clientKeys })
  await own.logIn(PASSWORD)
  const opened = await own.openSession(curve)
  expect(opened).toMatchObject({ status: 200, sealed: true, body: { expiresIn: 900, key: { crv: curve } } })
  for (const kitNo of ['1', '2', '3']) {
    const answer = await own.call(ACTIVATION, { entityId: 'e', kitNo })
    expect(answer).toMatchObject({ status: 200, sealed: true, body: { result: { echo: { kitNo } } } })
    expect(answer.header).toMatchObject({ alg: 'dir', kid: own.session?.ticket })
  }
})

test('an empty sealed body is an empty object', async () => {
  const answer = await bank.send(ACTIVATION, bank.seal(''))
  expect(answer.body.result).toEqual({ echo: {} })
})

test('the key set holds encryption keys of both curves and the signing key, and may be kept for a while', async () => {
  const response = await fetch(`${test1.url}/.well-known/jwks.json`)
  const { keys } = (await response.json()) as { keys: { crv: string; use: string; alg: string; d?: string }[] }
  expect(keys.map(({ crv, use, alg }) => `${use} ${crv} ${alg}`).sort()).toEqual([
    'enc P-256 ECDH-ES',
    'enc X25519 ECDH-ES',
    'sig P-256 ES256',
  ])
  expect(keys.some(({ d }) => d !== undefined)).toBe(false)
  expect(response.headers.get('cache-control')).toBe('public, max-age=300')
})
