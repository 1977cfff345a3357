// Operators' commands on the internal listener, the topics they feed, and the audit trail.
import { setTimeout as sleep } from 'node:timers/promises'
import { auditTopic, type ChainedRecord, type PublishedTenant, type TenantDefinition, tenantsTopic } from '@dcms/contract'
import { Broker } from '@dcms/events'
import { generateKeyPair } from '@dcms/sealing'
import { recordsWithin, unchain } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Bank, codeOf } from './bank.ts'
import { binOf, definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const clientKeys = newClientKeys()
let gateway: TestGateway
let broker: Broker

beforeAll(async () => {
  gateway = await TestGateway.start()
  broker = new Broker({
    ...gateway.config.kafka,
    clientId: 'test',
    installation: gateway.config.installation,
    logger: pino({ level: 'fatal' }),
  })
  await broker.ensureTopics([{ topic: tenantsTopic, partitions: 1, compacted: true }])
  await broker.followCompacted(tenantsTopic, async (key, value) => void messages.push({ key, value: JSON.parse(value ?? 'null') }))
})
/** Everything that came on the topic of tenants. */
const messages: { key: string; value: PublishedTenant | null }[] = []

/** Waits for a message under a bank's name, among those after the first `from`. */
async function onTopic(tenant: string, wanted: (value: PublishedTenant | null) => boolean, from = 0): Promise<PublishedTenant | null> {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(20)) {
    const found = messages.slice(from).find(({ key, value }) => key === tenant && wanted(value))
    if (found) return found.value
  }
  throw new Error(`nothing like it came for ${tenant}`)
}

afterAll(async () => {
  await broker.stop()
  await gateway.close()
})

test('a definition gets version 1, the same again changes nothing, a change gets version 2, and everybody is told', async () => {
  const definition = definitionOf('ACME_BANK', clientKeys)
  expect(await gateway.admin('apply-tenant', definition)).toMatchObject({
    status: 200,
    body: { result: { tenant: 'ACME_BANK', version: 1, changed: true } },
  })
  const reordered = Object.fromEntries(Object.entries(definition).reverse())
  expect((await gateway.admin('apply-tenant', reordered)).body.result).toEqual({ tenant: 'ACME_BANK', version: 1, changed: false })
  expect((await gateway.admin('apply-tenant', { ...definition, name: 'New name' })).body.result).toMatchObject({
    version: 2,
    changed: true,
  })
  expect((await gateway.admin('tenant-version', { tenant: 'ACME_BANK' })).body.result).toEqual({ version: 2 })
  expect((await gateway.admin('tenant-version', { tenant: 'NO_BANK' })).body.result).toEqual({ version: 0 })

  const published = await onTopic('ACME_BANK', (value) => value?.version === 2)
  expect(published?.definition).toMatchObject({ tenant: 'ACME_BANK', name: 'New name' })
})

test('definitions applied at once are all kept in some order', async () => {
  const results = await Promise.all(
    [1, 2, 3, 4, 5].map((number) => gateway.admin('apply-tenant', definitionOf('BUSY_BANK', clientKeys, { name: `Name ${number}` }))),
  )
  expect(results.map(({ body }) => (body.result as { version: number }).version).sort()).toEqual([1, 2, 3, 4, 5])
})

test('a definition with faults is refused, and each fault is named', async () => {
  const definition = definitionOf('BAD_BANK', clientKeys)
  const wrongSchema = await gateway.admin('apply-tenant', { ...definition, encryption: 'MAYBE', limits: undefined })
  expect(wrongSchema.body.exception).toMatchObject({
    errorCode: 'invalid.input.request',
    fieldError: ['limits is required', expect.stringContaining('encryption')],
  })
  const misspelt = await gateway.admin('apply-tenant', { ...definition, settings: { upgrade: { replaceAtOnce: true } } })
  expect(misspelt.body.exception?.fieldError).toEqual([
    'settings.upgrade is no member of a tenant definition; the nearest is upgradeReplaceAtOnce',
  ])
  const wrongReference = await gateway.admin('apply-tenant', { ...definition, bins: [{ bin: '123456', network: 'RUPAY' }] })
  expect(wrongReference.body.exception?.fieldError).toEqual([expect.stringContaining(binOf('BAD_BANK'))])
  const { kty, crv, x } = generateKeyPair('P-256', 'k')
  const offCurve = { keys: [{ kty, crv, x, y: x, kid: 'off-curve' }] }
  const wrongKey = await gateway.admin('apply-tenant', { ...definition, clientKeys: offCurve })
  expect(wrongKey.body.exception?.fieldError).toEqual([expect.stringContaining('off-curve')])
  expect((await gateway.admin('tenant-version', { tenant: 'BAD_BANK' })).body.result).toEqual({ version: 0 })
})

test('a definition that Kafka would never take is refused, and those that follow go their way', async () => {
  const [product] = definitionOf('BIG_BANK', clientKeys).products
  if (!product) throw new Error('no product')
  const name = '₹'.repeat(96) // three bytes each
  const numbers = Array.from({ length: 500 }, (_, number) => number)
  const big = definitionOf('BIG_BANK', clientKeys, {
    products: numbers.map((number) => ({ ...product, productId: `P${number}`, schemeCode: `S${number}`, productName: name })),
    schemes: numbers.map((number) => ({ schemeCode: `S${number}`, name })),
    tiers: numbers.map((number) => ({ tierType: `${name}${number}`, name })),
    plastics: numbers.map((number) => ({ plasticCode: `${name}${number}`, name })),
  })
  const refused = await gateway.admin('apply-tenant', big)
  expect(refused.body.exception).toMatchObject({
    errorCode: 'invalid.input.request',
    fieldError: [expect.stringMatching(/^the definition takes \d+ KB as published; at most 900 KB can be$/)],
  })
  expect((await gateway.admin('apply-tenant', definitionOf('NEXT_BANK', clientKeys))).status).toBe(200)
  await onTopic('NEXT_BANK', (value) => value?.version === 1)
})

test('one message turns no bank’s encryption off, and what was put over its definition is put right', async () => {
  const definition = definitionOf('FORGED_BANK', clientKeys)
  await gateway.addBank(definition)
  await onTopic('FORGED_BANK', (value) => value?.version === 1)
  for (const value of [
    JSON.stringify({ version: 1_000_000, definition: { ...definition, encryption: 'OPTIONAL' }, signature: 'mine' }),
    null,
  ]) {
    const seen = messages.length
    await broker.publish(tenantsTopic, [{ key: 'FORGED_BANK', value }])
    await onTopic('FORGED_BANK', (published) => published?.version === 1 && published.definition.encryption === 'REQUIRED', seen + 1)
  }
  expect((await gateway.admin('tenant-version', { tenant: 'FORGED_BANK' })).body.result).toEqual({ version: 1 })
  const clear = { username: 'api_user', password: PASSWORD }
  const answer = await fetch(`${gateway.url}/api/authenticate`, {
    method: 'POST',
    headers: { tenant: 'FORGED_BANK', 'content-type': 'application/json' },
    body: JSON.stringify(clear),
  })
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect((await gateway.admin('apply-tenant', { ...definition, name: 'Next' })).body.result).toMatchObject({ version: 2 })
}, 30_000)

test('no bank is given card numbers of another, of two at once in two processes one is refused', async () => {
  const { installation, masterKey, callerKeyFile, callersFile, operatorsFile } = gateway.config
  const other = await TestGateway.start({ installation, masterKey, callerKeyFile, callersFile, operatorsFile })
  const withBin = (tenant: string, bin: string): TenantDefinition => {
    const definition = definitionOf(tenant, clientKeys)
    return {
      ...definition,
      bins: [{ bin, network: 'RUPAY' }],
      products: definition.products.map((product) => ({ ...product, bin })),
    } as never
  }
  const apply = async (at: TestGateway, tenant: string, bin: string) => {
    const { body } = await gateway.admin('apply-tenant', withBin(tenant, bin), 'ops', at)
    return body.exception?.errorCode ?? 'applied'
  }
  for (let round = 0; round < 5; round++) {
    const bin = `70000${round}`
    const outcomes = await Promise.all([apply(gateway, `LEFT_${round}`, bin), apply(other, `RIGHT_${round}`, `${bin}12`)])
    expect(outcomes.sort()).toEqual(['applied', 'invalid.bin.range'])
  }
  await other.close()
  expect(await apply(gateway, 'FIRST_BANK', '700010')).toBe('applied')
  expect(await apply(gateway, 'SECOND_BANK', '70001099')).toBe('invalid.bin.range')
  expect(await apply(gateway, 'SECOND_BANK', '70001199')).toBe('applied')
})

test('a bank that shares numbers since an earlier release can be changed in all but its numbers', async () => {
  const [one, two] = ['EARLY_ONE', 'EARLY_TWO'].map((tenant) => ({ ...definitionOf('EARLY', clientKeys), tenant }))
  if (!one || !two) throw new Error('two banks are needed')
  expect((await gateway.admin('apply-tenant', one)).status).toBe(200)
  const { collections, close } = await gateway.database()
  const stored = await collections.tenants.findOne({ _id: 'EARLY_ONE' })
  await collections.tenants.insertOne({ ...stored, _id: 'EARLY_TWO', definition: { ...stored?.definition, tenant: 'EARLY_TWO' } } as never)
  await close()
  expect((await gateway.admin('apply-tenant', { ...two, name: 'Another name' })).body.result).toMatchObject({ changed: true })
  const more = [...two.bins, { bin: '700010', network: 'RUPAY' }]
  expect(codeOf(await gateway.admin('apply-tenant', { ...two, bins: more }))).toBe('invalid.bin.range')
})

test('only operators are let in', async () => {
  for (const path of ['apply-tenant', 'add-user', 'tenant-version']) {
    const missing = await gateway.admin(path, {}, null)
    const foreign = await gateway.admin(path, {}, 'gateway')
    expect([missing.status, codeOf(missing), foreign.status, codeOf(foreign)]).toEqual([401, 'auth.token.missing', 403, 'auth.forbidden'])
  }
})

test('what is no command or no JSON is refused in the envelope', async () => {
  expect(codeOf(await gateway.admin('nothing', {}))).toBe('auth.forbidden') // no role leads there
  expect(codeOf(await gateway.admin('add-user', '{'))).toBe('invalid.input.request')
  expect(codeOf(await gateway.admin('add-user', { tenant: 'NO_BANK', username: 'u', password: PASSWORD, roles: ['ADMIN'] }))).toBe(
    'tenant.not.found',
  )
  expect(codeOf(await gateway.admin('add-user', { tenant: 'ACME_BANK', username: 'u', password: 'short', roles: ['BOSS'] }))).toBe(
    'invalid.input.request',
  )
})

test('a user of a branch is added with it, and services are told whose branch it is', async () => {
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys))
  const add = (more: object) => gateway.admin('add-user', { tenant: 'ACME_BANK', username: 'teller', password: PASSWORD, ...more })
  for (const wrong of [
    { roles: ['BRANCH_USER'] },
    { roles: ['BRANCH_USER', 'READ_ONLY'], branch: 'B1' },
    { roles: ['ADMIN'], branch: 'B1' },
  ])
    expect(codeOf(await add(wrong))).toBe('invalid.input.request')
  expect((await add({ roles: ['BRANCH_USER'], branch: 'B1' })).status).toBe(200)
  const teller = new Bank({ url: gateway.url, tenant: 'ACME_BANK', username: 'teller', clientKeys })
  await teller.logIn(PASSWORD)
  expect(codeOf(await teller.call('/v1/viewCustomer', { entityId: 'E1' }))).toBe('auth.forbidden')
  expect((await teller.call('/v1/registerCard', {})).status).toBe(200)
  const token = gateway.service.calls.at(-1)?.headers['x-dcms-context']
  expect(JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
    roles: ['BRANCH_USER'],
    branch: 'B1',
  })
  await add({ roles: ['READ_ONLY'] })
  await teller.logIn(PASSWORD)
  expect((await teller.call('/v1/viewCustomer', { entityId: 'E1' })).status).toBe(200)
})

test('operators’ commands are unknown on the public listener', async () => {
  const response = await fetch(`${gateway.url}/internal/admin/apply-tenant`, { method: 'POST', body: '{}' })
  expect(response.status).toBe(404)
})

test('password and keys are not in the database in clear', async () => {
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys), 'kept')
  const { collections, close } = await gateway.database()
  const user = await collections.users.findOne({ _id: 'ACME_BANK:kept' })
  const keys = await collections.keys.find().toArray()
  await close()
  expect(user?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(keys.map(({ purpose }) => purpose).sort()).toEqual(['encryption', 'encryption', 'signing', 'ticket', 'ticket'])
  for (const { wrapped } of keys) expect(Buffer.from(wrapped, 'base64').toString('latin1')).not.toContain('kty')
})

test('two gateways that start on one database at once use the same keys', async () => {
  const { masterKey, mongoUrl } = gateway.config
  const fresh = { installation: `${gateway.config.installation}two`.slice(-12), masterKey, mongoUrl }
  const both = await Promise.all([TestGateway.start(fresh), TestGateway.start(fresh)])
  const sets = await Promise.all(both.map(async ({ url }) => (await fetch(`${url}/.well-known/jwks.json`)).json()))
  expect(sets[0]).toEqual(sets[1])
  await Promise.all(both.map((each) => each.close()))
})

test('every call leaves one audit record, chained, without body, token or card number', async () => {
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys))
  const bank = new Bank({ url: gateway.url, tenant: 'ACME_BANK', clientKeys })
  await bank.logIn(PASSWORD)
  await bank.call('/v1/kit-manager/kitActivation', { entityId: 'secret-body' }, { 'x-request-id': 'audit-1' })
  await bank.send('/v1/card/6080400000000006?x=1', bank.seal({}), { 'x-request-id': 'audit-2' })
  await bank.send('/v1/kit-manager/kitActivation', bank.seal({}), { 'x-request-id': 'audit-3', authorization: 'Bearer x' })

  await broker.ensureTopics([{ topic: auditTopic }])
  const values: string[] = []
  const complete = Promise.withResolvers<void>()
  void broker.followCompacted(auditTopic, async (_key, value) => {
    values.push(...recordsWithin(value ?? ''))
    if (value?.includes('audit-3')) complete.resolve()
  })
  await complete.promise
  const records: ChainedRecord[] = values.map((value) => JSON.parse(value))
  const of = (requestId: string) => records.filter((record) => record.requestId === requestId)
  expect(of('audit-1')).toMatchObject([
    {
      tenant: 'ACME_BANK',
      user: 'api_user',
      method: 'POST',
      path: '/kit-manager/kitActivation',
      status: 200,
      errorCode: '',
      remote: '127.0.0.1',
    },
  ])
  expect(of('audit-2')).toMatchObject([{ path: '/v1/card/XXXXXX', status: 404, errorCode: 'path.not.found' }])
  expect(of('audit-3')).toMatchObject([{ user: '', status: 401, errorCode: 'auth.token.invalid' }])
  for (const secret of ['secret-body', bank.token, PASSWORD, '6080400000000006']) expect(values.join()).not.toContain(secret)
  const commands = records.filter(({ kind, path }) => kind === 'operator' && path === '/internal/admin/add-user')
  expect(commands).toContainEqual(
    expect.objectContaining({
      user: 'operator',
      status: 200,
      about: expect.objectContaining({ tenant: 'ACME_BANK', username: 'api_user' }),
    }),
  )
  const [{ instance } = { instance: '' }] = of('audit-1')
  let prevHash = '0'.repeat(64)
  for (const value of values.filter((each) => JSON.parse(each).instance === instance)) {
    const record: ChainedRecord = JSON.parse(value)
    expect(record.prevHash).toBe(prevHash)
    expect(unchain(value)).toMatchObject({ said: record.hash, found: record.hash })
    prevHash = record.hash
  }
})
