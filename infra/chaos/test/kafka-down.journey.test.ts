// Kafka away under traffic: commands keep working, nothing is lost, events flow after it returns.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventLog, eventually, type OwnKafka, startOwnKafka, startTestBank, type TestBank } from '../src/index.ts'

const DOWN_MS = 20_000

let kafka: OwnKafka
let bank: TestBank
beforeAll(async () => {
  kafka = await startOwnKafka()
  bank = await startTestBank({ kafkaBrokers: kafka.brokers })
}, 150_000)
afterAll(async () => {
  await bank.stop()
  await kafka.remove()
})

test('with Kafka down for 20 s under traffic all commands work, and every event arrives afterwards, in order and without a gap', async () => {
  const cards: { entityId: string; kitNo: string }[] = []
  let running = true
  const traffic = Array.from({ length: 3 }, async () => {
    while (running) {
      const { entityId, kitInfo } = await bank.dcms.register(bank.newCustomer())
      const kitNo = kitInfo[0]?.kitNo ?? ''
      await bank.dcms.activateKit({ entityId, kitNo })
      await bank.dcms.manageKit({ entityId, oldKit: kitNo, operation: 'LOCK' })
      cards.push({ entityId, kitNo })
      await sleep(20)
    }
  })
  await sleep(1_000)
  await kafka.kill()
  const cardsBefore = cards.length
  await sleep(DOWN_MS)
  const cardsWhileDown = cards.length - cardsBefore
  await kafka.restart()
  await sleep(1_000)
  running = false
  await Promise.all(traffic) // no command failed, otherwise this throws
  expect(cardsWhileDown).toBeGreaterThan(20)

  const log = await eventLog({ kafkaBrokers: kafka.brokers, installation: bank.installation.installation })
  try {
    await eventually(
      async () =>
        expect(new Set(log.events.filter(({ type }) => type === 'KitLocked').map(({ subject }) => subject)).size).toBe(cards.length),
      60_000,
    )
    for (const { entityId, kitNo } of cards) {
      const inOrder = [...new Map(log.events.filter(({ subject }) => subject === kitNo).map((event) => [event.sequence, event.type]))]
      expect(inOrder).toEqual([
        [1, 'KitIssued'],
        [2, 'KitActivated'],
        [3, 'KitLocked'],
      ])
      // Another process's relay: it comes back to Kafka in its own time.
      await eventually(async () => expect(log.of('CustomerRegistered', entityId).length).toBeGreaterThanOrEqual(1))
    }
  } finally {
    await log.stop()
  }
  await bank.installation.process('kit').kill() // from here on the customer context knows cards by their events alone
  for (const { entityId, kitNo } of cards.slice(-20)) {
    await eventually(async () =>
      expect((await bank.dcms.viewCustomer({ entityId })).kitInfo).toEqual([expect.objectContaining({ kitNo, cardStatus: 'LOCKED' })]),
    )
  }
}, 300_000)
