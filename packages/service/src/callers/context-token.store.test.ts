// Context tokens: what is believed of a caller, and everything that is not.
import { createHmac, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from '@jest/globals'
import jwt from 'jsonwebtoken'
import { callerFiles } from '../../test/test-bank.ts'
import { SettingsError } from '../settings/settings.ts'
import { callerTokens, contextVerifier } from './context-token.ts'

const files = callerFiles(['gateway', 'customer', 'ops'])
afterAll(files.remove)
const behalf = { tenant: 'ACME_BANK', user: 'api_user', roles: ['API_CLIENT'] }
const gateway = callerTokens({ caller: 'gateway', keyFile: files.keyFileOf('gateway') })
const verify = contextVerifier({ audience: 'kit', callersFile: files.callersFile, operatorsFile: files.operatorsFile })

const keyOf = (caller: string) => createPrivateKey({ key: JSON.parse(readFileSync(files.keyFileOf(caller), 'utf8')), format: 'jwk' })
const signed = (options: jwt.SignOptions, claims: object = { tenant: 'ACME_BANK', roles: [] }, caller = 'gateway'): string =>
  jwt.sign(claims, keyOf(caller), {
    algorithm: 'ES256',
    keyid: caller,
    issuer: caller,
    audience: 'kit',
    subject: 'api_user',
    expiresIn: 60,
    ...options,
  })

test('a token says who calls, for which bank, user and roles', () => {
  expect(verify(gateway.tokenFor('kit', behalf))).toEqual({ caller: 'gateway', ...behalf })
})

test('the branch of a user goes along', () => {
  const ofBranch = { ...behalf, roles: ['BRANCH_USER'], branch: 'B1' }
  expect(verify(gateway.tokenFor('kit', ofBranch))).toEqual({ caller: 'gateway', ...ofBranch })
  expect(gateway.tokenFor('kit', { ...ofBranch, branch: 'B2' })).not.toBe(gateway.tokenFor('kit', ofBranch))
})

test('a role that is bound to a branch is none without it', () => {
  expect(verify(gateway.tokenFor('kit', { ...behalf, roles: ['BRANCH_USER', 'READ_ONLY'] }))).toMatchObject({ roles: ['READ_ONLY'] })
})

test('a token lives for 60 seconds and is signed once per bank, user, roles and audience', () => {
  const token = gateway.tokenFor('kit', behalf)
  const { iat = 0, exp = 0 } = jwt.decode(token) as { iat?: number; exp?: number }
  expect(exp - iat).toBe(60)
  expect(gateway.tokenFor('kit', { ...behalf })).toBe(token)
  for (const other of [{ tenant: 'OTHER_BANK' }, { user: 'other' }, { roles: ['ADMIN'] }])
    expect(gateway.tokenFor('kit', { ...behalf, ...other })).not.toBe(token)
  expect(gateway.tokenFor('customer', behalf)).not.toBe(token)
})

test('a token for another service is not taken', () => {
  expect(verify(gateway.tokenFor('customer', behalf))).toBeNull()
})

test('an expired token is not taken, also when it was taken before', async () => {
  expect(verify(signed({ expiresIn: -1 }))).toBeNull()
  const token = signed({ expiresIn: 1 })
  expect(verify(token)).not.toBeNull()
  await sleep(1_100)
  expect(verify(token)).toBeNull()
  expect(verify(token)).toBeNull()
})

test('a token of a caller that is not known is not taken', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const token = jwt.sign({ tenant: 'ACME_BANK', roles: [] }, privateKey, {
    algorithm: 'ES256',
    keyid: 'stranger',
    issuer: 'stranger',
    audience: 'kit',
    subject: 'x',
    expiresIn: 60,
  })
  expect(verify(token)).toBeNull()
})

test('a caller cannot speak for another one', () => {
  expect(verify(signed({ keyid: 'ops', issuer: 'ops' }))).toBeNull()
  expect(verify(signed({ issuer: 'ops' }))).toBeNull()
  expect(verify(signed({}, undefined, 'ops'))).toBeNull() // an operator says its name
})

test('a token without a signature, or signed with a shared secret, is not taken', () => {
  const [, claims] = signed({}).split('.')
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  expect(verify(`${part({ alg: 'none', kid: 'gateway' })}.${claims}.`)).toBeNull()
  const publicKey = readFileSync(files.callersFile)
  const input = `${part({ alg: 'HS256', kid: 'gateway' })}.${claims}`
  expect(verify(`${input}.${createHmac('sha256', publicKey).update(input).digest('base64url')}`)).toBeNull()
})

test('a token that was changed is not taken, whatever part it is', () => {
  const [header = '', claims = '', signature = ''] = signed({}).split('.')
  const changed = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), tenant: 'OTHER_BANK' }
  expect(verify([header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.'))).toBeNull()
  expect(verify([header, claims, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.'))).toBeNull()
  expect(verify([header, claims].join('.'))).toBeNull()
})

test.each([undefined, '', 'x', 'a.b.c', '..', 'eyJhbGciOiJFUzI1NiJ9', 'Bearer x'])('%j is no token', (text) => {
  expect(verify(text)).toBeNull()
})

test.each([
  ['no tenant', { roles: [] }, {}],
  ['no roles', { tenant: 'ACME_BANK' }, {}],
  ['roles that are no list', { tenant: 'ACME_BANK', roles: 'ADMIN' }, {}],
  ['roles that are no text', { tenant: 'ACME_BANK', roles: [1] }, {}],
  ['a branch that is no text', { tenant: 'ACME_BANK', roles: [], branch: 1 }, {}],
])('a token with %s is not taken', (_what, claims, options) => {
  expect(verify(signed(options, claims))).toBeNull()
})

test('a token without an end or without a user is not taken', () => {
  const claims = { tenant: 'ACME_BANK', roles: [] }
  const options = { algorithm: 'ES256', keyid: 'gateway', issuer: 'gateway', audience: 'kit' } as const
  expect(verify(jwt.sign(claims, keyOf('gateway'), { ...options, subject: 'x' }))).toBeNull()
  expect(verify(jwt.sign(claims, keyOf('gateway'), { ...options, expiresIn: 60 }))).toBeNull()
  expect(verify(jwt.sign(claims, keyOf('gateway'), { ...options, expiresIn: 60, subject: 'x' }))).not.toBeNull()
})

test('a key file that is missing is a sentence, not a stack', () => {
  expect(() => callerTokens({ caller: 'kit', keyFile: files.keyFileOf('kit') })).toThrow(SettingsError)
  expect(() => contextVerifier({ audience: 'kit', callersFile: '/nowhere' })).toThrow('the key file /nowhere cannot be read as JSON')
})

const operatorToken = (key: string, user = 'somebody else'): string =>
  callerTokens({ caller: 'ops', keyFile: files.keyFileOf(key) }).tokenFor('kit', { tenant: 'ACME_BANK', user, roles: ['ADMINISTRATOR'] })

test('an operator is whom the key says, with the roles of the operators’ file, whatever the token claims', () => {
  expect(verify(operatorToken('ops'))).toEqual({
    caller: 'ops',
    tenant: 'ACME_BANK',
    user: 'asha',
    roles: ['ADMINISTRATOR', 'KEY_OFFICER', 'OPERATIONS', 'AUDITOR'],
    operatorKey: expect.stringMatching(/^[\w-]{43}$/),
  })
  const claims = { tenant: 'ACME_BANK', roles: [] }
  expect(verify(signed({ keyid: 'ops:asha', issuer: 'ops', subject: 'ravi' }, claims, 'ops'))).toBeNull()
  expect(verify(signed({ keyid: 'ops:asha', issuer: 'ops', subject: 'asha' }, claims, 'customer'))).toBeNull()
  expect(verify(signed({ keyid: 'ops:nobody', issuer: 'ops', subject: 'nobody' }, claims, 'ops'))).toBeNull()
})

test('the operators’ file is read again when it changes: who leaves it is out, and one key under two names is nobody', async () => {
  const operatorsFile = join(files.directory, 'changing.json')
  const { keys } = JSON.parse(readFileSync(files.operatorsFile, 'utf8')) as { keys: { kid: string }[] }
  const write = (content: unknown): void =>
    writeFileSync(operatorsFile, typeof content === 'string' ? content : JSON.stringify({ keys: content }))
  const own = contextVerifier({ audience: 'kit', callersFile: files.callersFile, operatorsFile })
  const token = operatorToken('ops')
  const seen = async (content: unknown): Promise<boolean> => {
    write(content)
    await sleep(1_050)
    return own(token) !== null
  }
  expect(own(token)).toBeNull() // there is no file yet
  expect(await seen(keys)).toBe(true)
  expect(await seen([...keys, { ...keys[0], kid: 'ops:invented' }])).toBe(false)
  expect(await seen(keys)).toBe(true)
  expect(await seen([])).toBe(false)
  expect(await seen('{')).toBe(false)
}, 15_000)
