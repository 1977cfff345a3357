// A rolling restart under load: each process is replaced by the next on the same ports, and no call
// fails.
import { setTimeout as sleep } from 'node:timers/promises'
import { processNames } from '@dcms/contract'
import type { Dcms } from '@dcms/sdk'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startTestBank, type TestBank } from '../src/index.ts'

const CALLERS = 3
const environment = Object.fromEntries(processNames.map((name) => [name, { SHARED_PORTS: 'yes', DRAIN_SECONDS: '1' }]))
let bank: TestBank

beforeAll(async () => {
  bank = await startTestBank({ environment })
}, 90_000)
afterAll(() => bank.stop())

/** Calls of all three services, reads and writes in turn, until told to stop. */
async function callUntil(stopped: AbortSignal, dcms: Dcms, failures: unknown[]): Promise<number> {
  let calls = 0
  while (!stopped.aborted) {
    try {
      const customer = bank.newCustomer()
      const { kitInfo } = await dcms.register(customer)
      const kit = { entityId: customer.entityId, kitNo: kitInfo[0]?.kitNo ?? '' }
      await dcms.activateKit(kit)
      await dcms.fetchPreference(kit)
      await dcms.viewCustomer({ entityId: customer.entityId })
      calls += 4
    } catch (error) {
      failures.push(error)
    }
  }
  return calls
}

test('every process is replaced under load, and no call fails', async () => {
  const stop = new AbortController()
  const failures: unknown[] = []
  const callers = Array.from({ length: CALLERS }, () => callUntil(stop.signal, bank.dcms, failures))
  await sleep(500)
  for (const name of processNames) {
    const before = bank.installation.process(name).pid
    await bank.installation.process(name).replace()
    expect(bank.installation.process(name).pid).not.toBe(before)
  }
  await sleep(500)
  stop.abort()
  const calls = await Promise.all(callers)
  expect(failures).toEqual([])
  for (const count of calls) expect(count).toBeGreaterThan(8)
}, 120_000)
