// One bank that no service serves floods the topics, another one's messaging partner fails: a
// healthy bank's events take effect as ever.
import { randomUUID } from 'node:crypto'
import { topicOf } from '@dcms/contract'
import { Broker } from '@dcms/events'
import { sdkOptions } from '@dcms/ops'
import type { Dcms } from '@dcms/sdk'
import { createLogger } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually, startTestBank, type TestBank } from '../../src/index.ts'

/** Not served by any process: its events are published here. */
const STRANGER = 'STRANGER_BANK'
const FLOOD_EVENTS = 1_200
const TOLD_WITHIN_MS = 6_000

let bank: TestBank
let broker: Broker
let unlucky: Dcms
beforeAll(async () => {
  bank = await startTestBank()
  const { engines, installation } = bank.installation
  broker = new Broker({ brokers: engines.kafkaBrokers, clientId: 'test', installation, logger: createLogger('test', 'silent') })
  unlucky = bank.connect(sdkOptions(bank.client, 'SANDBOX_BANK'))
}, 150_000)
afterAll(async () => {
  await broker.stop()
  await bank.stop()
})

async function control(tenant: string, path: string, method: 'GET' | 'POST' | 'DELETE' = 'GET', body?: object): Promise<unknown> {
  const { url } = bank.installation.process('sandbox')
  const response = await fetch(`${url}/_control/${tenant}${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
  if (!response.ok) throw new Error(`the sandbox answers ${response.status} to ${path}`)
  return await response.json()
}
async function toldTo(tenant: string, contactNo: string): Promise<string[]> {
  const { messages } = (await control(tenant, `/messages?to=${contactNo}`)) as { messages: { template: string }[] }
  return messages.map(({ template }) => template)
}

let contacts = 0
async function newCard(dcms: Dcms) {
  const contactNo = String(9_100_000_000 + contacts++)
  const { entityId, kitInfo } = await dcms.register({ ...bank.newCustomer(), communicationInfo: [{ contactNo, notification: true }] })
  const [kit] = kitInfo
  if (!kit) throw new Error('no card was issued')
  return { entityId, kitNo: kit.kitNo, contactNo }
}

/** Each of another card, so that no order between them bounds what is under way. */
async function flood(): Promise<void> {
  const events = Array.from({ length: FLOOD_EVENTS }, (_, at) => ({
    key: `${STRANGER}:K${at}`,
    value: JSON.stringify({
      type: 'KitLocked',
      kitNo: `K${at}`,
      entityId: `E${at}`,
      previousStatus: 'ACTIVE',
      changedAt: new Date().toISOString(),
    }),
    headers: {
      ce_id: randomUUID(),
      ce_type: 'KitLocked',
      ce_source: '/dcms/kit',
      ce_time: new Date().toISOString(),
      ce_subject: `K${at}`,
      ce_tenantid: STRANGER,
      ce_sequence: '1',
      ce_dataversion: '1',
    },
  }))
  for (let from = 0; from < events.length; from += 200) await broker.publish(topicOf('kit'), events.slice(from, from + 200))
}

/** The sum of a metric over its labels, at the customer service. */
async function metric(name: string, label: string): Promise<number> {
  const text = await (await fetch(`${bank.installation.process('customer').url}/metrics`)).text()
  const values = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(label))
  return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

test('a healthy bank’s holders are told at once, and its projections follow; the unlucky bank’s are told when its partner is back', async () => {
  await control('SANDBOX_BANK', '/faults/messaging', 'POST', { errorRate: 1, errorStatus: 503 })
  const waiting: { contactNo: string }[] = []
  for (let count = 0; count < 4; count++) {
    const card = await newCard(unlucky)
    await unlucky.activateKit(card)
    await unlucky.manageKit({ entityId: card.entityId, oldKit: card.kitNo, operation: 'LOCK' })
    waiting.push(card)
  }
  await flood()
  let newest = ''
  for (let count = 0; count < 5; count++) {
    const card = await newCard(bank.dcms)
    newest = card.entityId
    await bank.dcms.activateKit(card)
    await eventually(async () => expect(await toldTo('ACME_BANK', card.contactNo)).toEqual(['CARD_ACTIVATED']), TOLD_WITHIN_MS)
  }
  // Another group follows the same topic for the projection.
  await bank.installation.process('kit').stop()
  await eventually(async () =>
    expect((await bank.dcms.viewCustomer({ entityId: newest })).kitInfo).toMatchObject([{ cardStatus: 'ACTIVE' }]),
  )
  await bank.installation.process('kit').restart()

  await eventually(async () => expect(await metric('dcms_set_aside_events', 'group="customer"')).toBe(FLOOD_EVENTS))
  expect(await metric('dcms_set_aside_events', 'group="customer-notifications"')).toBeGreaterThanOrEqual(FLOOD_EVENTS + 4)
  expect(await metric('dcms_dead_letters_total', 'topic')).toBe(0)
  for (const { contactNo } of waiting) expect(await toldTo('SANDBOX_BANK', contactNo)).toEqual([])

  await control('SANDBOX_BANK', '/faults/messaging', 'DELETE')
  await eventually(async () => {
    for (const { contactNo } of waiting) expect(await toldTo('SANDBOX_BANK', contactNo)).toEqual(['CARD_ACTIVATED', 'CARD_LOCKED'])
  }, 40_000)
}, 120_000)
