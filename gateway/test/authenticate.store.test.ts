// Logging in: what is answered, to whom, how often; and revocation.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import jwt from 'jsonwebtoken'
import { FAILURES_MAX } from '../src/log-in/login-throttle.ts'
import { RELOAD_EVERY_MS } from '../src/users/users.ts'
import { Bank, codeOf, headerFor } from './bank.ts'
import { definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const ACTIVATION = '/v1/kit-manager/kitActivation'
const clientKeys = newClientKeys()
let gateway: TestGateway
const bankOf = (username: string, url = gateway.url): Bank => new Bank({ url, tenant: 'ACME_BANK', username, clientKeys })

beforeAll(async () => {
  gateway = await TestGateway.start()
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys, { settings: { tokenLifeSeconds: 120 } as never }))
})
afterAll(() => gateway.close())

const lifeOf = (token = ''): number => {
  const { iat = 0, exp = 0 } = jwt.decode(token) as { iat?: number; exp?: number }
  return exp - iat
}

test('the token lives as long as the tenant says, with rememberMe no longer', async () => {
  const bank = bankOf('api_user')
  expect(lifeOf((await bank.logIn(PASSWORD)).body.id_token)).toBe(120)
  expect(lifeOf((await bank.logIn(PASSWORD, { rememberMe: true })).body.id_token)).toBe(120)
  await gateway.addBank(definitionOf('SILENT_BANK', clientKeys))
  const silent = new Bank({ url: gateway.url, tenant: 'SILENT_BANK', clientKeys })
  expect(lifeOf((await silent.logIn(PASSWORD)).body.id_token)).toBe(3600)
  expect(lifeOf((await silent.logIn(PASSWORD, { rememberMe: true })).body.id_token)).toBe(8 * 3600)
})

test('an unknown user and a wrong password get the same answer, sealed', async () => {
  const answers = [await bankOf('api_user').logIn('wrong'), await bankOf('nobody').logIn('wrong')]
  for (const answer of answers) expect([answer.status, codeOf(answer), answer.sealed]).toEqual([401, 'auth.invalid.credentials', true])
  expect(answers[0]?.body).toEqual(answers[1]?.body)
})

test('a missing or malformed field is invalid.input.request and is named', async () => {
  const bank = bankOf('api_user')
  await bank.fetchKeys()
  const answer = await bank.send(
    '/api/authenticate',
    bank.seal({ username: 'a b', password: 'x'.repeat(201) }, headerFor('/api/authenticate')),
  )
  expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid.input.request'])
  expect(answer.body.exception?.fieldError.map((line) => line.split(' ')[0])).toEqual(['username', 'password'])
})

test('a log-in that was overheard is worth nothing: the same message again is replayed', async () => {
  const bank = bankOf('api_user')
  await bank.fetchKeys()
  const jwe = bank.seal({ username: 'api_user', password: PASSWORD }, headerFor('/api/authenticate'))
  expect((await bank.send('/api/authenticate', jwe)).status).toBe(200)
  const again = await bank.send('/api/authenticate', jwe)
  expect([again.status, codeOf(again)]).toEqual([400, 'encryption.replayed'])
})

test('the same log-in message sent twice at once gives one token', async () => {
  const bank = bankOf('api_user')
  await bank.fetchKeys()
  const jwe = bank.seal({ username: 'api_user', password: PASSWORD }, headerFor('/api/authenticate'))
  const answers = await Promise.all([1, 2, 3].map(() => bank.send('/api/authenticate', jwe)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400])
})

test('after too many failures the user has to wait, with the right password too; other users log in', async () => {
  await gateway.addBank(definitionOf('OTHER_BANK', clientKeys), 'guessed')
  const bank = new Bank({ url: gateway.url, tenant: 'OTHER_BANK', username: 'guessed', clientKeys })
  const statuses = await Promise.all(Array.from({ length: FAILURES_MAX + 5 }, async () => (await bank.logIn('wrong')).status))
  expect(statuses.filter((status) => status === 401)).toHaveLength(FAILURES_MAX)
  expect(statuses.filter((status) => status === 429)).toHaveLength(5)
  const refused = await bank.logIn(PASSWORD)
  expect([refused.status, codeOf(refused)]).toEqual([429, 'rate.limit.exceeded'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800)
  expect((await bankOf('api_user').logIn(PASSWORD)).status).toBe(200)
})

test('giving a user a new password revokes the tokens: here at once, in another gateway within seconds', async () => {
  const { config } = gateway
  const other = await TestGateway.start({
    installation: config.installation,
    masterKey: config.masterKey,
    serviceUrls: config.serviceUrls,
    callersFile: config.callersFile,
    callerKeyFile: config.callerKeyFile,
  })
  const here = bankOf('revoked')
  const there = bankOf('revoked', other.url)
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys), 'revoked')
  await here.logIn(PASSWORD)
  await there.fetchKeys()
  there.token = here.token
  expect([(await here.call(ACTIVATION, {})).status, (await there.call(ACTIVATION, {})).status]).toEqual([200, 200])

  await gateway.admin('add-user', { tenant: 'ACME_BANK', username: 'revoked', password: 'another password', roles: ['READ_ONLY'] })
  expect(codeOf(await here.call(ACTIVATION, {}))).toBe('auth.token.invalid')
  await new Promise((resolve) => setTimeout(resolve, RELOAD_EVERY_MS + 500))
  expect(codeOf(await there.call(ACTIVATION, {}))).toBe('auth.token.invalid')

  expect((await here.logIn(PASSWORD)).status).toBe(401)
  expect((await here.logIn('another password')).status).toBe(200)
  expect(codeOf(await here.call(ACTIVATION, {}))).toBe('auth.forbidden')
  await other.close()
})

test('a disabled user can neither log in nor use a token', async () => {
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys), 'disabled')
  const bank = bankOf('disabled')
  await bank.logIn(PASSWORD)
  await gateway.admin('set-user-state', { tenant: 'ACME_BANK', username: 'disabled', state: 'DISABLED' })
  expect(codeOf(await bank.call(ACTIVATION, {}))).toBe('auth.token.invalid')
  expect(codeOf(await bank.logIn(PASSWORD))).toBe('auth.invalid.credentials')
})

test('a session is refused without a good key', async () => {
  const bank = bankOf('api_user')
  await bank.logIn(PASSWORD)
  const zeros = Buffer.alloc(32).toString('base64url')
  for (const key of [
    { kty: 'EC', crv: 'P-256', x: zeros, y: zeros },
    { kty: 'OKP', crv: 'X25519', x: zeros },
    { kty: 'OKP', crv: 'P-256', x: zeros },
    {},
  ]) {
    const answer = await bank.send('/api/session', bank.seal({ key }, headerFor('/api/session')))
    expect([answer.status, codeOf(answer), answer.sealed]).toEqual([400, 'invalid.input.request', true])
  }
})
