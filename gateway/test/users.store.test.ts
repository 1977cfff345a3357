// API users as operators see and change them, at two gateways on one database.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { RELOAD_EVERY_MS } from '../src/users/users.ts'
import { Bank, codeOf } from './bank.ts'
import { definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const HOUR_MS = 3_600_000
const ACTIVATION = '/v1/kit-manager/kitActivation'
const tenant = 'ACME_BANK'
const clientKeys = newClientKeys()
let gateway: TestGateway
let other: TestGateway

beforeAll(async () => {
  gateway = await TestGateway.start()
  const { masterKey, installation, callersFile, callerKeyFile } = gateway.config
  await gateway.addBank(definitionOf(tenant, clientKeys))
  other = await TestGateway.start({ masterKey, installation, callersFile, callerKeyFile })
})
afterAll(async () => {
  await other.close()
  await gateway.close()
})

const bankOf = (username: string, { url }: TestGateway = gateway) => new Bank({ url, tenant, username, clientKeys })
const setState = async (username: string, state: string) => (await gateway.admin('set-user-state', { tenant, username, state })).body
const list = async () => (await gateway.admin('list-users', { tenant })).body.result as { users: { username: string }[]; more: boolean }
const untilSeenElsewhere = () => sleep(RELOAD_EVERY_MS + 500)

/** A user who is logged in here, with the same token there. */
async function loggedIn(username: string): Promise<{ here: Bank; there: Bank }> {
  await gateway.addBank(definitionOf(tenant, clientKeys), username)
  const here = bankOf(username)
  await here.logIn(PASSWORD)
  const there = bankOf(username, other)
  await there.fetchKeys()
  there.token = here.token
  expect([(await here.call(ACTIVATION, {})).status, (await there.call(ACTIVATION, {})).status]).toEqual([200, 200])
  return { here, there }
}

test('a token revoked at one gateway ends at another, whatever their clocks say', async () => {
  const { here, there } = await loggedIn('revoked')
  // A gateway whose clock is an hour ahead changed another user.
  await gateway.addBank(definitionOf(tenant, clientKeys), 'of_the_future')
  const { collections, close } = await gateway.database()
  await collections.users.updateOne({ username: 'of_the_future' }, { $set: { changedAt: new Date(Date.now() + HOUR_MS) } })
  await close()
  await untilSeenElsewhere()
  await gateway.admin('add-user', { tenant, username: 'revoked', password: PASSWORD, roles: ['API_CLIENT'] })
  expect(codeOf(await here.call(ACTIVATION, {}))).toBe('auth.token.invalid')
  await untilSeenElsewhere()
  expect(codeOf(await there.call(ACTIVATION, {}))).toBe('auth.token.invalid')
})

test('a user who is disabled or deleted is out everywhere; enabled again, or added anew, no old token comes alive', async () => {
  const { here, there } = await loggedIn('leaver')
  expect((await setState('leaver', 'DISABLED')).result).toEqual({ username: 'leaver', state: 'DISABLED', changed: true })
  expect((await setState('leaver', 'DISABLED')).result).toMatchObject({ changed: false })
  expect(codeOf(await here.call(ACTIVATION, {}))).toBe('auth.token.invalid')
  expect(codeOf(await here.logIn(PASSWORD))).toBe('auth.invalid.credentials')
  await untilSeenElsewhere()
  expect(codeOf(await there.call(ACTIVATION, {}))).toBe('auth.token.invalid')

  expect((await setState('leaver', 'ENABLED')).result).toMatchObject({ changed: true })
  expect(codeOf(await here.call(ACTIVATION, {}))).toBe('auth.token.invalid')
  const before = await here.logIn(PASSWORD)
  expect(before.status).toBe(200)

  expect((await setState('leaver', 'DELETED')).result).toMatchObject({ state: 'DELETED', changed: true })
  expect(codeOf(await here.call(ACTIVATION, {}))).toBe('auth.token.invalid')
  expect((await setState('leaver', 'ENABLED')).exception).toMatchObject({ errorCode: 'invalid.input.request' })
  const anew = await gateway.admin('add-user', { tenant, username: 'leaver', password: PASSWORD, roles: ['READ_ONLY'] })
  expect(anew.body.result).toEqual({ username: 'leaver', created: true })
  expect(codeOf(await here.call(ACTIVATION, {}))).toBe('auth.token.invalid')
  await untilSeenElsewhere()
  expect(codeOf(await there.call(ACTIVATION, {}))).toBe('auth.token.invalid')
  expect((await here.logIn(PASSWORD)).status).toBe(200)
})

test('users are listed with roles, state and last change, and nothing of their passwords', async () => {
  await gateway.addBank(definitionOf(tenant, clientKeys), 'listed_1')
  await gateway.addBank(definitionOf(tenant, clientKeys), 'listed_2')
  await gateway.addBank(definitionOf('ACME_BANK_TWO', clientKeys), 'listed_3')
  await setState('listed_2', 'DELETED')
  const { users, more } = await list()
  expect(more).toBe(false)
  const change = { changedAt: expect.any(String), changedBy: 'operator' }
  expect(users.filter(({ username }) => username.startsWith('listed'))).toEqual([
    { username: 'listed_1', roles: ['API_CLIENT'], state: 'ENABLED', ...change },
    { username: 'listed_2', roles: [], state: 'DELETED', ...change },
  ])
  expect((await gateway.admin('list-users', { tenant, after: 'listed_1' })).body.result).toMatchObject({
    users: expect.not.arrayContaining([expect.objectContaining({ username: 'listed_1' })]),
  })
})

test('a user there is not is named in the refusal', async () => {
  expect((await setState('nobody', 'DISABLED')).exception).toMatchObject({ fieldError: ['ACME_BANK has no user nobody'] })
  expect((await gateway.admin('list-users', { tenant: 'NO_BANK' })).body.exception).toMatchObject({ errorCode: 'tenant.not.found' })
})
