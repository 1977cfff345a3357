// Keys that are made once per installation.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasMasterKey, processNames } from '@dcms/contract'
import { callerTokens, contextVerifier } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { newOperator, operatorsFileWith } from '../operator/operator-key-files.ts'
import { demoOfficers, installationKeys } from './installation-keys.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcms-keys-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('two starts at once agree on the keys, and a later one finds the same', async () => {
  const [first, second] = await Promise.all([installationKeys(folder), installationKeys(folder)])
  const third = await installationKeys(folder)
  const holders = processNames.filter(hasMasterKey)
  for (const caller of holders) {
    expect(second.masterKey(caller)).toBe(first.masterKey(caller))
    expect(third.masterKey(caller)).toBe(first.masterKey(caller))
    expect(Buffer.from(first.masterKey(caller), 'base64')).toHaveLength(32)
  }
  expect(new Set(holders.map((caller) => first.masterKey(caller))).size).toBe(holders.length)
})

test('there is one zone key, of 32 bytes, for its owner alone, and no master key', async () => {
  const [first, second] = await Promise.all([installationKeys(folder), installationKeys(folder)])
  expect(second.zoneKey).toBe(first.zoneKey)
  expect(Buffer.from(first.zoneKey, 'base64')).toHaveLength(32)
  expect(processNames.map((caller) => first.masterKey(caller))).not.toContain(first.zoneKey)
  expect((await stat(join(folder, 'zone-key'))).mode & 0o777).toBe(0o600)
})

test('private files are for their owner alone; the shared file holds public parts only', async () => {
  const keys = await installationKeys(folder)
  for (const caller of processNames) expect((await stat(keys.callerKeyFile(caller))).mode & 0o777).toBe(0o600)
  const { keys: published } = JSON.parse(await readFile(keys.callersFile, 'utf8')) as { keys: Record<string, unknown>[] }
  expect(published.map(({ kid }) => kid)).toEqual(processNames)
  expect(published.some((key) => 'd' in key)).toBe(false)
})

test('a token signed with a caller’s key is taken by those it is meant for', async () => {
  const { callerKeyFile, callersFile } = await installationKeys(folder)
  const token = callerTokens({ caller: 'gateway', keyFile: callerKeyFile('gateway') }).tokenFor('kit', {
    tenant: 'ACME_BANK',
    user: 'api_user',
    roles: [],
  })
  expect(contextVerifier({ audience: 'kit', callersFile })(token)).toMatchObject({ caller: 'gateway', tenant: 'ACME_BANK' })
  expect(contextVerifier({ audience: 'customer', callersFile })(token)).toBeNull()
})

test('there are two demo officers with a key each, and who else stands in the operators’ file stays there', async () => {
  const { operatorsFile, operatorKeyFile, callersFile } = await installationKeys(folder)
  const verify = contextVerifier({ audience: 'kit', callersFile, operatorsFile })
  for (const officer of demoOfficers) {
    expect((await stat(operatorKeyFile(officer))).mode & 0o777).toBe(0o600)
    const tokens = callerTokens({ caller: 'ops', keyFile: operatorKeyFile(officer) })
    const token = tokens.tokenFor('kit', { tenant: 'ACME_BANK', user: 'somebody else', roles: [] })
    expect(verify(token)).toMatchObject({ caller: 'ops', user: officer, roles: expect.arrayContaining(['KEY_OFFICER']) })
  }
  await operatorsFileWith(operatorsFile, await newOperator('asha'), ['AUDITOR'])
  await installationKeys(folder)
  const text = await readFile(operatorsFile, 'utf8')
  expect(JSON.parse(text).keys.map(({ kid }: { kid: string }) => kid)).toEqual(['ops:demo-officer-1', 'ops:demo-officer-2', 'ops:asha'])
  expect(text).not.toContain('"d"')
})
