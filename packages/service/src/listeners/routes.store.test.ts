// The HTTP face of a service: who may call, which bodies are read, and the envelope for everything
// else.
import { type ErrorCode, internalEndpoint, publicEndpoint } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import express from 'express'
import { callerFiles, TestBank, until } from '../../test/test-bank.ts'
import { callerTokens, contextVerifier } from '../callers/context-token.ts'
import { type InternalClient, internalClient } from '../calls/internal-client.ts'
import { command } from '../commands/command.ts'
import { answer, refuse, ServiceUnavailable } from '../commands/decision.ts'
import { healthRoutes } from './health.ts'
import { type RunningHttp, startHttp } from './http.ts'
import { addCommands, addFallbacks } from './routes.ts'

const request = { type: 'object', additionalProperties: false, properties: { entityId: { type: 'string', maxLength: 5 } } } as const
const shared = { method: 'POST', owner: 'kit', idempotency: 'read', request, result: {}, summary: 'for the test' } as const
const seeEndpoint = publicEndpoint<{ entityId?: string }, string>()({
  ...shared,
  name: 'see',
  path: '/see',
  permission: 'kit.read',
  family: 'kit',
  description: 'For the test.',
  examples: [{ name: 'see', request: {}, result: '' }],
  errors: ['invalid.input.request', 'MCC007'],
})
const chooseEndpoint = publicEndpoint<{ operation: string; all?: boolean; entityId?: string }, string>()({
  ...shared,
  name: 'choose',
  path: '/choose/{operation}/now',
  permission: 'kit.read',
  family: 'kit',
  description: 'For the test.',
  examples: [{ name: 'choose', request: { operation: 'a' }, result: '' }],
  request: {
    type: 'object',
    additionalProperties: false,
    required: ['operation'],
    properties: { operation: { type: 'string', maxLength: 9 }, all: { type: 'boolean', acceptsText: true }, entityId: { type: 'string' } },
  },
  parametersIn: { operation: 'path', all: 'query' },
  inputFault: 'ORD001',
  errors: ['ORD001', 'ORD005'],
})
const changeEndpoint = publicEndpoint<{ entityId?: string }, string>()({ ...seeEndpoint, name: 'change', method: 'PUT' })
const askEndpoint = internalEndpoint<{ entityId?: string }, string>()({
  ...shared,
  name: 'ask',
  path: '/internal/ask',
  callers: ['customer'],
  errors: ['invalid.input.request', 'MCC007', 'product.not.found', 'service.unavailable'],
})
const behalf = { tenant: 'ACME_BANK', user: 'api_user', roles: ['API_CLIENT'] }
const asker = { ...behalf, tenant: { id: 'ACME_BANK' } }

const files = callerFiles(['gateway', 'customer', 'pin-preference'])
const tokensOf = (caller: 'gateway' | 'customer' | 'pin-preference') => callerTokens({ caller, keyFile: files.keyFileOf(caller) })
const reasons: string[] = []
let bank: TestBank
let http: RunningHttp
let client: InternalClient

beforeAll(async () => {
  bank = await TestBank.start()
  const app = express()
  app.use(healthRoutes('kit', () => reasons))
  const { relay, sources } = bank.call()
  addCommands(app, {
    commands: [
      command(seeEndpoint, async ({ entityId }, { user, requestId, traceparent }) =>
        entityId === 'none' ? refuse('MCC007') : answer(`${user} ${requestId} ${traceparent}`),
      ),
      command(changeEndpoint, async () => answer('changed')),
      command(chooseEndpoint, async (input) =>
        input.entityId === 'refused' ? refuse('ORD005', undefined, 'bin.not.found') : answer(JSON.stringify(input)),
      ),
      command(askEndpoint, async ({ entityId }, { user, branch, requestId, traceparent, hasKey }) => {
        if (entityId === 'who') return answer([user, branch, requestId, traceparent, hasKey].join(' '))
        if (entityId === 'away') throw new ServiceUnavailable('the customer service is away')
        if (entityId === 'new') return refuse('product.not.found')
        if (entityId === 'bug') throw new Error('card 6080401234566954 broke it')
        if (entityId === 'slow') await new Promise((resolve) => setTimeout(resolve, 2_600))
        return entityId === 'none' ? refuse('MCC007') : answer('told')
      }),
    ],
    tenants: bank.tenants,
    listener: 'public',
    verify: contextVerifier({ audience: 'kit', callersFile: files.callersFile, operatorsFile: files.operatorsFile }),
    shared: { relay, sources, clock: () => new Date() },
    logger: bank.logger,
  })
  addFallbacks(app, bank.logger)
  http = await startHttp({ handler: app, host: '127.0.0.1', port: 0 })
  client = internalClient({ baseUrl: `http://127.0.0.1:${http.port}`, audience: 'kit', tokens: tokensOf('customer') })
})
afterAll(async () => {
  await client.close()
  await http.close()
  await bank.close()
  files.remove()
})

interface Sent {
  method?: string
  token?: string
  body?: string
  headers?: Record<string, string>
}
async function send(path: string, { method = 'POST', token, body = '{}', headers = {} }: Sent = {}) {
  const response = await fetch(`http://127.0.0.1:${http.port}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { 'x-dcms-context': token }), ...headers },
    ...(method !== 'GET' && { body }),
  })
  const envelope = (await response.json()) as {
    result: unknown
    exception: { errorCode: ErrorCode; reasonCode: string; fieldError: string[] } | null
  }
  return { status: response.status, code: envelope.exception?.errorCode, headers: response.headers, ...envelope }
}
const gatewayToken = (tenant = 'ACME_BANK') => tokensOf('gateway').tokenFor('kit', { ...behalf, tenant })

test('a call with the gateway’s token is answered in the envelope, with its request id and trace', async () => {
  const headers = { 'x-request-id': 'request-1', traceparent: '00-trace-01' }
  const seen = await send('/see', { token: gatewayToken(), headers })
  expect(seen).toMatchObject({ status: 200, result: 'api_user request-1 00-trace-01', exception: null, pagination: null })
  expect(seen.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(await send('/see', { token: gatewayToken(), body: '{"entityId":"none"}' })).toMatchObject({ status: 400, code: 'MCC007' })
})

test('a call without a token, with one for another service, or of a caller who may not, is refused', async () => {
  const foreign = tokensOf('gateway').tokenFor('customer', behalf)
  const notAllowed = tokensOf('pin-preference').tokenFor('kit', behalf)
  for (const token of [undefined, 'x', foreign])
    expect(await send('/see', token === undefined ? {} : { token })).toMatchObject({ status: 401, code: 'auth.token.invalid' })
  expect(await send('/see', { token: notAllowed })).toMatchObject({ status: 401 })
  expect(await send('/internal/ask', { token: notAllowed })).toMatchObject({ status: 401 })
  expect(await send('/internal/ask', { token: gatewayToken() })).toMatchObject({ status: 401 })
})

test('a bank that is not told of yet gets 503, not a refusal', async () => {
  const told = await send('/see', { token: gatewayToken('NEXT_BANK') })
  expect(told).toMatchObject({ status: 503, code: 'service.unavailable' })
  expect(told.headers.get('retry-after')).toBe('1')
})

test('a body that is no JSON is refused, one over a megabyte too, and none at all is an empty object', async () => {
  const token = gatewayToken()
  expect(await send('/see', { token, body: '{"entityId":' })).toMatchObject({
    status: 400,
    code: 'invalid.input.request',
    exception: { fieldError: ['the body is not valid JSON'] },
  })
  expect(await send('/see', { token, body: `"${'x'.repeat(1_100_000)}"` })).toMatchObject({ status: 413, code: 'request.too.large' })
  expect(await send('/see', { token, body: '' })).toMatchObject({ status: 200 })
  expect(await send('/see', { token, body: '{"entityId":"too long"}' })).toMatchObject({
    status: 400,
    exception: { fieldError: ['entityId must have at most 5 characters'] },
  })
})

test('an unknown path is 404, a known one with another method 405 with Allow', async () => {
  expect(await send('/nowhere', { token: gatewayToken() })).toMatchObject({ status: 404, code: 'path.not.found' })
  const wrong = await send('/see', { token: gatewayToken(), method: 'DELETE' })
  expect(wrong).toMatchObject({ status: 405, code: 'method.not.allowed' })
  expect(wrong.headers.get('allow')).toBe('POST, PUT')
})

test('one path may be two endpoints, by method', async () => {
  expect(await send('/see', { token: gatewayToken(), method: 'PUT' })).toMatchObject({ status: 200, result: 'changed' })
  expect((await send('/see', { token: gatewayToken() })).result).not.toBe('changed')
})

test('a caller with a newer definition of the bank gets 503 where the older one would refuse, one with the same the refusal', async () => {
  const calling = { ...asker, requestId: 'r' }
  const ofVersion = (version: number) =>
    internalClient({
      baseUrl: `http://127.0.0.1:${http.port}`,
      audience: 'kit',
      tokens: { ...tokensOf('customer'), definitionVersionOf: () => version },
    })
  const [same, newer] = [ofVersion(bank.tenant.version), ofVersion(bank.tenant.version + 1)]
  await expect(newer.call(askEndpoint, { entityId: 'new' }, calling)).rejects.toBeInstanceOf(ServiceUnavailable)
  expect(await newer.call(askEndpoint, { entityId: 'none' }, calling)).toMatchObject({ kind: 'refused', code: 'MCC007' })
  expect(await same.call(askEndpoint, { entityId: 'new' }, calling)).toMatchObject({ kind: 'refused', code: 'product.not.found' })
  await Promise.all([same.close(), newer.close()])
})

test('an unexpected fault is 500 without a hint, and the log has it with the request id', async () => {
  const token = tokensOf('customer').tokenFor('kit', behalf)
  const fault = await send('/internal/ask', { token, body: '{"entityId":"bug"}', headers: { 'x-request-id': 'request-bug' } })
  expect(fault).toMatchObject({ status: 500, code: 'internal.error' })
  expect(JSON.stringify(fault)).not.toMatch(/broke it|6080401234566954/)
  expect(bank.logLines.some((line) => line.includes('call failed') && line.includes('request-bug'))).toBe(true)
})

test('health says what is missing until nothing is', async () => {
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${http.port}${path}`)
    return { status: response.status, body: await response.text() }
  }
  reasons.push('the store was not read yet')
  expect(await get('/health/live')).toMatchObject({ status: 200 })
  for (const path of ['/health', '/health/ready']) {
    const { status, body } = await get(path)
    expect(status).toBe(503)
    expect(JSON.parse(body)).toEqual({ service: 'kit', status: 'DOWN', process: process.pid, reasons: ['the store was not read yet'] })
  }
  reasons.length = 0
  for (const path of ['/health', '/health/ready']) expect(await get(path)).toMatchObject({ status: 200 })
  expect((await get('/metrics')).body).toContain('process_cpu_seconds_total')
})

test('the client of an internal endpoint gets answers and listed refusals', async () => {
  const context = { ...asker, requestId: 'request-1' }
  expect(await client.call(askEndpoint, {}, context)).toEqual({ kind: 'answer', result: 'told' })
  expect(await client.call(askEndpoint, { entityId: 'none' }, context)).toEqual({
    kind: 'refused',
    code: 'MCC007',
    fieldError: ['Invalid Kit No'],
  })
})

test('a command asks by its own scope: the owner hears of its user, branch, request and trace, and of the key for this call', async () => {
  const scope = bank.scope({ user: 'meena', branch: 'B1', requestId: 'request-2', traceparent: '00-trace-of-the-caller' })
  const ask = async (options?: { idempotencyKey: string }) => await client.call(askEndpoint, { entityId: 'who' }, scope, options)
  expect(await ask({ idempotencyKey: 'step-3' })).toEqual({ kind: 'answer', result: 'meena B1 request-2 00-trace-of-the-caller true' })
  expect(await ask()).toEqual({ kind: 'answer', result: 'meena B1 request-2 00-trace-of-the-caller false' })
})

test.each(['away', 'slow'])('an owner that is %s is ServiceUnavailable', async (entityId) => {
  await expect(client.call(askEndpoint, { entityId }, { ...asker, requestId: 'r' })).rejects.toBeInstanceOf(ServiceUnavailable)
})

test('an owner that does not listen is ServiceUnavailable, one with a fault or an unlisted code an error', async () => {
  const nobody = internalClient({ baseUrl: 'http://127.0.0.1:1', audience: 'kit', tokens: tokensOf('customer') })
  await expect(nobody.call(askEndpoint, {}, { ...asker, requestId: 'r' })).rejects.toBeInstanceOf(ServiceUnavailable)
  await nobody.close()
  const fault = client.call(askEndpoint, { entityId: 'bug' }, { ...asker, requestId: 'r' })
  await expect(fault).rejects.toThrow('kit answered /internal/ask with 500 internal.error, which the contract does not list')
  await expect(fault).rejects.not.toBeInstanceOf(ServiceUnavailable)
})

test('closing waits for the call in flight and does not wait for idle connections', async () => {
  const release = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const slow = await startHttp({
    host: '127.0.0.1',
    port: 0,
    handler: async (incoming, response) => {
      if (incoming.url === '/slow') {
        reached.resolve()
        await release.promise
      }
      response.end('finished')
    },
  })
  const url = `http://127.0.0.1:${slow.port}`
  expect(await (await fetch(url)).text()).toBe('finished') // leaves a connection that is kept alive
  const inFlight = fetch(`${url}/slow`).then((response) => response.text())
  await reached.promise
  let isClosed = false
  const closing = slow.close().then(() => {
    isClosed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(isClosed).toBe(false)
  release.resolve()
  expect(await inFlight).toBe('finished')
  const before = Date.now()
  await closing
  expect(Date.now() - before).toBeLessThan(5_000)
})

test('path and query parameters come to the command as members of the body, whatever the body says of them', async () => {
  const token = tokensOf('gateway').tokenFor('kit', behalf)
  const { status, result } = await send('/choose/a%20b/now?all=true&other=1', { token, body: '{"entityId":"e","operation":"z"}' })
  expect({ status, input: JSON.parse(String(result)) }).toEqual({ status: 200, input: { entityId: 'e', operation: 'a b', all: true } })
})

test('a family’s own code stands for a wrong field, with the dotted code as its reason; so for a refusal that names another', async () => {
  const token = tokensOf('gateway').tokenFor('kit', behalf)
  const wrong = await send('/choose/far-too-long/now', { token })
  expect(wrong).toMatchObject({ status: 400, exception: { errorCode: 'ORD001', reasonCode: 'invalid.input.request' } })
  expect(wrong.exception?.fieldError).toEqual(['operation must have at most 9 characters'])
  const refused = await send('/choose/a/now', { token, body: '{"entityId":"refused"}' })
  expect(refused).toMatchObject({ status: 400, exception: { errorCode: 'ORD005', reasonCode: 'bin.not.found' } })
})

test('metrics tell of each endpoint how long its calls took and how they ended, and how statements waited for the store', async () => {
  const ask = (entityId: string) => client.call(askEndpoint, { entityId }, { ...asker, requestId: 'measured' }).catch(() => undefined)
  await Promise.all(['E1', 'none', 'bug'].map(ask))
  await bank.connection.db?.command({ ping: 1 })
  await until('they are measured', async () => {
    const text = await (await fetch(`http://127.0.0.1:${http.port}/metrics`)).text()
    const isCounted = (status: string) => text.includes(`dcms_service_request_duration_seconds_count{endpoint="ask",status="${status}"}`)
    return ['2xx', '4xx', '5xx'].every(isCounted) && /dcms_store_pool_wait_seconds_count [1-9]/.test(text)
  })
})
