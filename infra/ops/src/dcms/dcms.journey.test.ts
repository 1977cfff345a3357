// The dcms command as an operator runs it: what it takes, what it says, how it ends.

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyContexts } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { dcmsRuns } from '../../test/run-dcms.ts'
import { installationKeys } from '../launcher/installation-keys.ts'
import { workspaceRoot } from '../launcher/process-environment.ts'

const acme = join(workspaceRoot, 'infra', 'tenants', 'acme-bank.json')
let stateDir: string
let operatorKey: string
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'dcms-state-'))
  operatorKey = (await installationKeys(join(stateDir, 'keys'))).operatorKeyFile('demo-officer-1')
})
afterAll(async () => {
  await runs.stop()
  await rm(stateDir, { recursive: true, force: true })
})

const runs = dcmsRuns()
const dcms = (parameters: string[], input = '', environment: Record<string, string> = {}) =>
  runs.run(parameters, input, { DCMS_STATE_DIR: stateDir, ...environment })

test('--help shows the groups and the exit codes', async () => {
  const { code, stdout } = await dcms(['--help'])
  expect(code).toBe(0)
  for (const word of ['tenant', 'user', 'keys', 'pin', 'events', 'Exit codes']) expect(stdout).toContain(word)
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
    { GATEWAY_INTERNAL_URL: 'http://127.0.0.1:9', DCMS_OPERATOR_KEY_FILE: operatorKey },
  )
  expect(code).toBe(1)
  expect(stderr).toContain('gateway does not answer at http://127.0.0.1:9')
})

test('a role there is not is told with those there are', async () => {
  const { code, stderr } = await dcms(['user', 'add', '--tenant', 'A_B', '--username', 'u', '--role', 'BOSS', '--password-stdin'])
  expect(code).toBe(2)
  expect(stderr).toContain('API_CLIENT')
})

const keys = (command: string, ...further: string[]) => ['keys', command, '--tenant', 'ACME_BANK', ...further]

test.each<[string, string[], number, string]>([
  ['a purpose there is not', keys('create', '--purpose', 'wallet'), 2, 'Allowed choices are field, pin, mailer, switch'],
  ['a purpose that is made here', keys('create', '--purpose', 'data'), 2, 'Allowed choices are field, pin, mailer, switch'],
  ['a purpose of another context', keys('create', '--purpose', 'pin', '--context', 'kit'), 1, 'kit holds no pin key; pin-preference does'],
  ['an import without a form', keys('import', '--purpose', 'pin', '--stdin'), 2, 'either --component 1|2 or --key-block'],
  ['a third component', keys('import', '--purpose', 'pin', '--component', '3', '--stdin'), 2, 'component 1 or 2'],
  ['two forms at once', keys('import', '--purpose', 'pin', '--component', '1', '--key-block', '--stdin'), 2, 'cannot be used'],
  ['a transport key as block', keys('import', '--purpose', 'transport', '--key-block', '--stdin'), 1, 'is imported as two components'],
  ['a pvk as component', keys('import', '--purpose', 'pvk', '--component', '1', '--stdin'), 1, 'is imported as a key block'],
  ['a key on the command line', keys('import', '--purpose', 'pin', '--key-block', 'D0112'), 2, '--stdin'],
  ['the numbering key to rotate', keys('rotate', '--purpose', 'numbering'), 1, 'A numbering key is never rotated'],
  ['an exchanged key to rotate', keys('rotate', '--purpose', 'field'), 1, 'dcms keys import --tenant ACME_BANK --purpose field'],
  ['a context there is not', keys('list', '--context', 'wallet'), 2, `Allowed choices are ${keyContexts.join(', ')}`],
  ['an export of what never leaves', keys('export', '--purpose', 'cvk'), 2, 'Allowed choices are'],
  ['a PIN of no kit', ['pin', 'unlock', '--tenant', 'ACME_BANK'], 2, '--kit'],
  ['mailers of no batch', ['pin', 'mailers', '--tenant', 'ACME_BANK'], 2, '--batch'],
  ['too many mailers', ['pin', 'mailers', '--tenant', 'ACME_BANK', '--batch', 'b', '--limit', '501'], 2, 'Expected a number from 1 to 500'],
])('%s is told', async (_what, parameters, code, told) => {
  const run = await dcms(parameters)
  expect(run).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(told) })
})

test('a component of the wrong form is refused without being repeated', async () => {
  const parameters = keys('import', '--purpose', 'field', '--component', '1', '--stdin')
  const { code, stderr } = await dcms(parameters, 'c2VjcmV0LWtleQ==\n')
  expect(code).toBe(1)
  expect(stderr).toContain('32 bytes (AES-256) or 16 bytes (TDES), in hex or Base64')
  expect(stderr).not.toContain('c2VjcmV0')
})

test('a secret that is expected on standard input and does not come is asked for', async () => {
  const { code, stderr } = await dcms(keys('import', '--purpose', 'pin', '--key-block', '--stdin'))
  expect(code).toBe(1)
  expect(stderr).toContain('standard input')
})

test('a service that is down is named with its address', async () => {
  const { code, stderr } = await dcms(keys('list', '--context', 'kit'), '', {
    KIT_INTERNAL_URL: 'http://127.0.0.1:9',
    DCMS_OPERATOR_KEY_FILE: operatorKey,
  })
  expect(code).toBe(1)
  expect(stderr).toContain('kit does not answer at http://127.0.0.1:9')
})

test('a topic there is not is told before Kafka is asked', async () => {
  const { code, stderr } = await dcms(['events', 'tail', '--topic', 'wallet'])
  expect(code).toBe(1)
  expect(stderr).toContain('There is no topic wallet')
})

test('an operator’s key pair is made once: the private part in a file of its own, the public line to be put beside the others', async () => {
  const out = join(stateDir, 'asha.operator.jwk.json')
  const made = await dcms(['operator', 'new', 'asha', '--role', 'KEY_OFFICER', '--role', 'AUDITOR', '--out', out])
  expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('DCMS_OPERATORS_FILE') })
  const line = JSON.parse(made.stdout)
  expect(line).toMatchObject({ kid: 'ops:asha', crv: 'P-256', roles: ['KEY_OFFICER', 'AUDITOR'] })
  expect(line).not.toHaveProperty('d')
  expect((await stat(out)).mode & 0o777).toBe(0o600)
  const again = await dcms(['operator', 'new', 'asha', '--role', 'KEY_OFFICER', '--out', out])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('EEXIST') })
  expect(await dcms(['operator', 'new', 'Asha', '--role', 'KEY_OFFICER'])).toMatchObject({ code: 2 })
  expect(await dcms(['operator', 'new', 'ravi', '--role', 'BOSS'])).toMatchObject({ code: 2, stderr: expect.stringContaining('AUDITOR') })
})
