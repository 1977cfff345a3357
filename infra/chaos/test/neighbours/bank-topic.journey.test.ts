// One bank's own topic takes none of its messages: calls and events of another bank are as quick as
// before.
import { bankStreamTopicOf } from '@dcms/contract'
import { Broker } from '@dcms/events'
import { sdkOptions } from '@dcms/ops'
import type { Dcms } from '@dcms/sdk'
import { createLogger } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import {
  besideNeighbour,
  type EventLog,
  eventLog,
  eventually,
  expectUnharmed,
  pressing,
  startTestBank,
  type TestBank,
} from '../../src/index.ts'

/** Kafka's number for that kind of resource. */
const TOPIC = 2
const CALLERS = 2

let bank: TestBank
let mute: Dcms
let log: EventLog
beforeAll(async () => {
  bank = await startTestBank()
  mute = bank.connect(sdkOptions(bank.client, 'SANDBOX_BANK'))
  const { engines, installation } = bank.installation
  log = await eventLog({ kafkaBrokers: engines.kafkaBrokers, installation })
}, 150_000)
afterAll(async () => {
  await log.stop()
  await bank.stop()
})

/** Kafka refuses whatever is larger, that is, every message. */
async function refuseAllOf(tenant: string): Promise<void> {
  const { engines, installation } = bank.installation
  const broker = new Broker({ brokers: engines.kafkaBrokers, clientId: 'test', installation, logger: createLogger('test', 'silent') })
  await broker.ensureTopics([{ topic: bankStreamTopicOf(tenant), partitions: 3 }])
  await broker.withAdmin((admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        { type: TOPIC, name: broker.name(bankStreamTopicOf(tenant)), configEntries: [{ name: 'max.message.bytes', value: '10' }] },
      ],
    }),
  )
  await broker.stop()
}

async function issued(dcms: Dcms): Promise<void> {
  const { kitInfo } = await dcms.register(bank.newCustomer())
  const kitNo = kitInfo[0]?.kitNo ?? ''
  await eventually(async () => expect(log.of('KitIssued', kitNo)).not.toEqual([]), 5_000)
}

test('cards of a healthy bank are issued and told of in their time while Kafka takes no message for another bank', async () => {
  let told = 0
  await refuseAllOf('SANDBOX_BANK')
  const measured = await besideNeighbour(
    () => issued(bank.dcms),
    (signal) => pressing(CALLERS, signal, () => issued(mute).then(() => told++)),
  )
  expectUnharmed(measured)
  expect(told).toBeGreaterThan(0) // its events, too, reach the other contexts
}, 240_000)
