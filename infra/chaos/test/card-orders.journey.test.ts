// Card orders through gateway, inventory-order service and the simulated card management system
// (CMS): from the order to its kits in stock, with the process killed in between, and with a CMS
// that answers late, twice, out of order or not at all.
import { setTimeout as sleep } from 'node:timers/promises'
import { demoBranch } from '@dcms/ops'
import { type Dcms, DcmsError } from '@dcms/sdk'
import { databaseName } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import mongoose from 'mongoose'
import { eventually, startTestBank, type TestBank } from '../src/index.ts'

const BRANCH = 'BR-ORDERS'
const DONE_AFTER = 'PT31M'
const KILLED_AFTER_MS = [15, 40, 90] as const
const ORDERS = 8
const CARDS = 3
/**
 * What becomes of the call that places an order; `late`: it is answered after the caller has given
 * up.
 */
const faults = {
  'answer lost': { next: { calls: 1, kind: 'RESET', moment: 'AFTER' } },
  'never arrived': { next: { calls: 1, kind: 'RESET', moment: 'BEFORE' } },
  'fault after the work': { next: { calls: 1, kind: 'STATUS', status: 502, moment: 'AFTER' } },
  'no answer': { next: { calls: 1, kind: 'TIMEOUT', moment: 'AFTER' } },
  late: { latencyMs: 2_500 },
} as const
const STALE_ANSWERS = 4

interface AtCms {
  orders: { placed: { orderId: string }; status: string }[]
}

let bank: TestBank
let impatient: Dcms // one try only, so that the test sees what a kill does
beforeAll(async () => {
  bank = await startTestBank()
  impatient = bank.connect({ retry: { triesMax: 1 } })
  await bank.dcms.createBranch(demoBranch(BRANCH))
}, 150_000)
afterAll(() => bank.stop())

async function control<Result>(path: string, body?: object): Promise<Result> {
  const { url } = bank.installation.process('sandbox')
  const response = await fetch(`${url}/_control/ACME_BANK${path}`, body && { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`the sandbox answers ${response.status} to ${path}`)
  return JSON.parse(await response.text())
}
const timesAtCms = async (orderId: string): Promise<number> =>
  (await control<AtCms>('/cms/orders')).orders.filter(({ placed }) => placed.orderId === orderId).length
const statusOf = async (cardOrderId: string) => (await bank.dcms.fetchCardOrderStatus({ cardOrderId })).status
const codeOf = (error: unknown): string => {
  if (error instanceof DcmsError) return error.errorCode
  throw error
}
const order = async (orderId: string, change: object = {}): Promise<string> => {
  const products = [{ bin: '608040', productId: '2003_VIRTUAL', quantity: CARDS }]
  await bank.dcms.createCardOrder({ orderId, branchInfo: { branchId: BRANCH }, products, ...change })
  return orderId
}

test('an order is sent, is done at the CMS half an hour later, and then cannot be cancelled any more', async () => {
  const orderId = await order('JOURNEY-1', { processStartTime: '2199-01-01 00:00:00' }) // or the job might send it first
  expect(await bank.dcms.processCardOrder({ orderId, force: true })).toBe(true)
  expect(await statusOf(orderId)).toBe('PENDING')
  await control('/clock', { advance: DONE_AFTER })
  expect(await bank.dcms.updateCardOrderStatus({ orderId })).toBe(true)
  expect(['PROCESSED', 'SUCCESS']).toContain(await statusOf(orderId))
  expect(await bank.dcms.cancelCardOrder({ orderId, branchId: BRANCH }).catch(codeOf)).toBe('ORD003')
})

test('the job sends an order that nobody sends', async () => {
  const orderId = await order('JOURNEY-2')
  await bank.installation.operator.jobs.run('ACME_BANK', 'dispatch-orders')
  await eventually(async () => expect(await statusOf(orderId)).toBe('PENDING'))
  expect(await timesAtCms(orderId)).toBe(1)
})

test.each(['expire-orders', 'alert-received-orders', 'expire-insta-kits', 'alert-low-stock'])(
  'the service has the job %s, which an operator can start',
  async (job) => {
    const { jobs } = bank.installation.operator
    const run = await jobs.run('ACME_BANK', job)
    expect(run.context).toBe('inventory-order')
    expect(await jobs.ended({ ...run, tenant: 'ACME_BANK', job }, 30_000)).not.toHaveProperty('error')
  },
)

test.each(KILLED_AFTER_MS)(
  'with the service killed %i ms into sending and cancelling orders, each ends at the CMS once or not at all',
  async (ms) => {
    const ids = await Promise.all(Array.from({ length: ORDERS }, (_, at) => order(`KILL-${ms}-${at}`)))
    await control('/faults/cms', { latencyMs: 60 })
    const calls = ids.flatMap((orderId, at) => [
      impatient.processCardOrder({ orderId }).catch(() => undefined),
      ...(at % 2 === 0 ? [impatient.cancelCardOrder({ orderId, branchId: BRANCH }).catch(() => undefined)] : []),
    ])
    await sleep(ms)
    const process = bank.installation.process('inventory-order')
    await process.kill()
    await Promise.all(calls)
    await process.restart()
    await control('/faults/cms', {})
    for (const orderId of ids) {
      const status = await eventually(async () => {
        await bank.dcms.processCardOrder({ orderId }).catch(codeOf)
        const reached = await statusOf(orderId)
        expect(reached).not.toBe('RECEIVED')
        return reached
      })
      const times = await timesAtCms(orderId)
      expect({ status, times }).toEqual(status === 'CANCELLED' ? { status, times: 0 } : { status: 'PENDING', times: 1 })
    }
  },
  120_000,
)

/** Kits that were made for an order, and those of them in stock. */
async function kitsOf(orderId: string): Promise<{ made: number; stocked: number }> {
  const client = await new mongoose.mongo.MongoClient(process.env.MONGO_URL ?? '').connect()
  try {
    const database = (context: 'kit' | 'inventory-order') => client.db(databaseName(bank.installation.installation, context, 'ACME_BANK'))
    return {
      made: await database('kit').collection('kits').countDocuments({ orderId }),
      stocked: await database('inventory-order').collection('stock').countDocuments({ orderId }),
    }
  } finally {
    await client.close()
  }
}

test('a CMS that answers late, twice, out of order or not at all: each order is made once, a cancelled one never, and none is stuck', async () => {
  const sent: string[] = []
  for (const [name, fault] of Object.entries(faults)) {
    const orderId = await order(`FAULT-${name.replaceAll(' ', '-')}`)
    await control('/faults/cms', fault)
    expect(await impatient.processCardOrder({ orderId }).catch(codeOf)).toBe('ORD012')
    await control('/faults/cms', {})
    sent.push(orderId)
  }
  const cancelled = await order('FAULT-cancelled')
  await control('/faults/cms', faults['never arrived'])
  expect(await impatient.processCardOrder({ orderId: cancelled }).catch(codeOf)).toBe('ORD012')
  await control('/faults/cms', {})
  expect(await bank.dcms.cancelCardOrder({ orderId: cancelled, branchId: BRANCH })).toBe('Order cancelled successfully')

  // Whoever tries again, however many at once, places none a second time.
  const again = [...sent, cancelled].flatMap((orderId) => [orderId, orderId])
  await Promise.all(again.map((orderId) => bank.dcms.processCardOrder({ orderId }).catch(codeOf)))
  for (const orderId of sent) expect({ orderId, times: await timesAtCms(orderId) }).toEqual({ orderId, times: 1 })
  expect(await timesAtCms(cancelled)).toBe(0)

  await control('/clock', { advance: DONE_AFTER })
  await control('/cms/rules', { staleAnswers: STALE_ANSWERS })
  for (let round = 0; round <= STALE_ANSWERS; round++)
    await Promise.all(
      sent.flatMap((orderId) => [orderId, orderId]).map((orderId) => bank.dcms.updateCardOrderStatus({ orderId }).catch(codeOf)),
    )
  await control('/cms/rules', {})
  await bank.dcms.syncPendingCardOrderStatus({})
  for (const orderId of sent) {
    await eventually(async () => expect(await statusOf(orderId)).toBe('SUCCESS'), 60_000)
    expect({ orderId, ...(await kitsOf(orderId)) }).toEqual({ orderId, made: CARDS, stocked: CARDS })
  }
  expect({ status: await statusOf(cancelled), ...(await kitsOf(cancelled)) }).toEqual({ status: 'CANCELLED', made: 0, stocked: 0 })
}, 180_000)
