// The dcms command as a program of its own: what it takes, what it says, how it ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { installationKeys } from './installation-keys.ts'
import { workspaceRoot } from './process-environment.ts'

const acme = join(workspaceRoot, 'infra', 'tenants', 'acme-bank.json')
let stateDir: string
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'dcms-state-'))
  await installationKeys(join(stateDir, 'keys'))
})
afterAll(() => rm(stateDir, { recursive: true, force: true }))

async function dcms(parameters: string[], input = '', environment: Record<string, string> = {}) {
  const { GATEWAY_INTERNAL_URL: _g, KAFKA_BROKERS: _k, DCMS_KEYS_DIR: _d, ...inherited } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, 'dcms.ts'), ...parameters], {
    env: { ...inherited, DCMS_STATE_DIR: stateDir, NO_COLOR: '1', ...environment },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

test('--help shows the groups and the exit codes', async () => {
  const { code, stdout } = await dcms(['--help'])
  expect(code).toBe(0)
  for (const word of ['tenant', 'user', 'keys', 'events', 'Exit codes']) expect(stdout).toContain(word)
})

test('an unknown command is wrong use', async () => {
  const { code, stderr } = await dcms(['tenants'])
  expect(code).toBe(2)
  expect(stderr).toContain("unknown command 'tenants'")
})

test('a definition without keys is told to be invalid before anything is sent', async () => {
  const { code, stderr } = await dcms(['tenant', 'apply', acme])
  expect(code).toBe(1)
  expect(stderr).toContain('clientKeys is required')
})

test('nothing started yet: the command says how to start or where to point it', async () => {
  const { code, stderr } = await dcms(
    ['user', 'add', '--tenant', 'ACME_BANK', '--username', 'u', '--role', 'ADMIN', '--password-stdin'],
    'long enough pw\n',
  )
  expect(code).toBe(1)
  expect(stderr).toContain('Run npm start')
})

test('a gateway that is down is named with its address', async () => {
  const { code, stderr } = await dcms(
    ['user', 'add', '--tenant', 'ACME_BANK', '--username', 'u', '--role', 'ADMIN', '--password-stdin'],
    'long enough pw\n',
    { GATEWAY_INTERNAL_URL: 'http://127.0.0.1:9', DCMS_KEYS_DIR: join(stateDir, 'keys') },
  )
  expect(code).toBe(1)
  expect(stderr).toContain('gateway does not answer at http://127.0.0.1:9')
})

test('a role there is not is told with those there are', async () => {
  const { code, stderr } = await dcms(['user', 'add', '--tenant', 'A_B', '--username', 'u', '--role', 'BOSS', '--password-stdin'])
  expect(code).toBe(2)
  expect(stderr).toContain('API_CLIENT')
})

test('a key of the wrong form is refused without being repeated', async () => {
  const { code, stderr } = await dcms(['keys', 'import', '--tenant', 'ACME_BANK', '--purpose', 'field', '--stdin'], 'c2VjcmV0LWtleQ==\n')
  expect(code).toBe(1)
  expect(stderr).toContain('Base64 of 32 bytes')
  expect(stderr).not.toContain('c2VjcmV0')
})

test('a secret that is expected on standard input and does not come is asked for', async () => {
  const { code, stderr } = await dcms(['keys', 'import', '--tenant', 'ACME_BANK', '--purpose', 'pin', '--stdin'])
  expect(code).toBe(1)
  expect(stderr).toContain('standard input')
})

test('a topic there is not is told before Kafka is asked', async () => {
  const { code, stderr } = await dcms(['events', 'tail', '--topic', 'wallet'])
  expect(code).toBe(1)
  expect(stderr).toContain('There is no topic wallet')
})
