// dcms keys and dcms pin against a running installation: a key ceremony, a rotation, a locked PIN,
// a file of PIN mailers.

import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodePinBlock, keyCheckValue } from '@dcms/card-crypto'
import { processNames, settingPrefix } from '@dcms/contract'
import { usedSecret } from '@dcms/leak-scan'
import { Dcms } from '@dcms/sdk'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type DemoClient, demoClient, sdkOptions, setUpDemoTenants } from '../src/demo/demo-client.ts'
import { demoRegistration } from '../src/demo/demo-registration.ts'
import { type Installation, startInstallation } from '../src/launcher/processes.ts'
import { dcmsRuns } from './run-dcms.ts'

const START_TIMEOUT_MS = 120_000
let stateDir: string
let installation: Installation
let client: DemoClient
let acme: Dcms

beforeAll(async () => {
  const { MONGO_URL: mongoUrl, KAFKA_BROKERS: kafkaBrokers } = process.env
  if (!mongoUrl || !kafkaBrokers) throw new Error('MONGO_URL and KAFKA_BROKERS are not set: run the tests with npm test, which starts both')
  stateDir = await mkdtemp(join(tmpdir(), 'dcms-commands-'))
  const name = `t${randomBytes(4).toString('hex')}`
  const logsDir = process.env.DCMS_TEST_LOGS_DIR // kept for the leak scan of a whole test run
  const logDir = logsDir === undefined ? {} : { logDir: join(logsDir, name) }
  installation = await startInstallation({ engines: { mongoUrl, kafkaBrokers }, stateDir, installation: name, ports: 'free', ...logDir })
  client = await demoClient(stateDir, installation.gatewayUrl)
  await setUpDemoTenants(installation.operator, client)
  acme = new Dcms(sdkOptions(client, 'ACME_BANK'))
}, START_TIMEOUT_MS)
afterAll(async () => {
  await runs.stop()
  await acme?.close()
  await installation?.stop()
  await rm(stateDir, { recursive: true, force: true })
})

const runs = dcmsRuns()

/** As one of the two demo officers. */
async function dcms(parameters: readonly string[], input = '', officer: 1 | 2 = 1) {
  return runs.run(parameters, input, {
    DCMS_STATE_DIR: stateDir,
    DCMS_OPERATOR_KEY_FILE: join(installation.keysDir, `demo-officer-${officer}.operator.jwk.json`),
    DCMS_CALLERS_FILE: installation.callersFile,
    KAFKA_BROKERS: installation.engines.kafkaBrokers,
    DCMS_INSTALLATION: installation.installation,
    ...Object.fromEntries(processNames.map((name) => [`${settingPrefix(name)}_INTERNAL_URL`, installation.process(name).internalUrl])),
  })
}

const keys = (command: string, ...further: string[]) => ['keys', command, '--tenant', 'ACME_BANK', ...further]
const component = (purpose: string, number: 1 | 2, officer: 1 | 2, bytes: Buffer) =>
  dcms(keys('import', '--purpose', purpose, '--component', String(number), '--stdin'), `${bytes.toString('hex')}\n`, officer)
const kcvsOf = async (purpose: string): Promise<string[]> => {
  const { stdout } = await dcms(keys('list', '--json'))
  const contexts = JSON.parse(stdout) as { keys: { purpose: string; kcv: string }[] }[]
  return contexts.flatMap((each) => each.keys.filter((key) => key.purpose === purpose).map(({ kcv }) => kcv))
}

/** For the leak scan: PINs and the blocks that the client makes of them with the kit number. */
function notePins(kitNo: string, pins: readonly string[]): void {
  for (const pin of pins) usedSecret('pinBlock', encodePinBlock(0, usedSecret('pin', pin), kitNo.padStart(16, '0')))
}

test('the demo banks’ keys came as components, once; a second set-up adds no version', async () => {
  const kcv = (key: string): string => keyCheckValue(Buffer.from(key, 'base64'))
  const { fieldKey, pinKey } = client.tenants.ACME_BANK
  await setUpDemoTenants(installation.operator, client)
  expect(await kcvsOf('field')).toEqual([kcv(fieldKey)])
  expect(await kcvsOf('pin')).toEqual([kcv(pinKey)])
})

/** A dozen commands, one after the other, some of them processes of their own. */
const CEREMONY_MS_MAX = 300_000

test(
  'a ceremony: a key is made, waits for a transport key, and then leaves as a key block',
  async () => {
    const created = await dcms(keys('create', '--purpose', 'switch'))
    expect(created).toMatchObject({ code: 0, stderr: '' })
    expect(created.stdout).toMatch(/^switch key of ACME_BANK in pin-preference: version 1, AES-256, KCV [0-9A-F]{6}\n/)
    expect(created.stdout).toContain('pin-preference has no transport key yet')
    expect(await dcms(keys('create', '--purpose', 'switch'))).toMatchObject({ code: 1, stderr: expect.stringContaining('key.exists') })

    const [one, two] = [randomBytes(32), randomBytes(32)]
    const kcv = keyCheckValue(Buffer.from(one.map((byte, position) => byte ^ (two[position] ?? 0))))
    const first = await component('transport', 1, 1, one)
    for (const context of ['kit', 'pin-preference'])
      expect(first.stdout).toContain(`component 1 of the transport key of ACME_BANK in ${context}: KCV ${keyCheckValue(one)}`)
    expect((await dcms(keys('list'))).stdout).toContain('component 1 of a transport key in kit')
    expect(await component('transport', 2, 1, two)).toMatchObject({ code: 1, stderr: expect.stringContaining('dual.control') })
    const second = await component('transport', 2, 2, two)
    expect(second.stdout).toContain(`transport key of ACME_BANK in kit: version 1, AES-256, KCV ${kcv}`)
    expect(await kcvsOf('transport')).toEqual([kcv, kcv])

    const noted = await dcms(keys('export', '--purpose', 'switch')) // the first officer gets nothing
    expect(noted).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('a second officer') })
    const exported = await dcms(keys('export', '--purpose', 'switch'), '', 2)
    expect(exported.stdout).toMatch(/^D[0-9A-Z]+\n$/)
    const imported = await dcms(keys('import', '--purpose', 'switch', '--key-block', '--stdin'), exported.stdout)
    expect(imported.stdout).toContain('switch key of ACME_BANK in pin-preference: version 1') // the key that is in use already
    const foreign = await dcms(keys('import', '--purpose', 'pvk', '--key-block', '--stdin'), exported.stdout)
    expect(foreign).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('key.block.invalid') })
    expect(foreign.stderr).not.toContain(exported.stdout.trim())
  },
  CEREMONY_MS_MAX,
)

test('a rotation makes the next version where the key is held; earlier ones go on reading', async () => {
  const rotated = await dcms(keys('rotate', '--purpose', 'data', '--context', 'kit'))
  expect(rotated).toMatchObject({ code: 0, stdout: expect.stringContaining('data key of ACME_BANK in kit: version 2') })
  expect(rotated.stdout).toContain('encrypted anew in the background')
  const rows = (await dcms(keys('list', '--context', 'kit'))).stdout.split('\n').filter((line) => line.includes(' data '))
  expect(rows).toEqual([expect.stringContaining('reads old data'), expect.stringContaining('in use')])
})

test('what operators did stands in the service’s log by name, and no key does', async () => {
  const logs = ['kit', 'pin-preference'] as const
  const texts = await Promise.all(logs.map((name) => readFile(installation.process(name).logFile, 'utf8')))
  const lines = texts.flatMap((text) => text.split('\n'))
  const operations = lines.filter((line) => line.includes('"key operation')).map((line) => JSON.parse(line))
  expect(operations).toContainEqual(
    expect.objectContaining({ operation: 'createKey', tenant: 'ACME_BANK', purpose: 'switch', version: 1, operator: 'demo-officer-1' }),
  )
  expect(operations).toContainEqual(expect.objectContaining({ operation: 'addKeyComponent', refused: 'dual.control' }))
  const { fieldKey, pinKey } = client.tenants.ACME_BANK
  for (const key of [fieldKey, pinKey]) expect(lines.some((line) => line.includes(key))).toBe(false)
})

test('the audit trail of the running installation is whole', async () => {
  const verified = await dcms(['audit', 'verify', '--json'])
  expect(verified).toMatchObject({ code: 0 })
  const report = JSON.parse(verified.stdout)
  const runs = processNames.length
  expect(report).toMatchObject({ runs, open: runs, dropped: 0, faultCount: 0 })
  expect(report.records).toBeGreaterThan(20)
})

test('a tenant there is not is refused', async () => {
  const { code, stderr } = await dcms(['keys', 'list', '--tenant', 'OTHER_BANK'])
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('tenant.not.found') })
  // A service that does not know a tenant asks to come again: it may be on its way.
  const unlock = await dcms(['pin', 'unlock', '--tenant', 'OTHER_BANK', '--kit', '1'])
  expect(unlock).toMatchObject({ code: 1, stderr: expect.stringContaining('is OTHER_BANK a tenant that was applied (dcms tenant apply)?') })
}, 30_000)

test('a locked PIN is unlocked; one that is not locked stays as it is; a kit there is not is told', async () => {
  const entityId = `c${randomBytes(6).toString('hex')}`
  const card = (await acme.register(demoRegistration(entityId))).kitInfo[0]
  if (!card) throw new Error('no card')
  const { kitNo, expDate } = card
  const known = { entityId, kitNo, expiryDate: `${expDate.slice(5, 7)}${expDate.slice(2, 4)}` }
  notePins(kitNo, ['1593', '1594'])
  await acme.pins.set({ ...known, pin: '1593' })
  for (let tries = 0; tries < 3; tries++)
    await expect(acme.pins.validate({ ...known, pin: '1594' })).rejects.toMatchObject({ errorCode: 'PIN002' })
  await expect(acme.pins.validate({ ...known, pin: '1593' })).rejects.toMatchObject({ errorCode: 'pin.locked' })
  const unlock = ['pin', 'unlock', '--tenant', 'ACME_BANK', '--kit', kitNo, '--reason', 'identified by telephone']
  expect(await dcms(unlock)).toMatchObject({ code: 0, stdout: `the PIN of kit ${kitNo} is unlocked\n` })
  expect(await acme.pins.validate({ ...known, pin: '1593' })).toBe(true)
  expect(await dcms(unlock)).toMatchObject({ code: 0, stdout: expect.stringContaining('was not locked') })
  const unknown = await dcms(['pin', 'unlock', '--tenant', 'ACME_BANK', '--kit', '1'])
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('MCC007') })
})

test('PIN mailers are written once per batch: the same batch again gives the same file', async () => {
  const mailers = (batch: string, ...further: string[]) => dcms(['pin', 'mailers', '--tenant', 'ACME_BANK', '--batch', batch, ...further])
  expect((await dcms(keys('create', '--purpose', 'mailer'))).code).toBe(0)
  const entityId = `c${randomBytes(6).toString('hex')}`
  const registration = { ...demoRegistration(entityId), kitInfo: [{ cardType: 'PHYSICAL' as const }] }
  const kitNo = (await acme.register(registration)).kitInfo[0]?.kitNo ?? ''
  await acme.regeneratePinMailer({ entityId, kitNo, addressType: 'PERMANENT', homeCurrencyCode: '356' })
  const file = join(stateDir, 'mailers.csv')
  const written = await mailers('b-1', '--out', file)
  expect(written).toMatchObject({ code: 0, stdout: '', stderr: `batch b-1: 1 PIN mailer in ${file}\n` })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const text = await readFile(file, 'utf8')
  expect(text).toMatch(new RegExp(`\r\n[^,]+,${kitNo},${entityId},608040X+\\d{4},PERMANENT,356,4,[0-9A-F]{32}\r\n$`))
  expect((await mailers('b-1')).stdout).toBe(text)
  expect(JSON.parse((await mailers('b-2', '--format', 'json')).stdout)).toEqual([])
  expect(await mailers('not a name')).toMatchObject({ code: 1, stderr: expect.stringContaining('batchId') })
})
