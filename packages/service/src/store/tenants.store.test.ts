// The tenants of a context: read from its own database, followed on Kafka, prepared before they are
// served.
import { tenantsTopic } from '@dcms/contract'
import type { Broker } from '@dcms/events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { cardsOf, definitionOf, TestBank, until } from '../../test/test-bank.ts'
import { requestsOf } from './requests.ts'
import { databaseName } from './store.ts'

let bank: TestBank
let broker: Broker
beforeAll(async () => {
  bank = await TestBank.start()
  broker = bank.broker()
  await broker.ensureTopics([{ topic: tenantsTopic, partitions: 1, compacted: true }])
})
afterAll(() => bank.close())

const publish = (id: string, version: number, name: string): Promise<void> => {
  return broker.publish(tenantsTopic, [{ key: id, value: JSON.stringify(bank.published(version, definitionOf(id, name))) }])
}

test('each bank has a database of its own in each context, in each installation', () => {
  expect(databaseName('', 'kit', 'ACME_BANK')).toBe('kit_acme_bank')
  expect(databaseName('t1', 'pin-preference', 'ACME_BANK')).toBe('t1_pin-preference_acme_bank')
  expect(databaseName('t1', 'kit')).toBe('t1_kit')
  expect(databaseName('', 'customer')).toBe('customer')
})

test('what the context kept is served without Kafka', () => {
  expect(bank.tenants.ids()).toEqual(['ACME_BANK'])
  expect(bank.tenant).toMatchObject({ id: 'ACME_BANK', version: 1, definition: { name: 'Acme Bank' } })
  expect(bank.tenant.database.name).toBe(`${bank.installation}_kit_acme_bank`)
  expect(bank.tenants.get('acme_bank')).toBeUndefined()
})

test('a bank is served once its collections have their indexes and its keys are there', async () => {
  const prepared: string[] = []
  const tenants = bank.newTenants({
    prepare: async (tenant) => {
      expect(tenants.get(tenant.id)).toBeUndefined()
      prepared.push(tenant.id)
    },
  })
  await tenants.load()
  await tenants.load()
  expect(prepared).toEqual(['ACME_BANK'])
  const keysOf = async (collection: { indexes(): Promise<{ key: object }[]> }) => (await collection.indexes()).map(({ key }) => key)
  expect(await keysOf(cardsOf(bank.tenant).collection)).toContainEqual({ outboxAt: 1 })
  expect(await keysOf(requestsOf(bank.tenant).collection)).toContainEqual({ expiresAt: 1 })
})

test('a published bank is served, kept for the next start, and replaced by a newer definition only', async () => {
  await publish('NEW_BANK', 1, 'New Bank')
  const prepared: string[] = []
  const tenants = bank.newTenants({ prepare: async ({ id }) => void prepared.push(id) })
  await tenants.follow(broker)
  expect(tenants.get('NEW_BANK')).toMatchObject({ version: 1, definition: { name: 'New Bank' } })
  const database = tenants.get('NEW_BANK')?.database

  await publish('NEW_BANK', 3, 'Third name')
  await until('the newer definition is served', () => tenants.get('NEW_BANK')?.version === 3)
  expect(tenants.get('NEW_BANK')).toMatchObject({ definition: { name: 'Third name' } })
  expect(tenants.get('NEW_BANK')?.database).toBe(database)

  await publish('NEW_BANK', 2, 'Second name')
  await broker.publish(tenantsTopic, [{ key: 'NEW_BANK', value: null }])
  await publish('LAST_BANK', 1, 'Last Bank')
  await until('everything was read', () => tenants.get('LAST_BANK') !== undefined)
  expect(tenants.get('NEW_BANK')).toMatchObject({ version: 3, definition: { name: 'Third name' } })
  expect(prepared).toEqual(['NEW_BANK', 'LAST_BANK'])

  const restarted = bank.newTenants()
  await restarted.load()
  await until('the newest was kept', async () => {
    await restarted.load()
    return restarted.get('LAST_BANK') !== undefined
  })
  expect(restarted.get('NEW_BANK')).toMatchObject({ version: 3, definition: { name: 'Third name' } })
  for (const { database: own } of tenants.all()) await own.dropDatabase()
})

test('a forged definition is neither served nor kept, and its version shuts out no true one', async () => {
  const forge = (version: number) => ({ ...bank.published(version, definitionOf('ACME_BANK', 'Forged')), signature: 'forged' })
  const kept = bank.connection.useDb(databaseName(bank.installation, 'kit'), { useCache: true }).collection<{ _id: string }>('tenants')
  await kept.insertOne({ _id: 'KEPT_BANK', ...forge(999) } as { _id: string }) // as a release that believed everything kept it
  await broker.publish(tenantsTopic, [{ key: 'ACME_BANK', value: JSON.stringify(forge(1_000_000)) }])
  await broker.publish(tenantsTopic, [{ key: 'ACME_BANK', value: '{' }])
  const tenants = bank.newTenants()
  await tenants.load()
  await tenants.follow(broker)
  expect(tenants.get('ACME_BANK')).toMatchObject({ version: 1, definition: { name: 'Acme Bank' } })
  expect(tenants.get('KEPT_BANK')).toBeUndefined()
  await publish('ACME_BANK', 2, 'True name')
  await publish('KEPT_BANK', 1, 'Kept Bank')
  await until('the true ones are served', () => tenants.get('ACME_BANK')?.version === 2 && tenants.get('KEPT_BANK')?.version === 1)
  await until('the true ones are kept', async () => {
    const restarted = bank.newTenants()
    await restarted.load()
    return restarted.get('ACME_BANK')?.version === 2 && restarted.get('KEPT_BANK')?.definition.name === 'Kept Bank'
  })
  for (const id of ['KEPT_BANK']) await tenants.get(id)?.database.dropDatabase()
})
