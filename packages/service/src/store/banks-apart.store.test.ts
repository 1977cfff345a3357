// A bank that cannot be served keeps none of the others waiting, and is served as soon as it can
// be.
import { type PublishedTenant, tenantsTopic } from '@dcms/contract'
import type { Broker } from '@dcms/events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { register } from 'prom-client'
import { definitionOf, TestBank, until } from '../../test/test-bank.ts'
import { databaseName } from './store.ts'

let bank: TestBank
let broker: Broker
beforeAll(async () => {
  bank = await TestBank.start()
  broker = bank.broker()
  await broker.ensureTopics([{ topic: tenantsTopic, partitions: 1, compacted: true }])
})
afterAll(() => bank.close())

const publish = (key: string, value: PublishedTenant | string): Promise<void> =>
  broker.publish(tenantsTopic, [{ key, value: typeof value === 'string' ? value : JSON.stringify(value) }])

const keep = (id: string) =>
  bank.connection
    .useDb(databaseName(bank.installation, 'kit'), { useCache: true })
    .collection<{ _id: string }>('tenants')
    .insertOne({ _id: id, ...bank.published(1, definitionOf(id)) })

async function banksNotServed(): Promise<Record<string, number>> {
  const values = (await register.getSingleMetric('dcms_banks_not_served')?.get())?.values ?? []
  return Object.fromEntries(values.map(({ labels, value }) => [labels.state, value]))
}

test('a damaged key of one bank: the others are served at once, the process is ready, and the bank comes when its key is mended', async () => {
  await keep('A_BROKEN_BANK') // before the healthy one in any order of names
  let isDamaged = true
  const tenants = bank.newTenants({
    prepare: async ({ id }) => {
      if (id === 'A_BROKEN_BANK' && isDamaged) throw new Error('A_BROKEN_BANK/data/1 does not match its check value')
    },
  })
  await tenants.load()
  expect(tenants.ids()).toEqual(['ACME_BANK'])
  expect(tenants.unserved()).toEqual(['A_BROKEN_BANK'])
  expect(tenants.isKnown('A_BROKEN_BANK')).toBe(true)
  expect(await banksNotServed()).toEqual({ unserved: 1, outdated: 0 })
  const lines = bank.logLines.filter((line) => line.includes('a bank cannot be served'))
  expect(lines).toEqual([expect.stringContaining('"tenant":"A_BROKEN_BANK"')])
  expect(lines[0]).toContain('does not match its check value')

  isDamaged = false
  await until('the mended bank is served', () => tenants.get('A_BROKEN_BANK') !== undefined)
  await until('it is no longer counted', async () => (await banksNotServed()).unserved === 0)
})

test('a bank whose preparation hangs holds up neither the other banks nor the definitions behind it', async () => {
  await publish('A_HANGING_BANK', bank.published(1, definitionOf('A_HANGING_BANK')))
  await publish('NEXT_BANK', bank.published(1, definitionOf('NEXT_BANK')))
  const hanging = Promise.withResolvers<void>()
  const tenants = bank.newTenants({ prepare: ({ id }) => (id === 'A_HANGING_BANK' ? hanging.promise : Promise.resolve()) })
  const followed = tenants.follow(broker)
  await until('the bank behind it is served', () => tenants.get('NEXT_BANK') !== undefined)
  await publish('LATER_BANK', bank.published(1, definitionOf('LATER_BANK')))
  await until('a bank published meanwhile is served', () => tenants.get('LATER_BANK') !== undefined)
  expect(tenants.unserved()).toEqual(['A_HANGING_BANK'])
  hanging.resolve()
  await followed
  expect(tenants.get('A_HANGING_BANK')).toMatchObject({ id: 'A_HANGING_BANK', version: 1 })
})

test('what cannot be read on the topic leaves the bank as it was, and the reader goes on', async () => {
  const tenants = bank.newTenants()
  await tenants.load()
  await tenants.follow(broker)
  await publish('ACME_BANK', 'this is no JSON')
  await publish('ACME_BANK', 'null')
  await publish('ACME_BANK', bank.published(9, definitionOf('NEXT_BANK')))
  await publish('LAST_BANK', bank.published(1, definitionOf('LAST_BANK')))
  await until('the definition behind them is served', () => tenants.get('LAST_BANK') !== undefined)
  expect(tenants.get('ACME_BANK')).toMatchObject({ version: 1, definition: { name: 'Acme Bank' } })
})
