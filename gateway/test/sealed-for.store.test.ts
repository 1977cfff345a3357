// A sealed message is for one tenant and one call, and only for as long as its age is counted by
// the clock at its end. Rule: docs/rules.md#sealed-for-one-call.
import { connect } from 'node:net'
import { EncryptionKey, generateKeyPair, type HeaderFields, sealOneShot } from '@dcms/sealing'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { Bank, codeOf, freshHeader, headerFor } from './bank.ts'
import { definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const SET_PIN = '/v1/kit-manager/setPin'
const VALIDATE_PIN = '/v1/kit-manager/validatePin'
const FETCH = '/v1/kit-manager/fetchKitsByEntityId'
const ENTITY = { entityId: 'e' }
const REFUSED = { status: 400, code: 'encryption.decrypt.failed', sealed: false }
const clientKeys = newClientKeys()
let gateway: TestGateway
let acme: Bank
let other: Bank
let lenient: Bank

beforeAll(async () => {
  gateway = await TestGateway.start()
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys))
  await gateway.addBank(definitionOf('OTHER_BANK', clientKeys))
  await gateway.addBank(definitionOf('LENIENT_BANK', clientKeys, { settings: { sealedFor: 'OPTIONAL' } as never }))
  const [a, o, l] = ['ACME_BANK', 'OTHER_BANK', 'LENIENT_BANK'].map((tenant) => new Bank({ url: gateway.url, tenant, clientKeys }))
  if (!a || !o || !l) throw new Error('three banks')
  ;[acme, other, lenient] = [a, o, l]
  for (const bank of [acme, other, lenient]) {
    expect((await bank.logIn(PASSWORD)).status).toBe(200)
    expect((await bank.openSession()).status).toBe(200)
  }
})
afterAll(() => gateway.close())

const told = ({ status, body, sealed }: Awaited<ReturnType<Bank['send']>>): object => ({ status, code: codeOf({ body }), sealed })
async function refusedByAll(bank: Bank, path: string, jwe: string, method = 'POST'): Promise<void> {
  const calls = gateway.service.calls.length
  expect({ path, ...told(await bank.send(path, jwe, {}, method)) }).toEqual({ path, ...REFUSED })
  expect(gateway.service.calls).toHaveLength(calls)
}

test('what one bank sealed is not taken under the name of another', async () => {
  await refusedByAll(other, SET_PIN, acme.seal(ENTITY, headerFor(SET_PIN)))
  expect((await acme.send(SET_PIN, acme.seal(ENTITY, headerFor(SET_PIN)))).status).toBe(200)
})

test('what is sealed for one call is not taken by another, one-shot and in a session', async () => {
  await refusedByAll(acme, SET_PIN, acme.seal(ENTITY, headerFor(VALIDATE_PIN)))
  await refusedByAll(acme, SET_PIN, acme.sealInSession(ENTITY, headerFor(VALIDATE_PIN)))
  await refusedByAll(acme, SET_PIN, acme.seal(ENTITY, headerFor(SET_PIN, 'PUT')))
  expect((await acme.send(VALIDATE_PIN, acme.sealInSession(ENTITY, headerFor(VALIDATE_PIN)))).status).toBe(200)
})

test.each<[string, HeaderFields]>([
  ['without both', { aud: undefined, htu: undefined } as never],
  ['without tenant', { aud: undefined } as never],
  ['without call', { htu: undefined } as never],
  ['with an empty tenant', { aud: '' }],
  ['with the tenant in other letters', { aud: 'acme_bank' }],
  ['with the base in the path', { htu: 'POST /v1/kit-manager/setPin' }],
  ['with a query', { htu: 'POST /kit-manager/setPin?' }],
  ['with two blanks', { htu: 'POST  /kit-manager/setPin' }],
  ['with the method in small letters', { htu: 'post /kit-manager/setPin' }],
  ['with a whole URL', { htu: 'POST http://127.0.0.1/kit-manager/setPin' }],
])('%s a message is not taken where the bank requires them', async (_what, header) => {
  await refusedByAll(acme, SET_PIN, acme.seal(ENTITY, { ...headerFor(SET_PIN), ...header }))
  await refusedByAll(acme, SET_PIN, acme.sealInSession(ENTITY, { ...headerFor(SET_PIN), ...header }))
})

test('base and query are not part of it: the same form under /v1 and /dcms', async () => {
  for (const path of [SET_PIN, '/dcms/kit-manager/setPin', `${SET_PIN}?a=1`])
    expect((await acme.send(path, acme.seal(ENTITY, { ...freshHeader(), htu: 'POST /kit-manager/setPin' }))).status).toBe(200)
})

test('a path with parameters counts as it was sent', async () => {
  const path = '/v1/preference/super%2Dpin/optIn'
  await refusedByAll(acme, path, acme.seal(ENTITY, headerFor('/v1/preference/super-pin/optIn')))
  await refusedByAll(acme, path, acme.seal(ENTITY, headerFor('/v1/preference/{operation}/optIn')))
  const taken = await acme.send(`${path}?kitNo=1`, acme.seal(ENTITY, headerFor(path)))
  expect([codeOf(taken), taken.sealed]).not.toContain('encryption.decrypt.failed')
})

test('it is looked at before any key: a message to an unknown key for another call says nothing of the key', async () => {
  const stranger = EncryptionKey.fromJwk(generateKeyPair('P-256', 'nobody'))
  await refusedByAll(acme, SET_PIN, sealOneShot('{}', stranger, { ...headerFor(VALIDATE_PIN), aud: 'ACME_BANK' }))
})

test('logging in and opening a session are calls like others', async () => {
  const login = { username: 'api_user', password: PASSWORD }
  for (const header of [headerFor('/api/session'), { ...headerFor('/api/authenticate'), aud: 'OTHER_BANK' }])
    expect(told(await acme.send('/api/authenticate', acme.seal(login, header)))).toEqual(REFUSED)
  const key = { kty: 'OKP', crv: 'X25519', x: generateKeyPair('X25519', 'k').x }
  expect(told(await acme.send('/api/session', acme.seal({ key }, headerFor('/api/authenticate'))))).toEqual(REFUSED)
  expect((await acme.send('/api/session', acme.seal({ key }, headerFor('/api/session')))).status).toBe(200)
})

test('a bank whose client cannot set them yet is let do without, not with wrong ones', async () => {
  const none = { aud: undefined, htu: undefined } as never
  for (const header of [none, { aud: undefined } as never, { htu: undefined } as never, {}]) {
    expect((await lenient.send(SET_PIN, lenient.seal(ENTITY, { ...headerFor(SET_PIN), ...(header as object) }))).status).toBe(200)
    expect((await lenient.send(SET_PIN, lenient.sealInSession(ENTITY, { ...headerFor(SET_PIN), ...(header as object) }))).status).toBe(200)
  }
  for (const header of [
    { aud: 'ACME_BANK' },
    { aud: '' },
    { htu: 'POST /kit-manager/validatePin' },
    { aud: 'ACME_BANK', htu: undefined } as never,
  ])
    await refusedByAll(lenient, SET_PIN, lenient.seal(ENTITY, { ...headerFor(SET_PIN), ...header }))
})

test('a message whose body was held back counts by the time when it was complete', async () => {
  const realNow = Date.now
  let aheadMs = 0
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs)
  try {
    // A read, as a change is refused by the start of this process alone. Its 300 seconds end in a
    // moment.
    const jwe = acme.seal(ENTITY, { ...headerFor(FETCH), iat: Math.floor(Date.now() / 1000) - 298 })
    expect((await acme.send(FETCH, jwe)).status).toBe(200)
    const half = Math.floor(jwe.length / 2)
    const socket = connect(gateway.gateway.port, '127.0.0.1')
    const lines = Object.entries({ ...acme.headers(), 'content-length': String(jwe.length), connection: 'close' })
    socket.write(
      `POST ${FETCH} HTTP/1.1\r\nhost: x\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${jwe.slice(0, half)}`,
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
    aheadMs = 40_000 // by now the guard has forgotten the message, as soon as another one is recorded
    expect((await acme.send(FETCH, acme.seal(ENTITY, headerFor(FETCH)))).status).toBe(200)
    socket.write(jwe.slice(half))
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 400 [\s\S]*"encryption\.timestamp\.invalid"/)
  } finally {
    jest.restoreAllMocks()
  }
})

test('the example for JOSE libraries in the guide on sealing works as it is printed', async () => {
  const { callWithJose } = await import(new URL('call-with-jose.mjs', import.meta.url).href)
  const [ownPrivateJwk] = clientKeys
  const said = jest.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    await callWithJose({ gateway: gateway.url, tenant: 'ACME_BANK', token: acme.token, body: { entityId: 'e', kitNo: '1' }, ownPrivateJwk })
    expect(said.mock.calls).toEqual([[expect.objectContaining({ result: { echo: { entityId: 'e', kitNo: '1' } }, exception: null })]])
  } finally {
    said.mockRestore()
  }
})
