// The client against a gateway that speaks the wire contract: what it sends, renews, repeats and
// refuses.
import { inspect } from 'node:util'
import { publicEndpoints } from '@dcms/contract'
import { encryptField } from '@dcms/sealing'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Dcms, DcmsClosedError, DcmsConnectionError, DcmsError, DcmsInputError, type DcmsOptions, DcmsProtocolError } from '../src/index.ts'
import { retryAfterMs } from '../src/transport.ts'
import { clientKey, FakeGateway, fieldKey } from './fake-gateway.ts'

const kit = { entityId: 'E1', kitNo: '4240171508' }
let gateway: FakeGateway
let baseUrl: string
const clients: Dcms[] = []

beforeEach(async () => {
  gateway = new FakeGateway()
  baseUrl = await gateway.start()
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((each) => each.close()))
  await gateway.stop()
})

function client(options: Partial<DcmsOptions> = {}): Dcms {
  const made = new Dcms({
    baseUrl,
    tenant: 'ACME_BANK',
    username: 'api_user',
    password: 'correct horse',
    keys: { clientKeys: { keys: [clientKey] }, fieldKey: fieldKey.toString('base64') },
    retry: { firstPauseMs: 1, pauseMaxMs: 5 },
    ...options,
  })
  clients.push(made)
  return made
}

test('there is one method per endpoint of the contract, under its name', () => {
  const dcms = client() as unknown as Record<string, unknown>
  for (const name of Object.keys(publicEndpoints)) expect(typeof dcms[name]).toBe('function')
})

test.each(['session', 'one-shot', 'clear'] as const)('in %s mode a call logs in by itself and answers the result', async (mode) => {
  gateway.behave = () => ({ result: [{ kitNo: kit.kitNo }] })
  expect(await client({ mode }).fetchKitsByEntityId({ entityId: 'E1' })).toEqual([{ kitNo: kit.kitNo }])
  const [call] = gateway.calls
  expect(call?.path).toBe('/v1/kit-manager/fetchKitsByEntityId')
  expect(call?.body).toEqual({ entityId: 'E1' })
  expect(call?.headers.tenant).toBe('ACME_BANK')
  expect(gateway.sessionsOpened).toBe(mode === 'session' ? 1 : 0)
})

test('path and query parameters stand in the request target, not in the body', async () => {
  const dcms = client()
  await dcms.processOptIn({ operation: 'super pin', entityId: 'E1', kitNo: '1', optedIn: true })
  await dcms.fetchKitsByAccountNo({ accountNo: '8000000', isAllCardsRequired: true })
  await dcms.fetchKitsByAccountNo({ accountNo: '8000000' })
  expect(gateway.calls.map(({ path, body }) => [path, body])).toEqual([
    ['/v1/preference/super%20pin/optIn', { entityId: 'E1', kitNo: '1', optedIn: true }],
    ['/v1/kit-manager/fetchKitsByAccountNo?isAllCardsRequired=true', { accountNo: '8000000' }],
    ['/v1/kit-manager/fetchKitsByAccountNo', { accountNo: '8000000' }],
  ])
})

test('twenty calls at once share one login and one session', async () => {
  const dcms = client()
  await Promise.all(Array.from({ length: 20 }, () => dcms.activateKit(kit)))
  expect(gateway.logins).toHaveLength(1)
  expect(gateway.sessionsOpened).toBe(1)
  expect(new Set(gateway.calls.map(({ jti }) => jti)).size).toBe(20)
})

test('a token about to end and a ticket about to end are renewed before they are refused', async () => {
  gateway.tokenLifeSeconds = 0
  gateway.sessionLifeSeconds = 0
  const dcms = client()
  await dcms.activateKit(kit)
  const { logins, sessionsOpened } = gateway
  const before = logins.length
  await dcms.activateKit(kit)
  expect(gateway.logins.length).toBeGreaterThan(before)
  expect(gateway.sessionsOpened).toBeGreaterThan(sessionsOpened)
})

test('a token that was refused is replaced by a new login, once', async () => {
  const dcms = client()
  await dcms.activateKit(kit)
  gateway.validTokens.clear()
  expect(await dcms.activateKit(kit)).toBe('success')
  expect(gateway.logins).toHaveLength(2)
})

test('a token that is refused again right after a new login is an error, not a loop', async () => {
  gateway.behave = () => ({ refuse: { code: 'auth.token.invalid', clear: true } })
  await expect(client().activateKit(kit)).rejects.toMatchObject({ errorCode: 'auth.token.invalid', status: 401 })
  expect(gateway.calls).toHaveLength(2)
})

test('a session the gateway no longer knows is opened anew', async () => {
  const dcms = client()
  await dcms.activateKit(kit)
  gateway.forgetSessions()
  expect(await dcms.activateKit(kit)).toBe('success')
  expect(gateway.sessionsOpened).toBe(2)
})

test('a client whose clock is an hour off follows the gateway’s Date header', async () => {
  gateway.aheadMs = 3_600_000
  expect(await client().activateKit(kit)).toBe('success')
  expect(gateway.calls).toHaveLength(1)
})

test('a clock that jumps later is followed after encryption.timestamp.invalid', async () => {
  const dcms = client()
  await dcms.activateKit(kit)
  gateway.aheadMs = 1_200_000
  gateway.validTokens = new Set([await dcms.currentToken()])
  expect(await dcms.activateKit(kit)).toBe('success')
})

test('an answer to another request is not taken', async () => {
  gateway.behave = () => ({ irt: 'somebody-else' })
  const failed = client().activateKit(kit)
  await expect(failed).rejects.toBeInstanceOf(DcmsProtocolError)
  await expect(failed).rejects.toThrow('another request')
  expect(gateway.calls).toHaveLength(1)
})

test('a success that comes unsealed to a sealed request is not taken', async () => {
  gateway.behave = () => ({ clear: true })
  await expect(client().activateKit(kit)).rejects.toBeInstanceOf(DcmsProtocolError)
})

test('the idempotency key stays the same over all tries, and every try is sealed with a fresh jti', async () => {
  gateway.behave = (_, number) => {
    if (number === 1) return { hangUp: true }
    if (number === 2) return { refuse: { code: 'service.unavailable' } }
    if (number === 3) return { refuse: { code: 'idempotency.in.progress' } }
    if (number === 4) return { refuse: { code: 'service.timeout' } }
    return {}
  }
  expect(await client().activateKit(kit)).toBe('success')
  expect(gateway.calls).toHaveLength(5)
  const keys = gateway.calls.map(({ headers }) => headers['idempotency-key'])
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  expect(new Set(gateway.calls.map(({ jti }) => jti)).size).toBe(5)
})

test('the caller’s requestId is the idempotency key, from the body or from the options; reads carry none', async () => {
  const dcms = client()
  await dcms.manageKit({ entityId: 'E1', oldKit: kit.kitNo, operation: 'LOCK', requestId: 'lock-1' })
  await dcms.activateKit(kit, { requestId: 'activate-1' })
  await dcms.fetchKitsByEntityId({ entityId: 'E1' })
  expect(gateway.calls.map(({ headers }) => headers['idempotency-key'])).toEqual(['lock-1', 'activate-1', undefined])
})

test('a requestId that cannot stand in a header is refused before anything is sent', async () => {
  await expect(client().activateKit(kit, { requestId: 'a\r\nb' })).rejects.toBeInstanceOf(TypeError)
  expect(gateway.calls).toHaveLength(0)
})

test('Retry-After is obeyed on 429', async () => {
  gateway.behave = (_, number) =>
    number === 1 ? { refuse: { code: 'rate.limit.exceeded', headers: { 'retry-after': '1' }, clear: true } } : {}
  const begun = performance.now()
  expect(await client().activateKit(kit)).toBe('success')
  expect(performance.now() - begun).toBeGreaterThanOrEqual(990)
})

const inTwoSeconds = (): string => new Date(Date.now() + 2_000).toUTCString()
test.each([
  ['an empty body', 503, '', '1', undefined],
  ['a page', 429, '<html>slow down</html>', '1', undefined],
  ['JSON of somebody else', 503, '{"message":"slow down"}', '1', undefined],
  ['a body that breaks off', 503, '<html>', '1', true],
  ['a date', 503, '', 'date', undefined],
] as const)('Retry-After is obeyed whoever says it: %s', async (_what, status, body, after, breaksOff) => {
  gateway.behave = (_, number) =>
    number === 1
      ? { raw: { status, body, headers: { 'retry-after': after === 'date' ? inTwoSeconds() : after }, ...(breaksOff && { breaksOff }) } }
      : {}
  const begun = performance.now()
  expect(await client().activateKit(kit)).toBe('success')
  expect(performance.now() - begun).toBeGreaterThanOrEqual(990)
  expect(gateway.calls).toHaveLength(2)
})

test('a Retry-After beyond the total time ends the call at once', async () => {
  gateway.behave = () => ({ raw: { status: 503, body: '', headers: { 'retry-after': '9999999999' } } })
  const begun = performance.now()
  await expect(client().activateKit(kit)).rejects.toMatchObject({ name: 'DcmsConnectionError', retryAfterMs: 9_999_999_999_000 })
  expect(performance.now() - begun).toBeLessThan(10_000)
})

test('Retry-After is seconds in digits or a date by the clock of whoever sent it, and nothing else', () => {
  const nowMs = Date.UTC(2026, 0, 5, 10)
  expect(retryAfterMs('3', nowMs)).toBe(3_000)
  expect(retryAfterMs(new Date(nowMs + 7_000).toUTCString(), nowMs)).toBe(7_000)
  expect(retryAfterMs(new Date(nowMs - 7_000).toUTCString(), nowMs)).toBe(0)
  for (const wrong of [undefined, '', '-3', '1e3', '0x10', '3.5', 'Infinity', 'soon', '99999999999'])
    expect(retryAfterMs(wrong, nowMs)).toBeUndefined()
})

test('what was given at the call is what is sent, wherever the caller changes it afterwards', async () => {
  const dcms = client()
  const body = { entityId: 'E1', kitNo: 'none', nested: { list: ['a'] } }
  const options = { requestId: 'r-0' }
  const sent: Promise<unknown>[] = []
  for (const kitNo of ['a', 'b', 'c']) {
    body.kitNo = kitNo
    body.nested.list = [kitNo]
    options.requestId = `r-${kitNo}`
    sent.push(dcms.activateKit(body, options))
  }
  body.kitNo = 'changed'
  await Promise.all(sent)
  const received = gateway.calls.map((call) => [
    (call.body as typeof body).kitNo,
    (call.body as typeof body).nested.list[0],
    call.headers['idempotency-key'],
  ])
  expect(received.sort()).toEqual(['a', 'b', 'c'].map((kitNo) => [kitNo, kitNo, `r-${kitNo}`]))
})

test.each<[string, (dcms: Dcms) => Promise<unknown>, string]>([
  ['no body', (dcms) => dcms.viewCustomer(undefined as never), 'body'],
  ['a text', (dcms) => dcms.viewCustomer('E1' as never), 'body'],
  ['a list', (dcms) => dcms.viewCustomer([] as never), 'body'],
  ['an object for a list', (dcms) => dcms.updateDeliveryStatus({} as never), 'body'],
  ['what JSON cannot write', (dcms) => dcms.viewCustomer({ entityId: 1n } as never), 'body'],
  ['no path parameter', (dcms) => dcms.processOptIn({ entityId: 'E1', kitNo: '1', optedIn: true } as never), 'operation'],
  ['a step up in the path', (dcms) => dcms.processOptIn({ operation: '..', entityId: 'E1', kitNo: '1', optedIn: true }), 'operation'],
  ['a time beyond all', (dcms) => dcms.viewCustomer({ entityId: 'E1' }, { timeoutMs: 1e12 }), 'timeoutMs'],
  ['a signal that is none', (dcms) => dcms.viewCustomer({ entityId: 'E1' }, { signal: {} as never }), 'signal'],
  ['options that are none', (dcms) => dcms.viewCustomer({ entityId: 'E1' }, null as never), 'options'],
  ['two requestIds', (dcms) => dcms.activateKit({ ...kit, requestId: 'a' } as never, { requestId: 'b' }), 'requestId'],
])('a call with %s is refused before anything is sent, by the one error for it', async (_what, call, field) => {
  await expect(call(client())).rejects.toMatchObject({ name: 'DcmsInputError', field })
  expect([gateway.logins, gateway.calls]).toEqual([[], []])
})

test('close waits for calls under way, a second close does nothing, and calls after it say that the client is closed', async () => {
  gateway.behave = () => ({ delayMs: 200 })
  const dcms = client()
  const call = dcms.activateKit(kit)
  const closed = dcms.close()
  await expect(dcms.activateKit(kit)).rejects.toThrow(DcmsClosedError)
  await expect(dcms.connect()).rejects.toThrow('the client is closed')
  expect(await call).toBe('success')
  await closed
  await dcms.close()
  await expect(dcms.currentToken()).rejects.toThrow(DcmsClosedError)
  await expect(dcms.activateKit(kit)).rejects.toMatchObject({ name: 'DcmsClosedError', message: 'the client is closed' })
  expect(gateway.calls).toHaveLength(1)
})

test.each(['MCC007', 'idempotency.conflict', 'auth.forbidden', 'card.already.active'] as const)(
  'a refusal with %s is final',
  async (code) => {
    gateway.behave = () => ({ refuse: { code } })
    await expect(client().activateKit(kit)).rejects.toMatchObject({ name: 'DcmsError', errorCode: code })
    expect(gateway.calls).toHaveLength(1)
  },
)

test('a refusal carries everything the envelope says, and the trace id', async () => {
  gateway.behave = () => ({ refuse: { code: 'MCC007' } })
  const error = await client()
    .activateKit(kit)
    .catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(DcmsError)
  expect(error).toMatchObject({
    errorCode: 'MCC007',
    reasonCode: 'kit.not.found',
    shortMessage: 'valid kit not found',
    fieldError: ['Invalid Kit No'],
    httpStatus: 'BAD_REQUEST',
    status: 400,
    requestId: gateway.calls[0]?.headers['x-request-id'],
  })
})

test('tries are bounded', async () => {
  gateway.behave = () => ({ refuse: { code: 'service.unavailable' } })
  await expect(client({ retry: { triesMax: 3, firstPauseMs: 1 } }).activateKit(kit)).rejects.toMatchObject({ status: 503 })
  expect(gateway.calls).toHaveLength(3)
})

test('an unexpected fault is tried three times at most', async () => {
  gateway.behave = () => ({ refuse: { code: 'internal.error' } })
  await expect(client().activateKit(kit)).rejects.toMatchObject({ status: 500 })
  expect(gateway.calls).toHaveLength(3)
})

test('a gateway that does not answer is a connection error after the time for a try', async () => {
  gateway.behave = () => ({ delayMs: 500 })
  const dcms = client({ retry: { triesMax: 1 } })
  await dcms.connect()
  await expect(dcms.activateKit(kit, { timeoutMs: 50 })).rejects.toBeInstanceOf(DcmsConnectionError)
})

test('the total time bounds a call however many tries are left', async () => {
  gateway.behave = () => ({ delayMs: 400 })
  const dcms = client({ retry: { triesMax: 100, totalTimeMs: 100 } })
  await dcms.connect()
  await expect(dcms.activateKit(kit)).rejects.toBeInstanceOf(DcmsConnectionError)
  expect(gateway.calls).toHaveLength(1)
})

test('a gateway that is down is a connection error', async () => {
  const dcms = client({ baseUrl: 'http://127.0.0.1:9', retry: { triesMax: 2, firstPauseMs: 1 } })
  await expect(dcms.activateKit(kit)).rejects.toBeInstanceOf(DcmsConnectionError)
})

test('a page of a load balancer is no answer of DCMS and is tried again', async () => {
  gateway.behave = (_, number) => (number === 1 ? { raw: { status: 502, body: '<html>bad gateway</html>' } } : {})
  expect(await client().activateKit(kit)).toBe('success')
})

test('the caller’s signal ends the wait at once', async () => {
  gateway.behave = () => ({ delayMs: 2_000 })
  const leaving = new AbortController()
  const call = client().activateKit(kit, { signal: leaving.signal })
  setTimeout(() => leaving.abort(new Error('the teller went home')), 20)
  await expect(call).rejects.toThrow('the teller went home')
})

test('a wrong password is told once and not repeated', async () => {
  await expect(client({ password: 'wrong pony' }).activateKit(kit)).rejects.toMatchObject({ errorCode: 'auth.invalid.credentials' })
  expect(gateway.logins).toHaveLength(1)
})

test('an encrypted card number is opened with the field key', () => {
  expect(client().decryptCardNumber(encryptField('6080401234566954', fieldKey))).toBe('6080401234566954')
})

test('a card number that the field key does not open is an input error, and so is a missing key', () => {
  for (const wrong of ['junk', '', 5, encryptField('6080401234566954', Buffer.alloc(32, 9))])
    expect(() => client().decryptCardNumber(wrong as string)).toThrow(DcmsInputError)
  const without = client({ keys: { clientKeys: { keys: [clientKey] } } })
  expect(() => without.decryptCardNumber(encryptField('6080401234566954', fieldKey))).toThrow(DcmsInputError)
})

test('nothing that is shown of a client or its errors holds a secret', async () => {
  const dcms = client()
  await dcms.connect()
  const token = await dcms.currentToken()
  const wrong = await client({ password: 'wrong pony' })
    .connect()
    .catch((reason: unknown) => reason)
  const shown = [inspect(dcms, { depth: 10, showHidden: true }), JSON.stringify(dcms), String(dcms), inspect(wrong, { depth: 10 })].join(
    '\n',
  )
  for (const secret of ['correct horse', 'wrong pony', token, clientKey.d, fieldKey.toString('base64')]) expect(shown).not.toContain(secret)
  expect(shown).toContain('ACME_BANK')
})
