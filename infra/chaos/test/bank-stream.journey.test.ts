// The bank's own stream, of a whole installation: what it is told of a card's life, in which order,
// and what it is never told.
import { bankStreamTopicOf } from '@dcms/contract'
import { Broker } from '@dcms/events'
import { createLogger } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually, startTestBank, type TestBank } from '../src/index.ts'

interface Told {
  key: string
  eventType: string
  data: Record<string, unknown>
}

let bank: TestBank
let broker: Broker
const told: Told[] = []
let text = ''
beforeAll(async () => {
  bank = await startTestBank()
  broker = new Broker({
    brokers: process.env.KAFKA_BROKERS ?? '',
    clientId: 'bank',
    installation: bank.installation.installation,
    logger: createLogger('bank', 'silent'),
  })
  await broker.followCompacted(bankStreamTopicOf('ACME_BANK'), async (key, value) => {
    text += value
    told.push({ key, ...JSON.parse(value ?? '{}') })
  })
}, 150_000)
afterAll(async () => {
  await broker.stop()
  await bank.stop()
})

test('the topic is there before the first card, with three partitions', async () => {
  await broker.withAdmin(async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [broker.name(bankStreamTopicOf('ACME_BANK'))] })
    expect(topics[0]?.partitions).toHaveLength(3)
  })
})

test('a bank is told of issue, activation, PIN, lock, unlock and block of its card, once and in order, and never of the card number', async () => {
  const { entityId, kitInfo } = await bank.dcms.register(bank.newCustomer())
  const [{ kitNo = '', cardNumber = '', expDate = '' } = {}] = kitInfo
  await bank.dcms.activateKit({ entityId, kitNo })
  const expiryDate = `${expDate.slice(5, 7)}${expDate.slice(2, 4)}`
  await bank.dcms.setPinV2({ entityId, kitNo, expiryDate, pin: bank.dcms.encryptPin('4821', { kitNo }) })
  await bank.dcms.setPreference({ entityId, kitNo, domestic: { ecom: { isEnabled: true } }, international: {} })
  for (const operation of ['LOCK', 'UNLOCK', 'BLOCK'] as const)
    await bank.dcms.manageKit({ entityId, oldKit: kitNo, operation, channel: 'IVR' })
  const ofCard = () => told.filter(({ data, eventType }) => data.kitNo === kitNo && eventType !== 'PIN_CHANGED')
  const ofPin = () => told.filter(({ data, eventType }) => data.kitNo === kitNo && eventType === 'PIN_CHANGED')
  await eventually(async () => expect(ofCard().map(({ eventType }) => eventType)).toContain('CARD_BLOCKED'))
  await eventually(async () => expect(ofPin()).toHaveLength(1))
  expect(ofCard().map(({ eventType, data }) => [eventType, data.previousStatus, data.currentStatus])).toEqual([
    ['CARD_STATUS_CHANGED', undefined, 'INACTIVE'],
    ['CARD_STATUS_CHANGED', 'INACTIVE', 'ACTIVE'],
    ['CARD_ACTIVATED', undefined, undefined],
    ['CARD_STATUS_CHANGED', 'ACTIVE', 'LOCKED'],
    ['CARD_STATUS_CHANGED', 'LOCKED', 'ACTIVE'],
    ['CARD_STATUS_CHANGED', 'ACTIVE', 'BLOCKED'],
    ['CARD_BLOCKED', undefined, undefined],
  ])
  expect(new Set(ofCard().map(({ key }) => key))).toEqual(new Set([kitNo]))
  expect(cardNumber).toMatch(/X/)
  for (const hidden of [cardNumber, cardNumber.slice(0, 6), 'XXXX', '4821"']) expect(text).not.toContain(hidden)
})
