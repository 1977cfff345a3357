// Tenant definition files and what is told about bad ones.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nextTier, productFor, virtualToPhysical } from '@dcms/contract'
import { generateKeyPair } from '@dcms/sealing'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { workspaceRoot } from '../launcher/process-environment.ts'
import { checkTenant, publicKeysOf, readJson, readTenantFile, TenantFileFault } from './tenant-file.ts'

const tenants = join(workspaceRoot, 'infra', 'tenants')
const privateKey = generateKeyPair('P-256', 'acme-1')
const jwks = { keys: [privateKey] }
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcms-tenant-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test.each([
  ['acme-bank.json', 'ACME_BANK', 'REQUIRED'],
  ['sandbox-bank.json', 'SANDBOX_BANK', 'OPTIONAL'],
] as const)('%s is a valid definition once the bank’s keys are in it', async (file, tenant, encryption) => {
  const definition = await readTenantFile(join(tenants, file), jwks)
  expect(definition).toMatchObject({ tenant, encryption, settings: { pinV1: true } })
  for (const cardType of ['VIRTUAL', 'PHYSICAL'] as const)
    expect(productFor(definition, '2003', cardType)).toMatchObject({ productId: `2003_${cardType}`, bin: '608040' })
})

test('Acme Bank has classic, silver and platinum cards, physical and virtual, and a transit card', async () => {
  const definition = await readTenantFile(join(tenants, 'acme-bank.json'), jwks)
  const classic = productFor(definition, '2003', 'PHYSICAL')
  const silver = classic && nextTier(definition, classic)
  const platinum = silver && nextTier(definition, silver)
  expect([silver?.tierType, platinum?.tierType, platinum && nextTier(definition, platinum)]).toEqual(['SILVER', 'PLATINUM', undefined])
  for (const tierType of ['CLASSICONE', 'SILVER', 'PLATINUM']) {
    const virtual = productFor(definition, '2003', 'VIRTUAL', tierType)
    expect(virtual && virtualToPhysical(definition, virtual)).toMatchObject({ cardType: 'PHYSICAL', tierType, networkType: 'RUPAY' })
  }
  expect(productFor(definition, '2004', 'PHYSICAL')).toMatchObject({ productId: '2004_NCMC', ncmc: { offered: true } })
})

test.each(['acme-bank.json', 'sandbox-bank.json'])('a new card of %s has domestic ATM and POS on and the rest off', async (file) => {
  const { products } = await readTenantFile(join(tenants, file), jwks)
  for (const { domestic, international } of products) {
    const on = (['atm', 'pos', 'ecom', 'contactless', 'tokenization'] as const).filter((channel) => domestic[channel].onAtIssue)
    expect(on).toEqual(['atm', 'pos'])
    expect(international.onAtIssue).toBe(false)
  }
})

test.each(['acme-bank.json', 'sandbox-bank.json'])('%s holds no key', async (file) => {
  expect(await readFile(join(tenants, file), 'utf8')).not.toContain('clientKeys')
})

test('of private keys only the public part is taken', async () => {
  const definition = await readTenantFile(join(tenants, 'acme-bank.json'), jwks)
  expect(definition.clientKeys.keys).toEqual([{ kty: 'EC', crv: 'P-256', x: privateKey.x, y: privateKey.y, kid: 'acme-1', use: 'enc' }])
  expect(JSON.stringify(definition)).not.toContain(privateKey.d)
})

test('all faults are told at once, each naming its field', async () => {
  const definition = await readTenantFile(join(tenants, 'acme-bank.json'), jwks)
  const broken = { ...definition, tenant: 'acme', limits: { requestsPerSecond: 0, burst: 1 } }
  expect(() => checkTenant('acme.json', broken)).toThrow(TenantFileFault)
  expect(() => checkTenant('acme.json', broken)).toThrow(/tenant has a wrong format.*\n.*limits\.requestsPerSecond/)
})

test('a reference that leads nowhere is a fault', async () => {
  const definition = await readTenantFile(join(tenants, 'acme-bank.json'), jwks)
  expect(() => checkTenant('acme.json', { ...definition, bins: [{ bin: '999999', network: 'RUPAY' }] })).toThrow('names BIN 608040')
})

test('a misspelt field is a fault and not dropped in silence', async () => {
  const definition = await readTenantFile(join(tenants, 'acme-bank.json'), jwks)
  expect(() => checkTenant('acme.json', { ...definition, limit: 1 })).toThrow(
    'limit is no member of a tenant definition; the nearest is limits',
  )
})

test('a file that is missing or no JSON is named, its content is not repeated', async () => {
  const file = join(folder, 'keys.json')
  await writeFile(file, '{ "d": "secret-d" ')
  await expect(readJson(join(folder, 'nowhere.json'))).rejects.toThrow(/nowhere\.json cannot be read/)
  await expect(readJson(file)).rejects.toThrow(/keys\.json holds no valid JSON$/)
})

test.each([null, [], { keys: 'none' }])('%j is no JWKS', (value) => {
  expect(() => publicKeysOf(value)).toThrow('a JWKS is')
})
