// One bank has cards made by the ten thousand, or its card management system (CMS) answers slowly
// while calls pile up: another bank's calls, to the very same services, are as quick as before.
import { setTimeout as sleep } from 'node:timers/promises'
import { demoBranch, sdkOptions } from '@dcms/ops'
import type { Dcms } from '@dcms/sdk'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { besideNeighbour, eventually, expectUnharmed, pressing, startTestBank, type TestBank } from '../../src/index.ts'

const BRANCH = 'BR-BUSY'
/** Has one card on order, and none counted. */
const SLOW_BRANCH = 'BR-SLOW'
/** More than can be made while the other bank is timed. */
const CARDS = 30_000
const MADE_WITHIN_MS = 60_000
/** Within the time that a service waits for its CMS. */
const CMS_MS = 1_500
const CALLERS = 160

let bank: TestBank
let busy: Dcms
let entityId: string
beforeAll(async () => {
  bank = await startTestBank()
  busy = bank.connect({ ...sdkOptions(bank.client, 'SANDBOX_BANK'), retry: { triesMax: 1 } })
  ;({ entityId } = await bank.dcms.register(bank.newCustomer()))
  for (const branchId of [BRANCH, SLOW_BRANCH]) await busy.createBranch(demoBranch(branchId))
}, 150_000)
afterAll(() => bank.stop())

async function control(path: string, body: object): Promise<void> {
  const { url } = bank.installation.process('sandbox')
  const response = await fetch(`${url}/_control/SANDBOX_BANK${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`the sandbox answers ${response.status} to ${path}: ${await response.text()}`)
}
/** An order that is at the CMS, whoever sent it. */
async function sent(orderId: string, branchId: string, quantity: number): Promise<string> {
  await busy.createCardOrder({ orderId, branchInfo: { branchId }, products: [{ bin: '608040', productId: '2003_VIRTUAL', quantity }] })
  await eventually(async () => {
    await bank.installation.operator.jobs.run('SANDBOX_BANK', 'dispatch-orders')
    expect((await busy.fetchCardOrderStatus({ cardOrderId: orderId })).status).toBe('PENDING')
  })
  return orderId
}

/** How many of the branch's cards are in stock. */
const stocked = async (): Promise<number> =>
  (await bank.installation.operator.stock.sums('SANDBOX_BANK', BRANCH)).reduce((sum, { kits }) => sum + kits, 0)

test('look-ups of a healthy bank keep their time while 160 callers wait for another bank’s CMS', async () => {
  const outcomes = new Map<string, number>()
  const orderId = await sent('SLOW-1', SLOW_BRANCH, 1)
  const call = async (): Promise<void> => {
    const outcome = await busy.updateCardOrderStatus({ orderId }).then(
      () => 'answered',
      (error: { errorCode?: string }) => error.errorCode ?? String(error),
    )
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  await control('/faults/cms', { latencyMs: CMS_MS })
  const measured = await besideNeighbour(
    () => bank.dcms.fetchBranch({ branchId: BRANCH }),
    (signal) => pressing(CALLERS, signal, call),
  )
  await control('/faults/cms', {})
  expectUnharmed(measured)
  // The busy bank's own calls are answered, or refused with "not now".
  expect(outcomes.get('answered')).toBeGreaterThan(0)
  const due = ['answered', 'service.unavailable', 'rate.limit.exceeded', 'ORD012']
  expect([...outcomes.keys()].filter((outcome) => !due.includes(outcome))).toEqual([])
}, 120_000)

test('look-ups of a healthy bank keep their time while thirty thousand cards are made for another bank', async () => {
  let asked = 0
  const leftToMake: number[] = []
  const made = async (signal: AbortSignal): Promise<void> => {
    const orderId = `HUGE-${asked}`
    asked += CARDS
    await sent(orderId, BRANCH, CARDS)
    await control('/clock', { advance: 'PT2H' })
    await busy.updateCardOrderStatus({ orderId })
    await sleep(MADE_WITHIN_MS, undefined, { signal }).catch(() => undefined)
    leftToMake.push(asked - (await stocked()))
    await eventually(async () => expect(await stocked()).toBe(asked), MADE_WITHIN_MS)
  }
  const measured = await besideNeighbour(
    () => bank.dcms.fetchKitsByEntityId({ entityId }),
    made,
    () => eventually(async () => expect(await stocked()).toBeGreaterThan(asked - CARDS)),
  )
  expectUnharmed(measured)
  // It was at work all the time, in each round.
  expect(leftToMake).toHaveLength(asked / CARDS)
  expect(Math.min(...leftToMake)).toBeGreaterThan(0)
}, 300_000)
