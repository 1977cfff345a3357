// Cardholders are told what happened to their cards: once each, whatever the partner does
// meanwhile, and only those who want it.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { topicOf } from '@dcms/contract'
import { Broker, type ReceivedEvent } from '@dcms/events'
import { createLogger } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type EventLog, eventLog, eventually, startTestBank, type TestBank } from '../src/index.ts'

interface Sent {
  messageId: string
  channel: 'SMS' | 'EMAIL'
  to: string
  subject?: string
  text: string
  template: string
}

let bank: TestBank
let broker: Broker
let log: EventLog
beforeAll(async () => {
  bank = await startTestBank()
  const { engines, installation } = bank.installation
  broker = new Broker({ brokers: engines.kafkaBrokers, clientId: 'test', installation, logger: createLogger('test', 'silent') })
  log = await eventLog({ kafkaBrokers: engines.kafkaBrokers, installation })
}, 150_000)
afterAll(async () => {
  await log.stop()
  await broker.stop()
  await bank.stop()
})

async function control<Result>(path: string, body?: object): Promise<Result> {
  const { url } = bank.installation.process('sandbox')
  const response = await fetch(`${url}/_control/ACME_BANK${path}`, body && { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`the sandbox answers ${response.status} to ${path}`)
  return JSON.parse(await response.text())
}
const fail = (next: object) => control('/faults/messaging', { next })
const sentTo = async (to: string): Promise<Sent[]> => (await control<{ messages: Sent[] }>(`/messages?to=${to}`)).messages
const templatesTo = async (to: string): Promise<string[]> => (await sentTo(to)).map(({ template }) => template)

let customers = 0
async function newCard(notification = true) {
  const contactNo = String(9_000_000_000 + customers++)
  const emailId = `c${contactNo}@example.com`
  const { entityId, kitInfo } = await bank.dcms.register({
    ...bank.newCustomer(),
    communicationInfo: [{ contactNo, emailId, notification }],
  })
  const [kit] = kitInfo
  if (!kit) throw new Error('no card was issued')
  return { entityId, kitNo: kit.kitNo, cardNumber: kit.cardNumber, contactNo, emailId }
}
const lock = ({ entityId, kitNo }: { entityId: string; kitNo: string }) =>
  bank.dcms.manageKit({ entityId, oldKit: kitNo, operation: 'LOCK' })

/** The event when it is on its topic. */
async function published(type: string, kitNo: string): Promise<ReceivedEvent> {
  return await eventually(async () => {
    const [event] = log.of(type, kitNo)
    if (!event) throw new Error(`there is no ${type} of ${kitNo}`)
    return event
  })
}

/** The same event once more, as Kafka may bring it. */
const publishAgain = (event: ReceivedEvent): Promise<void> =>
  broker.publish(event.topic, [
    {
      key: event.key,
      value: JSON.stringify(event.payload),
      headers: {
        ce_id: event.id,
        ce_type: event.type,
        ce_source: event.source,
        ce_time: event.time.toISOString(),
        ce_subject: event.subject,
        ce_tenantid: event.tenant,
        ce_sequence: String(event.sequence),
      },
    },
  ])

test('a holder gets an SMS and an e-mail of each change, with the last four digits only', async () => {
  const card = await newCard()
  await bank.dcms.activateKit(card)
  await lock(card)
  await eventually(async () => expect(await templatesTo(card.contactNo)).toEqual(['CARD_ACTIVATED', 'CARD_LOCKED']))
  const [sms] = await sentTo(card.contactNo)
  await eventually(async () => expect(await templatesTo(card.emailId)).toEqual(['CARD_ACTIVATED', 'CARD_LOCKED']))
  const [mail] = await sentTo(card.emailId)
  const text = `Your Acme Bank card ending ${card.cardNumber?.slice(-4)} is active now. If this was not you, call us at once.`
  expect(sms).toMatchObject({ channel: 'SMS', text })
  expect(mail).toMatchObject({ channel: 'EMAIL', subject: 'Your card is active', text })
  expect(JSON.stringify([sms, mail])).not.toContain('608040')
})

test('a holder who wants no notifications gets none', async () => {
  const muted = await newCard(false)
  const other = await newCard()
  for (const card of [muted, other]) await bank.dcms.activateKit(card)
  await eventually(async () => expect(await templatesTo(other.contactNo)).toEqual(['CARD_ACTIVATED']))
  await sleep(500)
  expect([...(await sentTo(muted.contactNo)), ...(await sentTo(muted.emailId))]).toEqual([])
})

test('how late a holder was told is noted once, when the partner has taken all messages of the event', async () => {
  const noted = async (): Promise<number> => {
    const text = await (await fetch(`${bank.installation.process('customer').url}/metrics`)).text()
    return Number(/^dcms_notice_delay_seconds_count (\d+)$/m.exec(text)?.[1])
  }
  const before = await noted()
  const card = await newCard()
  await fail({ calls: 2, kind: 'STATUS', status: 503 })
  await bank.dcms.activateKit(card)
  await eventually(async () => expect(await templatesTo(card.emailId)).toEqual(['CARD_ACTIVATED']))
  await eventually(async () => expect(await noted()).toBe(before + 1))
  await sleep(500)
  expect(await noted()).toBe(before + 1)
})

test.each([
  ['fail at first', { calls: 3, kind: 'STATUS', status: 503 }],
  ['lose their answer after the message was taken', { calls: 2, kind: 'RESET', moment: 'AFTER' }],
])('calls that %s are repeated, and each message is sent once', async (_what, fault) => {
  const card = await newCard()
  await fail(fault)
  await bank.dcms.activateKit(card)
  await eventually(async () => {
    expect(await templatesTo(card.contactNo)).toEqual(['CARD_ACTIVATED'])
    expect(await templatesTo(card.emailId)).toEqual(['CARD_ACTIVATED'])
  })
  await sleep(1_000)
  expect(await templatesTo(card.contactNo)).toEqual(['CARD_ACTIVATED'])
  expect(await templatesTo(card.emailId)).toEqual(['CARD_ACTIVATED'])
})

test('an event that comes again sends nothing again', async () => {
  const card = await newCard()
  await bank.dcms.activateKit(card)
  await eventually(async () => expect(await templatesTo(card.contactNo)).toEqual(['CARD_ACTIVATED']))
  await publishAgain(await published('KitActivated', card.kitNo))
  await lock(card) // behind it in the same partition
  await eventually(async () => expect(await templatesTo(card.contactNo)).toEqual(['CARD_ACTIVATED', 'CARD_LOCKED']))
})

test('events of the PIN are told too', async () => {
  const card = await newCard()
  const payload = { type: 'PinLocked', kitNo: card.kitNo, entityId: card.entityId, tries: 3, lockedAt: new Date().toISOString() }
  await publishAgain({
    topic: topicOf('pin-preference'),
    partition: 0,
    offset: '0',
    key: `ACME_BANK:${card.kitNo}`,
    id: randomUUID(),
    type: 'PinLocked',
    dataVersion: 1,
    source: '/dcms/pin-preference',
    subject: card.kitNo,
    time: new Date(),
    tenant: 'ACME_BANK',
    sequence: 1,
    payload,
  })
  await eventually(async () => expect(await templatesTo(card.contactNo)).toEqual(['PIN_LOCKED']))
})

test('with the partner down cards and their views go on; when it is back everything is told, once and in order', async () => {
  const sandbox = bank.installation.process('sandbox')
  await sandbox.kill()
  const cards = await Promise.all(Array.from({ length: 5 }, () => newCard()))
  for (const card of cards) {
    await bank.dcms.activateKit(card)
    await lock(card)
    await bank.dcms.manageKit({ entityId: card.entityId, oldKit: card.kitNo, operation: 'UNLOCK' })
  }
  for (const { kitNo } of cards) await published('KitUnlocked', kitNo)
  await bank.installation.process('kit').stop() // so that the view is that of the projection
  for (const { entityId } of cards)
    await eventually(async () => expect((await bank.dcms.viewCustomer({ entityId })).kitInfo).toMatchObject([{ cardStatus: 'ACTIVE' }]))
  await bank.installation.process('kit').restart()
  await sandbox.restart()
  await eventually(async () => {
    for (const { contactNo } of cards) expect(await templatesTo(contactNo)).toEqual(['CARD_ACTIVATED', 'CARD_LOCKED', 'CARD_UNLOCKED'])
  }, 90_000)
}, 180_000)
