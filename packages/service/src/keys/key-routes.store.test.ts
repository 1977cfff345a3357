// The operators' routes for keys, over HTTP, with the software HSM on the real store.
import { randomBytes } from 'node:crypto'
import { CardCryptoError, type KeyRecord, keyCheckValue, SoftwareHsm } from '@dcms/card-crypto'
import {
  addKeyComponentEndpoint,
  createKeyEndpoint,
  type ErrorCode,
  exportKeyBlockEndpoint,
  type InternalEndpoint,
  importKeyBlockEndpoint,
  keyPurposesOf,
  listKeysEndpoint,
  rotateKeyEndpoint,
} from '@dcms/contract'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import express from 'express'
import { callerFiles, TestBank } from '../../test/test-bank.ts'
import { callerTokens, contextVerifier } from '../callers/context-token.ts'
import { type InternalClient, internalClient } from '../calls/internal-client.ts'
import { type RunningHttp, startHttp } from '../listeners/http.ts'
import { addFallbacks } from '../listeners/routes.ts'
import { databaseName } from '../store/store.ts'
import { keyRoutes } from './key-routes.ts'
import { mongoKeyStore } from './key-store.ts'

const tenant = 'ACME_BANK'
const files = callerFiles(['ops', 'ops:ravi', 'gateway'])
let bank: TestBank
let hsm: SoftwareHsm
let http: RunningHttp
let operator: InternalClient
let second: InternalClient

beforeAll(async () => {
  bank = await TestBank.start()
})
afterAll(async () => {
  await bank?.close()
  files.remove()
})

/** Each test begins with a bank that has three keys in their first version and no others. */
beforeEach(async () => {
  const database = databaseName(bank.installation, 'kit')
  await bank.connection.useDb(database, { useCache: true }).collection<KeyRecord>('keys').deleteMany({})
  hsm = new SoftwareHsm(mongoKeyStore(bank.connection, database), randomBytes(32))
  for (const purpose of ['data', 'numbering', 'cvk'] as const) await hsm.ensureKey(tenant, purpose)
  http = await startKeyRoutes()
  operator = clientOf('ops')
  second = clientOf('ops', 'ops:ravi')
})
afterEach(async () => {
  await operator?.close()
  await second?.close()
  await http?.close()
})

async function startKeyRoutes(): Promise<RunningHttp> {
  const app = express()
  const verify = contextVerifier({ audience: 'pin-preference', callersFile: files.callersFile, operatorsFile: files.operatorsFile })
  const purposes = [...keyPurposesOf['pin-preference'], 'numbering', 'cvk'] as const
  keyRoutes(hsm, purposes)(app, verify, bank.tenants, bank.logger, () => undefined)
  addFallbacks(app, bank.logger)
  return await startHttp({ handler: app, host: '127.0.0.1', port: 0 })
}

const clientOf = (caller: 'ops' | 'gateway', key: string = caller): InternalClient =>
  internalClient({
    baseUrl: `http://127.0.0.1:${http.port}`,
    audience: 'pin-preference',
    tokens: callerTokens({ caller, keyFile: files.keyFileOf(key) }),
  })

type Offered<Body, Result> = { of(owner: 'pin-preference'): InternalEndpoint<Body, Result> }
const scope = { tenant: { id: tenant }, user: 'asha', roles: ['ADMIN'], requestId: 'request-1' }

async function done<Body, Result>(endpoint: Offered<Body, Result>, body: Body, by = operator): Promise<Result> {
  const answer = await by.call(endpoint.of('pin-preference'), body, scope)
  if (answer.kind === 'refused') throw new Error(`refused: ${answer.code} ${answer.fieldError.join()}`)
  return answer.result
}

async function refused<Body, Result>(
  endpoint: Offered<Body, Result>,
  body: Body,
  by = operator,
): Promise<{ code: ErrorCode; told: string }> {
  const answer = await by.call(endpoint.of('pin-preference'), body, scope)
  if (answer.kind === 'answer') throw new Error('it was not refused')
  return { code: answer.code, told: answer.fieldError.join() }
}

type Purpose = 'pin' | 'mailer' | 'transport'
const bring = (purpose: Purpose, number: 1 | 2, officer: 'asha' | 'ravi', bytes: Buffer) =>
  done(addKeyComponentEndpoint, { tenant, purpose, number, component: bytes.toString('base64') }, officer === 'asha' ? operator : second)

const halves = (): [Buffer, Buffer, Buffer] => {
  const [one, two] = [randomBytes(32), randomBytes(32)]
  return [one, two, Buffer.from(one.map((byte, position) => byte ^ (two[position] ?? 0)))]
}

test('two components of two officers make a key; each step is told by its check value', async () => {
  const [one, two, key] = halves()
  expect(await bring('pin', 1, 'asha', one)).toEqual({ componentKcv: keyCheckValue(one) })
  expect((await done(listKeysEndpoint, { tenant })).waiting).toMatchObject([
    { purpose: 'pin', number: 1, officer: 'asha', componentKcv: keyCheckValue(one) },
  ])
  const stands = { purpose: 'pin', version: 1, kcv: keyCheckValue(key), algorithm: 'AES-256', createdAt: expect.any(String) }
  expect(await bring('pin', 2, 'ravi', two)).toEqual({ componentKcv: keyCheckValue(two), key: stands })
  const { keys, waiting } = await done(listKeysEndpoint, { tenant })
  expect(keys).toContainEqual(stands)
  expect(waiting).toEqual([])
})

test('after 255 versions a rotation is refused with a reason, not taken for a fault of the service', async () => {
  hsm.rotateKey = () => Promise.reject(new CardCryptoError('key.version.exhausted', 'A key has at most 255 versions'))
  const answer = await operator.call(rotateKeyEndpoint.of('pin-preference'), { tenant, purpose: 'pvk' }, scope)
  expect(answer).toMatchObject({ kind: 'refused', code: 'key.version.exhausted', fieldError: ['A key has at most 255 versions'] })
})

test('one officer with both components is refused under dual control', async () => {
  const [one, two] = halves()
  await bring('pin', 1, 'asha', one)
  const component = two.toString('base64')
  expect(await refused(addKeyComponentEndpoint, { tenant, purpose: 'pin', number: 2, component })).toMatchObject({
    code: 'dual.control',
  })
  await bring('pin', 2, 'ravi', two) // the ceremony can go on
})

test('whoever calls itself by two names with one key is one officer: no key comes together, and none leaves', async () => {
  const add = (by: InternalClient, user: string, purpose: Purpose, number: 1 | 2) => {
    // The officer's name was a member of the body once, and whatever the caller wrote there.
    const body = { tenant, purpose, number, component: randomBytes(32).toString('base64'), officer: user }
    return by.call(addKeyComponentEndpoint.of('pin-preference'), body, { ...scope, user })
  }
  const leaves = (user: string) =>
    operator.call(exportKeyBlockEndpoint.of('pin-preference'), { tenant, purpose: 'pin' }, { ...scope, user })
  for (const purpose of ['pin', 'transport'] as const) {
    expect(await add(operator, 'asha', purpose, 1)).toMatchObject({ kind: 'answer' })
    expect(await add(operator, 'ravi', purpose, 2)).toMatchObject({ kind: 'refused', code: 'dual.control' })
    expect(await add(second, 'ravi', purpose, 2)).toMatchObject({ kind: 'answer' })
  }
  for (const user of ['asha', 'ravi']) {
    const answer = await leaves(user)
    if (answer.kind === 'refused') throw new Error(`refused: ${answer.code}`)
    expect(answer.result.keyBlock).toBeUndefined()
  }
})

test('a component without strength is refused, and one of a wrong form before the HSM sees it', async () => {
  const weak = Buffer.alloc(32, 7).toString('base64')
  const body = { tenant, purpose: 'pin', number: 1 } as const
  expect(await refused(addKeyComponentEndpoint, { ...body, component: weak })).toMatchObject({ code: 'key.invalid' })
  const told = await refused(addKeyComponentEndpoint, { ...body, component: 'c2VjcmV0LWtleQ==' })
  expect(told).toEqual({ code: 'invalid.input.request', told: expect.stringContaining('Base64 of 32 bytes') })
  expect(told.told).not.toContain('c2VjcmV0')
})

test('a key that is made here leaves as a key block under the transport key, and comes back as the same key', async () => {
  const created = await done(createKeyEndpoint, { tenant, purpose: 'mailer' })
  expect(created).toMatchObject({ purpose: 'mailer', version: 1 })
  expect(await refused(createKeyEndpoint, { tenant, purpose: 'mailer' })).toMatchObject({ code: 'key.exists' })
  expect(await refused(exportKeyBlockEndpoint, { tenant, purpose: 'mailer' })).toMatchObject({ code: 'key.not.found' })
  const [one, two] = halves()
  await bring('transport', 1, 'asha', one)
  await bring('transport', 2, 'ravi', two)
  expect(await done(exportKeyBlockEndpoint, { tenant, purpose: 'mailer' })).toEqual(created) // noted, nothing leaves
  expect(await done(exportKeyBlockEndpoint, { tenant, purpose: 'mailer' })).toEqual(created)
  const { keyBlock = '', ...exported } = await done(exportKeyBlockEndpoint, { tenant, purpose: 'mailer' }, second)
  expect(exported).toEqual(created)
  const again = await done(importKeyBlockEndpoint, { tenant, purpose: 'mailer', keyBlock })
  expect(again).toEqual(created) // a repeat adds no version
  const spoilt = `${keyBlock.slice(0, -1)}${keyBlock.endsWith('0') ? '1' : '0'}`
  expect(await refused(importKeyBlockEndpoint, { tenant, purpose: 'mailer', keyBlock: spoilt })).toMatchObject({
    code: 'key.block.invalid',
  })
  expect(await refused(importKeyBlockEndpoint, { tenant, purpose: 'pvk', keyBlock })).toMatchObject({ code: 'key.block.invalid' })
})

test('a key made here rotates; a numbering key never does, an exchanged one neither', async () => {
  expect(await done(rotateKeyEndpoint, { tenant, purpose: 'data' })).toMatchObject({ purpose: 'data', version: 2 })
  expect(await refused(rotateKeyEndpoint, { tenant, purpose: 'numbering' })).toMatchObject({ code: 'key.purpose.refused' })
  expect(await refused(rotateKeyEndpoint, { tenant, purpose: 'pin' })).toMatchObject({ code: 'key.purpose.refused' })
})

test('purposes of other contexts, unknown tenants and others than operators are refused', async () => {
  expect(await refused(createKeyEndpoint, { tenant, purpose: 'field' })).toEqual({
    code: 'invalid.input.request',
    told: expect.stringContaining('purpose must be one of data, pvk, pin, mailer, switch, transport'),
  })
  expect(await refused(listKeysEndpoint, { tenant: 'OTHER_BANK' })).toMatchObject({ code: 'tenant.not.found' })
  const stranger = clientOf('gateway')
  expect(await stranger.call(listKeysEndpoint.of('pin-preference'), { tenant }, scope)).toMatchObject({
    kind: 'refused',
    code: 'auth.token.invalid',
  })
  await stranger.close()
})

test('the log tells who did what to which key, refusals too, and no key', async () => {
  const [one, two, key] = halves()
  bank.logLines.length = 0
  await bring('pin', 1, 'asha', one)
  await refused(addKeyComponentEndpoint, { tenant, purpose: 'pin', number: 2, component: two.toString('base64') })
  await bring('pin', 2, 'ravi', two)
  const lines = bank.logLines.map((line) => JSON.parse(line))
  const line = { tenant, purpose: 'pin', operation: 'addKeyComponent' }
  expect(lines).toMatchObject([
    { ...line, msg: 'key operation', component: 1, operator: 'asha' },
    { ...line, msg: 'key operation refused', operator: 'asha', refused: 'dual.control' },
    { ...line, msg: 'key operation', component: 2, operator: 'ravi', version: expect.any(Number), kcv: keyCheckValue(key) },
  ])
  const text = bank.logLines.join()
  for (const secret of [one, two, key])
    for (const form of ['hex', 'base64'] as const) expect(text.toLowerCase()).not.toContain(secret.toString(form).toLowerCase())
})
