// One bank's courier answers slowly and its calls pile up: another bank's calls, to the very same
// services, are as quick as before.
import { sdkOptions } from '@dcms/ops'
import type { Dcms } from '@dcms/sdk'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { besideNeighbour, eventually, expectUnharmed, pressing, startTestBank, type TestBank } from '../../src/index.ts'

/** Just within the time that a service waits for its courier. */
const COURIER_MS = 1_900
const CALLERS = 160

let bank: TestBank
let slow: Dcms
let entityId: string
let slowKit: string
beforeAll(async () => {
  bank = await startTestBank()
  slow = bank.connect({ ...sdkOptions(bank.client, 'SANDBOX_BANK'), retry: { triesMax: 1 } })
  ;({ entityId } = await bank.dcms.register(bank.newCustomer()))
  slowKit = await dispatchedKit()
}, 150_000)
afterAll(() => bank.stop())

async function control(path: string, body: object): Promise<void> {
  const { url } = bank.installation.process('sandbox')
  const response = await fetch(`${url}/_control/SANDBOX_BANK${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`the sandbox answers ${response.status} to ${path}: ${await response.text()}`)
}

/** A card that is with the courier, so that tracking it asks there. */
async function dispatchedKit(): Promise<string> {
  const { entityId: holder, kitInfo } = await slow.register(bank.newCustomer())
  const kitNo = kitInfo[0]?.kitNo ?? ''
  await slow.activateKit({ entityId: holder, kitNo })
  await slow.applyForCard({ entityId: holder, kitNo, deliveryAddress: 'PERMANENT', requestId: `${holder}-plastic` })
  await control('/clock', { advance: 'PT2H' })
  await eventually(async () => {
    await control('/clock', { advance: 'PT1H' })
    expect((await slow.kitTracking({ kitNo })).shipmentData.shipment).toHaveLength(1)
  })
  return kitNo
}

test('look-ups of a healthy bank keep their time while 160 callers wait for another bank’s courier', async () => {
  const outcomes = new Map<string, number>()
  const call = async (): Promise<void> => {
    const outcome = await slow.kitTracking({ kitNo: slowKit }).then(
      () => 'answered',
      (error: { errorCode?: string }) => error.errorCode ?? String(error),
    )
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  await control('/faults/courier', { latencyMs: COURIER_MS })
  const measured = await besideNeighbour(
    () => bank.dcms.fetchKitsByEntityId({ entityId }),
    (signal) => pressing(CALLERS, signal, call),
  )
  await control('/faults/courier', {})
  expectUnharmed(measured)
  // The slow bank's own calls are answered, by what the courier told last where it is not asked, or
  // refused with "not now".
  expect(outcomes.get('answered')).toBeGreaterThan(0)
  expect([...outcomes.keys()].filter((outcome) => !['answered', 'service.unavailable', 'rate.limit.exceeded'].includes(outcome))).toEqual(
    [],
  )
}, 120_000)
