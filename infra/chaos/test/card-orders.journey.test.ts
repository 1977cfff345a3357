// Card orders through gateway, inventory-order service and the simulated card management system
// (CMS): from the order to the CMS's word that it is done, with the process killed in between.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Dcms, DcmsError } from '@dcms/sdk'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually, startTestBank, type TestBank } from '../src/index.ts'

const BRANCH = 'BR-ORDERS'
const DONE_AFTER = 'PT31M'
const KILLED_AFTER_MS = [15, 40, 90] as const
const ORDERS = 8

interface AtCms {
  orders: { placed: { orderId: string }; status: string }[]
}

let bank: TestBank
let impatient: Dcms // one try only, so that the test sees what a kill does
beforeAll(async () => {
  bank = await startTestBank()
  impatient = bank.connect({ retry: { triesMax: 1 } })
  await bank.dcms.createBranch({
    branchId: BRANCH,
    branchCode: BRANCH,
    branchName: 'Main Branch',
    address: '123 Main Street',
    address2: 'Near City Center',
    address3: 'MG Road',
    city: 'Bangalore',
    state: 'Karnataka',
    country: 'India',
    district: 'Bangalore Urban',
    zipCode: '560001',
    branchPhoneNumber: '+919876543210',
    pocDetails: [],
  })
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
  const products = [{ bin: '608040', productId: '2003_VIRTUAL', quantity: 3 }]
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
