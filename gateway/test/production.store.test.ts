// What a gateway takes in production and what only elsewhere.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Bank, codeOf } from './bank.ts'
import { definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const clientKeys = newClientKeys()
let development: TestGateway
let production: TestGateway

beforeAll(async () => {
  development = await TestGateway.start()
  await development.addBank(definitionOf('SANDBOX_BANK', clientKeys, { encryption: 'OPTIONAL' }))
  const { installation, masterKey, callerKeyFile, callersFile, operatorsFile } = development.config
  production = await TestGateway.start({ installation, masterKey, callerKeyFile, callersFile, operatorsFile, environment: 'production' })
})
afterAll(() => Promise.all([development, production].map((each) => each?.close())))

const clear = { 'content-type': 'application/json', authorization: undefined }
const credentials = JSON.stringify({ username: 'api_user', password: PASSWORD })

test('a definition that takes clear bodies is refused, and named', async () => {
  const refused = await development.admin(
    'apply-tenant',
    definitionOf('CLEAR_BANK', clientKeys, { encryption: 'OPTIONAL' }),
    'ops',
    production,
  )
  expect(refused).toMatchObject({ status: 400, body: { exception: { errorCode: 'invalid.input.request' } } })
  expect(refused.body.exception?.fieldError).toEqual([expect.stringMatching(/^encryption must be REQUIRED in production/)])
})

test('a bank whose definition was stored before is served sealed only', async () => {
  const inDevelopment = new Bank({ url: development.url, tenant: 'SANDBOX_BANK', clientKeys })
  expect((await inDevelopment.send('/api/authenticate', credentials, clear)).status).toBe(200)
  const inProduction = new Bank({ url: production.url, tenant: 'SANDBOX_BANK', clientKeys })
  const refused = await inProduction.send('/api/authenticate', credentials, clear)
  expect([refused.status, codeOf(refused)]).toEqual([400, 'encryption.required'])
  expect((await inProduction.logIn(PASSWORD)).status).toBe(200)
})
