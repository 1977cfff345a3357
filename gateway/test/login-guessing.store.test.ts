// Strangers guess at passwords: the bank's own users log in all the same.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parseProxies } from '../src/exchange/caller-address.ts'
import { FAILURES_MAX } from '../src/log-in/login-throttle.ts'
import { Bank, headerFor } from './bank.ts'
import { definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const LOGIN = '/api/authenticate'
const HOME = '192.0.2.1'
const clientKeys = newClientKeys()
let gateway: TestGateway
let bank: Bank

beforeAll(async () => {
  gateway = await TestGateway.start({ trustedProxies: parseProxies('127.0.0.1') })
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys))
  bank = new Bank({ url: gateway.url, tenant: 'ACME_BANK', clientKeys })
  await bank.fetchKeys()
})
afterAll(() => gateway.close())

/** A log-in that a proxy hands on; the caller's address is what the proxy says. */
async function logInFrom(source: string, password: string, url = gateway.url): Promise<number> {
  const body = bank.seal({ username: 'api_user', password }, headerFor(LOGIN))
  const headers = { tenant: 'ACME_BANK', 'content-type': 'application/jose', 'x-forwarded-for': `10.1.1.1, ${source}` }
  return (await fetch(url + LOGIN, { method: 'POST', headers, body })).status
}

test('ten wrong passwords from a stranger, again and again, do not lock the user out', async () => {
  expect(await logInFrom(HOME, PASSWORD)).toBe(200)
  for (const stranger of ['203.0.113.1', '203.0.113.2']) {
    for (let count = 0; count < FAILURES_MAX; count++) expect(await logInFrom(stranger, 'wrong')).toBe(401)
    expect(await logInFrom(stranger, PASSWORD)).toBe(429)
    expect(await logInFrom(HOME, PASSWORD)).toBe(200)
  }
})

test('a user that was never here before logs in while a stranger guesses, too', async () => {
  for (let count = 0; count < FAILURES_MAX; count++) await logInFrom('203.0.113.3', 'wrong')
  expect(await logInFrom('192.0.2.77', PASSWORD)).toBe(200)
})

test('who is known is known to the other gateways and after a restart', async () => {
  const { collections, close } = await gateway.database()
  const ids = (await collections.loginSources.find().toArray()).map(({ _id }) => _id)
  await close()
  expect(ids).toEqual(expect.arrayContaining([`ACME_BANK ${HOME}`, `ACME_BANK:api_user ${HOME}`]))
})

test('log-ins are counted by outcome', async () => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  for (const outcome of ['right', 'wrong', 'throttled'])
    expect(text).toMatch(new RegExp(`dcms_gateway_logins_total\\{outcome="${outcome}"\\} \\d`))
})
