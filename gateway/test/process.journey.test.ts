// The gateway as a process of its own: start, wrong settings, orderly end.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bankServices, recordOf, settingPrefix } from '@dcms/contract'
import { callerTokens } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Bank, codeOf } from './bank.ts'
import { answerSuccess, callerFiles, definitionOf, engines, FakeService, newClientKeys, PASSWORD, randomLetters } from './test-gateway.ts'

const main = join(import.meta.dirname, '..', 'src', 'main.ts')
const files = callerFiles()
const clientKeys = newClientKeys()
const service = new FakeService()
let environment: Record<string, string>

beforeAll(async () => {
  const url = await service.listen()
  const { mongoUrl, kafkaBrokers } = engines()
  environment = {
    MONGO_URL: mongoUrl,
    KAFKA_BROKERS: kafkaBrokers,
    DCMS_INSTALLATION: randomLetters(8),
    DCMS_ENVIRONMENT: 'test',
    PORT: '0',
    INTERNAL_PORT: '0',
    DRAIN_SECONDS: '0',
    DCMS_MASTER_KEY: randomBytes(32).toString('base64'),
    DCMS_CALLER_KEY_FILE: files.gatewayKeyFile,
    DCMS_CALLERS_FILE: files.callersFile,
    DCMS_OPERATORS_FILE: files.operatorsFile,
    ...recordOf(
      bankServices.map((name) => `${settingPrefix(name)}_URL`),
      () => url,
    ),
  }
})
afterAll(() => service.close())

function run(changes: Record<string, string> = {}): ChildProcess {
  const { NODE_OPTIONS, DCMS_CLOCK_OFFSET_MS } = process.env // the day of this run of the tests
  return spawn(process.execPath, [main], {
    env: { NODE_OPTIONS, DCMS_CLOCK_OFFSET_MS, ...environment, ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

interface Listening {
  port: number
  internalPort: number
}

async function listening(child: ChildProcess): Promise<Listening> {
  if (!child.stdout) throw new Error('no output')
  const lines = createInterface(child.stdout)
  for await (const line of lines) {
    const entry = JSON.parse(line)
    if (entry.msg !== 'listening') continue
    child.stdout.resume()
    return entry
  }
  throw new Error('the process ended before it listened')
}

async function untilReady({ port }: Listening): Promise<void> {
  while ((await fetch(`http://127.0.0.1:${port}/health/ready`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50))
}

async function operate({ internalPort }: Listening, command: string, body: object): Promise<void> {
  const token = callerTokens({ caller: 'ops', keyFile: files.opsKeyFile }).tokenFor('gateway', { tenant: 'ANY', user: 'test', roles: [] })
  const response = await fetch(`http://127.0.0.1:${internalPort}/internal/admin/${command}`, {
    method: 'POST',
    headers: { 'x-dcms-context': token },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
}

test.each(['1', '2'])(
  'with GATEWAY_WORKERS=%s calls in flight finish, new ones are refused, and the process ends with 0',
  async (workers) => {
    const child = run({ GATEWAY_WORKERS: workers })
    const ports = await listening(child)
    await untilReady(ports)
    await operate(ports, 'apply-tenant', definitionOf('ACME_BANK', clientKeys))
    await operate(ports, 'add-user', { tenant: 'ACME_BANK', username: 'api_user', password: PASSWORD, roles: ['API_CLIENT'] })
    const bank = new Bank({ url: `http://127.0.0.1:${ports.port}`, tenant: 'ACME_BANK', clientKeys })
    await bank.logIn(PASSWORD)
    const arrived = Promise.withResolvers<void>()
    service.answer = (call, response) => {
      arrived.resolve()
      setTimeout(() => answerSuccess(call, response), 1_000)
    }
    const slow = bank.call('/v1/kit-manager/kitActivation', { entityId: 'slow' })
    await arrived.promise
    child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await expect(fetch(bank.url)).rejects.toThrow()
    expect(await slow).toMatchObject({ status: 200, body: { result: { echo: { entityId: 'slow' } } } })
    expect(await once(child, 'exit')).toEqual([0, null])
  },
)

test('a restart keeps keys, tenants, users, and tokens', async () => {
  const first = run()
  const ports = await listening(first)
  await untilReady(ports)
  const bank = new Bank({ url: `http://127.0.0.1:${ports.port}`, tenant: 'ACME_BANK', clientKeys })
  service.answer = answerSuccess
  expect((await bank.logIn(PASSWORD)).status).toBe(200)
  await bank.openSession()
  first.kill('SIGKILL')
  await once(first, 'exit')
  const second = run({ PORT: String(ports.port) })
  await untilReady(await listening(second))
  expect((await bank.call('/v1/kit-manager/kitActivation', {})).status).toBe(200)
  const old = await bank.send('/v1/kit-manager/kitActivation', bank.seal({}, { iat: Date.now() / 1000 - 60, jti: 'before the start' }))
  expect(codeOf(old)).toBe('encryption.timestamp.invalid')
  second.kill('SIGTERM')
  await once(second, 'exit')
})

test.each([
  ['DCMS_MASTER_KEY', 'short', 'DCMS_MASTER_KEY must be 32 bytes in Base64'],
  ['KIT_URL', '', 'KIT_URL is not set'],
  ['PORT', 'x', 'PORT is not a port number'],
  ['GATEWAY_WORKERS', '0', 'GATEWAY_WORKERS must be all, or a whole number from 1 to 32'],
])('a wrong %s stops the start with one sentence', async (name, value, sentence) => {
  const child = run({ [name]: value })
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  expect(await once(child, 'close')).toEqual([1, null])
  expect(text).toContain(sentence)
  expect(text).not.toContain('    at ')
})

test.each(['1', '2'])(
  'without the database and with GATEWAY_WORKERS=%s it listens, is not ready, and answers 503 in the envelope',
  async (workers) => {
    const child = run({ MONGO_URL: 'mongodb://127.0.0.1:1', GATEWAY_WORKERS: workers })
    const { port } = await listening(child)
    const base = `http://127.0.0.1:${port}`
    expect([(await fetch(`${base}/health/live`)).status, (await fetch(`${base}/health/ready`)).status]).toEqual([200, 503])
    for (const path of ['/v1/kit-manager/kitActivation', '/api/authenticate']) {
      const response = await fetch(base + path, { method: 'POST', body: 'x' })
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
      expect(await response.json()).toMatchObject({ exception: { errorCode: 'service.unavailable' } })
    }
    child.kill('SIGTERM')
    await once(child, 'exit')
  },
)

test('several workers do not share a port with somebody else, and their log says which of them speaks', async () => {
  const first = run({ GATEWAY_WORKERS: '2', MONGO_URL: 'mongodb://127.0.0.1:1' })
  if (!first.stdout) throw new Error('no output')
  const lines = createInterface(first.stdout)
  let port = 0
  let speaks = 0
  for await (const line of lines) {
    const entry = JSON.parse(line)
    if (entry.msg === 'listening') port = entry.port
    if (entry.worker !== undefined) speaks = entry.worker
    if (port > 0 && speaks > 0) break
  }
  expect(speaks).toBe(1)
  const second = run({ GATEWAY_WORKERS: '2', PORT: String(port) })
  second.stdout?.resume()
  const errors: Buffer[] = []
  second.stderr?.on('data', (text: Buffer) => errors.push(text))
  expect((await once(second, 'close'))[0]).toBe(1)
  expect(Buffer.concat(errors).toString()).toContain('EADDRINUSE')
  first.kill('SIGTERM')
  await once(first, 'exit')
})

test.each([
  [
    'another master key, with several workers too,',
    () => ({ DCMS_MASTER_KEY: randomBytes(32).toString('base64'), GATEWAY_WORKERS: '2' }),
    'DCMS_MASTER_KEY is not the key under which the stored keys were wrapped',
  ],
  [
    'another master key',
    () => ({ DCMS_MASTER_KEY: randomBytes(32).toString('base64') }),
    'DCMS_MASTER_KEY is not the key under which the stored keys were wrapped',
  ],
  ['a master key of another length', () => ({ DCMS_MASTER_KEY: 'c2hvcnQ=' }), 'DCMS_MASTER_KEY must be 32 bytes in Base64'],
  ['an unknown log level', () => ({ LOG_LEVEL: 'loud' }), 'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent'],
])('%s ends the start with one clear sentence', async (_what, changes, sentence) => {
  const child = run(changes())
  const errors: Buffer[] = []
  child.stderr?.on('data', (text: Buffer) => errors.push(text))
  child.stdout?.resume()
  expect((await once(child, 'close'))[0]).toBe(1)
  expect(Buffer.concat(errors).toString()).toBe(`${sentence}\n`)
})
