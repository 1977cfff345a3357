// An order in bulk while its services are killed at random, and while Kafka or the store is away:
// as many kits as were ordered, each number once, all of them in stock.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '@dcms/contract'
import { demoBranch } from '@dcms/ops'
import { databaseName } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import mongoose from 'mongoose'
import {
  BULK_CARDS,
  BULK_DOWN_SECONDS,
  BULK_KILLS,
  canHaveOwnStore,
  eventually,
  type OwnKafka,
  type OwnStore,
  startOwnKafka,
  startOwnStore,
  startTestBank,
  type TestBank,
} from '../src/index.ts'

const DOWN_MS = BULK_DOWN_SECONDS * 1_000
/** Slower than any machine on which tests are run. */
const CARDS_PER_SECOND_MIN = 50
const STOCKED_MS_MAX = 120_000 + (BULK_CARDS * 1_000) / CARDS_PER_SECOND_MIN
const TEST_MS_MAX = STOCKED_MS_MAX + 60_000 + BULK_KILLS * 10_000 + DOWN_MS

const TENANT = 'ACME_BANK'
const BRANCH = 'BR-BULK'
const KITS_PER_PARENT = 100
const CMS_DONE_AFTER = 'PT31M'
/** Told beside the order, which takes no longer than the machine makes it: about its rate. */
const CARDS_PER_MS = 1

let kafka: OwnKafka
let store: OwnStore | undefined
let bank: TestBank
let client: mongoose.mongo.MongoClient
let cardsOrdered = 0

beforeAll(async () => {
  kafka = await startOwnKafka()
  store = canHaveOwnStore ? await startOwnStore() : undefined
  const mongoUrl = store?.url ?? process.env.MONGO_URL ?? ''
  bank = await startTestBank({ kafkaBrokers: kafka.brokers, mongoUrl })
  client = await new mongoose.mongo.MongoClient(mongoUrl, { retryWrites: false }).connect()
  await bank.dcms.createBranch(demoBranch(BRANCH))
}, 180_000)
afterAll(async () => {
  await bank?.stop()
  await client?.close()
  await store?.remove()
  await kafka?.remove()
})

const databaseOf = (context: Context) => client.db(databaseName(bank.installation.installation, context, TENANT))
interface Card {
  _id: string
  orderId: string
  kitNo?: string
  parentKitNo?: string
  entries?: { type: string; branchId: string }[]
}
const collectionOf = (context: Context, name: string) => databaseOf(context).collection<Card>(name)

/** An order that the card management system has done, so that its kits are being made. */
async function begun(orderId: string): Promise<string> {
  const products = [{ bin: '608040', productId: '2003_PHYSICAL', quantity: BULK_CARDS }]
  const notDue = { processStartTime: '2199-01-01 00:00:00' } // or the job might send it first
  await bank.dcms.createCardOrder({ orderId, branchInfo: { branchId: BRANCH }, products, ...notDue })
  await bank.dcms.processCardOrder({ orderId, force: true })
  const { url } = bank.installation.process('sandbox')
  await fetch(`${url}/_control/${TENANT}/clock`, { method: 'POST', body: JSON.stringify({ advance: CMS_DONE_AFTER }) })
  await bank.dcms.updateCardOrderStatus({ orderId })
  cardsOrdered += BULK_CARDS
  return orderId
}

const kitsMade = (): Promise<number> => collectionOf('kit', 'kits').countDocuments({})
const isBeingMade = async (before: number): Promise<void> => expect(await kitsMade()).toBeGreaterThan(before)

/** As many as were ordered, in production, in stock and in the ledger; every number once. */
async function expectWhole(orderId: string): Promise<void> {
  await eventually(
    async () => expect((await bank.dcms.fetchCardOrderStatus({ cardOrderId: orderId })).status).toBe('SUCCESS'),
    STOCKED_MS_MAX,
  )
  const kits = new Set<string>()
  const boxes = new Map<string, number>()
  for await (const { _id, parentKitNo = '' } of collectionOf('kit', 'kits').find({ orderId }, { projection: { parentKitNo: 1 } })) {
    kits.add(_id)
    boxes.set(parentKitNo, (boxes.get(parentKitNo) ?? 0) + 1)
  }
  expect(kits.size).toBe(BULK_CARDS)
  expect(boxes.get('')).toBeUndefined()
  expect(Math.max(...boxes.values())).toBeLessThanOrEqual(KITS_PER_PARENT)
  // A reserved card number has its keyed index as its id: two kits of one number cannot stand
  // there.
  const reserved: string[] = []
  for await (const { kitNo = '' } of collectionOf('kit', 'pans').find({}, { projection: { kitNo: 1 } }))
    if (kits.has(kitNo)) reserved.push(kitNo)
  expect({ reserved: reserved.length, kits: new Set(reserved).size }).toEqual({ reserved: BULK_CARDS, kits: BULK_CARDS })
  let stocked = 0
  for await (const { _id, entries = [] } of collectionOf('inventory-order', 'stock').find({ orderId }, { projection: { entries: 1 } })) {
    if (!kits.has(_id) || entries.length !== 1 || entries[0]?.type !== 'RECEIVED')
      throw new Error(`kit ${_id} is not in stock as it should be`)
    stocked++
  }
  expect(stocked).toBe(BULK_CARDS)
  expect(await collectionOf('inventory-order', 'parents').countDocuments({ orderId })).toBe(boxes.size)
  const { kits: counted, faults } = await bank.installation.operator.stock.verify(TENANT, BRANCH)
  expect({ counted, faults }).toEqual({ counted: cardsOrdered, faults: [] })
}

test(
  `with kit and inventory-order services killed at random ${BULK_KILLS} times in the middle of an order, its cards are made once and all are in stock`,
  async () => {
    const before = await kitsMade()
    const orderId = await begun('BULK-KILLED')
    await eventually(() => isBeingMade(before))
    for (let kill = 0; kill < BULK_KILLS; kill++) {
      const process = bank.installation.process(Math.random() < 0.5 ? 'kit' : 'inventory-order')
      await sleep((Math.random() * BULK_CARDS) / CARDS_PER_MS / BULK_KILLS)
      await process.kill()
      await sleep(Math.random() * 500)
      await process.restart()
    }
    await expectWhole(orderId)
  },
  TEST_MS_MAX,
)

test(
  `with Kafka away for ${DOWN_MS / 1_000} s in the middle of an order, its cards are made once and all are in stock`,
  async () => {
    const before = await kitsMade()
    const orderId = await begun('BULK-KAFKA')
    await eventually(() => isBeingMade(before))
    await kafka.kill()
    await sleep(DOWN_MS)
    await kafka.restart()
    await expectWhole(orderId)
  },
  TEST_MS_MAX,
)

const testWithOwnStore = canHaveOwnStore ? test : test.skip
testWithOwnStore(
  `with the store away for ${DOWN_MS / 1_000} s in the middle of an order, its cards are made once and all are in stock`,
  async () => {
    const before = await kitsMade()
    const orderId = await begun('BULK-STORE')
    await eventually(() => isBeingMade(before))
    await store?.kill()
    await sleep(DOWN_MS)
    await store?.restart()
    await expectWhole(orderId)
  },
  TEST_MS_MAX,
)
