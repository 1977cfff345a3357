// Each refusal of the pipeline, got over HTTP.
import { randomUUID } from 'node:crypto'
import { EncryptionKey, generateKeyPair, sealOneShot, sealSession } from '@dcms/sealing'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import jwt from 'jsonwebtoken'
import { issueToken } from '../src/keys/tokens.ts'
import { type Answer, Bank, codeOf, freshHeader, headerFor, nowSeconds } from './bank.ts'
import { definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const ACTIVATION = '/v1/kit-manager/kitActivation'
const FETCH = '/v1/kit-manager/fetchKitsByEntityId'
const BODY = { entityId: 'e', kitNo: '1' }
const clientKeys = newClientKeys()
let gateway: TestGateway
let bank: Bank
let sandbox: Bank
let reader: Bank

beforeAll(async () => {
  gateway = await TestGateway.start()
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys))
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys), 'reader', ['READ_ONLY'])
  await gateway.addBank(definitionOf('SANDBOX_BANK', clientKeys, { encryption: 'OPTIONAL' }))
  const url = gateway.url
  bank = new Bank({ url, tenant: 'ACME_BANK', clientKeys })
  reader = new Bank({ url, tenant: 'ACME_BANK', username: 'reader', clientKeys })
  sandbox = new Bank({ url, tenant: 'SANDBOX_BANK', clientKeys })
  for (const each of [bank, reader, sandbox]) expect((await each.logIn(PASSWORD)).status).toBe(200)
})
afterAll(() => gateway.close())

/** Refused in clear, before any service was called. */
function expectRefused(answer: Answer, status: number, code: string): void {
  expect([answer.status, codeOf(answer), answer.sealed]).toEqual([status, code, false])
  expect(answer.headers.get('x-request-id')).toMatch(/^[A-Za-z0-9._-]{1,100}$/)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
}

test('an unknown path is path.not.found, in the pipeline and beside it', async () => {
  for (const path of [
    '/v1/kit-manager/unknown',
    '/dcms/x',
    '/v1/',
    '/nothing',
    '/v1',
    '/V1/kit-manager/kitActivation',
    '/v1/kit-manager/kitActivation/',
    '/API/authenticate',
    '/api/session/',
  ])
    expectRefused(await bank.send(path, bank.seal(BODY)), 404, 'path.not.found')
})

test('a known path with another method is method.not.allowed and says which is allowed', async () => {
  for (const [path, method, allow] of [
    [ACTIVATION, 'GET', 'POST'],
    [ACTIVATION, 'DELETE', 'POST'],
    ['/api/authenticate', 'GET', 'POST'],
    ['/api/session', 'PUT', 'POST'],
    ['/.well-known/jwks.json', 'POST', 'GET, HEAD'],
    ['/health/ready', 'POST', 'GET, HEAD'],
  ] as const) {
    const answer = await bank.send(path, undefined, {}, method)
    expectRefused(answer, 405, 'method.not.allowed')
    expect(answer.headers.get('allow')).toBe(allow)
  }
})

test('without a tenant, or with an empty one, it is tenant.header.missing', async () => {
  for (const tenant of [undefined, '']) {
    expectRefused(await bank.send(ACTIVATION, bank.seal(BODY), { tenant }), 400, 'tenant.header.missing')
    expectRefused(await bank.send('/api/authenticate', bank.seal(BODY), { tenant }), 400, 'tenant.header.missing')
  }
})

test('a tenant that is not registered, wrong case included, is tenant.not.found', async () => {
  for (const tenant of ['NO_BANK', 'acme_bank', 'ACME_BANK, SANDBOX_BANK', '__proto__'])
    expectRefused(await bank.send(ACTIVATION, bank.seal(BODY), { tenant }), 400, 'tenant.not.found')
})

test('without a token it is auth.token.missing', async () => {
  const answer = await bank.send(ACTIVATION, bank.seal(BODY), { authorization: undefined })
  expectRefused(answer, 401, 'auth.token.missing')
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
})

test('a token that is none, forged, of another algorithm or another key is auth.token.invalid', async () => {
  const claims = { tenant: 'ACME_BANK', auth: 'ADMIN', ver: 1 }
  const options = { subject: 'api_user', issuer: 'dcms', audience: 'dcms', expiresIn: 60 } as const
  const kid = jwt.decode(bank.token, { complete: true })?.header.kid ?? ''
  const [head = '', payload = '', signature = ''] = bank.token.split('.')
  const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), auth: 'ADMIN' })).toString(
    'base64url',
  )
  for (const token of [
    'x',
    '',
    'a.b.c',
    `${head}.${forged}.${signature}`,
    `${head}.${payload}.`,
    `${Buffer.from(JSON.stringify({ alg: 'none', kid })).toString('base64url')}.${payload}.`,
    jwt.sign(claims, 'secret', { ...options, algorithm: 'HS256', keyid: kid }),
    jwt.sign(claims, 'secret', { ...options, algorithm: 'HS256' }),
    'x'.repeat(6000),
  ])
    expectRefused(await bank.send(ACTIVATION, bank.seal(BODY), { authorization: `Bearer ${token}` }), 401, 'auth.token.invalid')
  expectRefused(await bank.send(ACTIVATION, bank.seal(BODY), { authorization: `Basic ${bank.token}` }), 401, 'auth.token.invalid')
})

test('a token past its life is auth.token.expired, also one that was taken before', async () => {
  const user = { tenant: 'ACME_BANK', username: 'api_user', roles: ['API_CLIENT'], version: 1 }
  const sign = async (lifeSeconds: number): Promise<string> => issueToken(await gateway.keys(), user, lifeSeconds, Date.now())
  expectRefused(await bank.send(ACTIVATION, bank.seal(BODY), { authorization: `Bearer ${await sign(-1)}` }), 401, 'auth.token.expired')
  const short = `Bearer ${await sign(2)}`
  expect((await bank.call(ACTIVATION, BODY, { authorization: short })).status).toBe(200)
  await new Promise((resolve) => setTimeout(resolve, 2_100))
  expectRefused(await bank.call(ACTIVATION, BODY, { authorization: short }), 401, 'auth.token.expired')
})

test('a token of another tenant is tenant.mismatch', async () => {
  expectRefused(await bank.send(ACTIVATION, bank.seal(BODY), { tenant: 'SANDBOX_BANK' }), 403, 'tenant.mismatch')
})

test('a role that does not grant the call is auth.forbidden', async () => {
  expectRefused(await reader.call(ACTIVATION, BODY), 403, 'auth.forbidden')
  expect((await reader.call('/v1/kit-manager/fetchKitsByEntityId', { entityId: 'e' })).status).toBe(200)
})

test('a clear body where sealing is required is encryption.required', async () => {
  for (const [body, type] of [
    [JSON.stringify(BODY), 'application/json'],
    [undefined, undefined],
  ] as const)
    expectRefused(await bank.send(ACTIVATION, body, { 'content-type': type }), 400, 'encryption.required')
  expectRefused(await bank.send('/api/authenticate', '{}', { 'content-type': 'application/json' }), 400, 'encryption.required')
  expectRefused(await sandbox.send('/api/session', '{}', { 'content-type': 'application/json' }), 400, 'encryption.required')
})

test('another content type is content.type.unsupported', async () => {
  for (const type of ['text/plain', 'application/xml', 'application/jose+json', 'multipart/form-data; boundary=x'])
    expectRefused(await sandbox.send(ACTIVATION, '{}', { 'content-type': type }), 415, 'content.type.unsupported')
})

test('a clear call where it is allowed is answered clear, a sealed one sealed', async () => {
  const clear = await sandbox.send(ACTIVATION, JSON.stringify(BODY), { 'content-type': 'Application/JSON; charset=utf-8' })
  expect(clear).toMatchObject({ status: 200, sealed: false, body: { result: { echo: BODY } } })
  expect(await sandbox.call(ACTIVATION, BODY)).toMatchObject({ status: 200, sealed: true })
  const login = await fetch(`${gateway.url}/api/authenticate`, {
    method: 'POST',
    headers: { tenant: 'SANDBOX_BANK', 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'api_user', password: PASSWORD }),
  })
  expect(await login.json()).toEqual({ id_token: expect.any(String) })
})

test('what is no JSON object inside is invalid.input.request, in clear', async () => {
  for (const body of ['{', '[]', '"x"', 'null', '1', '{"a":1}x', '\u{feff}{}', '['.repeat(100_000)]) {
    expectRefused(await bank.send(ACTIVATION, bank.seal(body)), 400, 'invalid.input.request')
    expectRefused(await sandbox.send(ACTIVATION, body, { 'content-type': 'application/json' }), 400, 'invalid.input.request')
  }
  const notUtf8 = sealOneShot(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), bank.gatewayKey(), {
    ...headerFor(ACTIVATION),
    aud: 'ACME_BANK',
  })
  expectRefused(await bank.send(ACTIVATION, notUtf8), 400, 'invalid.input.request')
})

test('an Idempotency-Key that is none is invalid.input.request', async () => {
  for (const key of ['a b', 'x'.repeat(101)])
    expectRefused(await bank.call(ACTIVATION, BODY, { 'idempotency-key': key }), 400, 'invalid.input.request')
})

test('an unknown kid is encryption.key.not.found, so is an unknown reply_kid', async () => {
  const stranger = EncryptionKey.fromJwk(generateKeyPair('P-256', 'nobody'))
  expectRefused(
    await bank.send(ACTIVATION, sealOneShot('{}', stranger, { ...headerFor(ACTIVATION), aud: 'ACME_BANK' })),
    400,
    'encryption.key.not.found',
  )
  expectRefused(await bank.send(ACTIVATION, bank.seal(BODY, { ...freshHeader(), reply_kid: 'nobody' })), 400, 'encryption.key.not.found')
})

test('an unknown, altered or foreign ticket is encryption.key.not.found', async () => {
  const own = new Bank({ url: gateway.url, tenant: 'ACME_BANK', clientKeys })
  await own.logIn(PASSWORD)
  await own.openSession()
  const { session } = own
  if (!session) throw new Error('no session')
  const sealUnder = (ticket: string, path = ACTIVATION): string =>
    sealSession('{}', session.keys.requestKey, ticket, { ...headerFor(path), aud: 'ACME_BANK' })
  for (const ticket of ['', 'x', '20261120.x', `${session.ticket}A`, session.ticket.slice(0, -1), session.ticket.replace('.', '.A')])
    expectRefused(await own.send(ACTIVATION, sealUnder(ticket)), 400, 'encryption.key.not.found')
  expectRefused(
    await own.send(FETCH, sealUnder(session.ticket, FETCH), { authorization: `Bearer ${reader.token}` }),
    400,
    'encryption.key.not.found',
  )
  expect((await own.call(ACTIVATION, BODY)).status).toBe(200)
})

test('a wrong tag, a body that is no JWE and a session message where one-shot is asked are encryption.decrypt.failed', async () => {
  const jwe = bank.seal(BODY)
  const other = jwe.endsWith('A') ? 'Q' : 'A'
  for (const body of [`${jwe.slice(0, -1)}${other}`, jwe.slice(0, -3), 'x', '....', '{}', `${jwe}.x`, 'é'.repeat(500)])
    expectRefused(await bank.send(ACTIVATION, body), 400, 'encryption.decrypt.failed')
  expectRefused(await bank.send(ACTIVATION, undefined), 400, 'encryption.decrypt.failed')
  await bank.openSession()
  const inSession = bank.sealInSession({ key: {} }, headerFor('/api/session'))
  bank.session = undefined
  expectRefused(await bank.send('/api/session', inSession), 400, 'encryption.decrypt.failed')
})

test('without iat or jti it is encryption.decrypt.failed', async () => {
  for (const header of [{ iat: nowSeconds() }, { jti: randomUUID() }, { iat: nowSeconds(), jti: '' }, {}])
    expectRefused(await bank.send(ACTIVATION, bank.seal(BODY, header)), 400, 'encryption.decrypt.failed')
})

test('an iat more than 300 seconds away is encryption.timestamp.invalid, for a read and for a change', async () => {
  for (const path of [ACTIVATION, FETCH])
    for (const away of [-305, 305, -1e9, 1e9])
      expectRefused(
        await bank.send(path, bank.seal(BODY, { ...headerFor(path), iat: nowSeconds() + away })),
        400,
        'encryption.timestamp.invalid',
      )
})

test('an iat before the start of the gateway is taken for a read, not for a change', async () => {
  const header = (path: string) => ({ ...headerFor(path), iat: nowSeconds() - 200 })
  expectRefused(await bank.send(ACTIVATION, bank.seal(BODY, header(ACTIVATION))), 400, 'encryption.timestamp.invalid')
  expect((await bank.send(FETCH, bank.seal(BODY, header(FETCH)))).status).toBe(200)
})

test('a jti seen before is encryption.replayed: the same bytes, another body, another mode, but not another tenant', async () => {
  const header = freshHeader()
  const jwe = bank.seal(BODY, header)
  expect((await bank.send(ACTIVATION, jwe)).status).toBe(200)
  expectRefused(await bank.send(ACTIVATION, jwe), 400, 'encryption.replayed')
  expectRefused(await bank.send(ACTIVATION, bank.seal({}, { ...header, iat: header.iat + 60 })), 400, 'encryption.replayed')
  await bank.openSession()
  expectRefused(await bank.send(ACTIVATION, bank.sealInSession({}, header)), 400, 'encryption.replayed')
  bank.session = undefined
  expect((await sandbox.send(ACTIVATION, sandbox.seal({}, header))).status).toBe(200)
})

test('a message whose tag is wrong does not use up its jti', async () => {
  const jwe = bank.seal(BODY)
  expectRefused(await bank.send(ACTIVATION, `${jwe.slice(0, -2)}${jwe.endsWith('AA') ? 'QQ' : 'AA'}`), 400, 'encryption.decrypt.failed')
  expect((await bank.send(ACTIVATION, jwe)).status).toBe(200)
})
