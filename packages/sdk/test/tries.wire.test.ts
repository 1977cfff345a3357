// Which calls the client tries again, under which idempotency key, when, and for how long.
import { expect, test } from '@jest/globals'
import { DcmsConnectionError, DcmsError } from '../src/index.ts'
import { retryAfterMs } from '../src/transport.ts'
import { client, gateway, gatewayForEachTest, kit } from './clients.ts'

gatewayForEachTest()

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
  gateway.behave = () => ({ delayMs: 20_000 })
  const dcms = client({ retry: { triesMax: 100, totalTimeMs: 2_000 } }) // enough for logging in on a slow machine
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
