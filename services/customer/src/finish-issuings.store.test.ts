// What a process that died left of registrations and card issues is finished, or taken back.
import { createLogger, type JobRun, ServiceUnavailable } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { ACME, CustomerBank } from '../test/customer-bank.ts'
import { account } from '../test/customers.ts'
import type { Customer } from './customer.ts'
import { finishIssuings, finishRegistrations } from './finish-issuings.ts'

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
beforeEach(() => {
  bank.isKitAway = false
  bank.refusals.clear()
  bank.meanwhile = async () => undefined
})
afterAll(() => bank.close())

const logger = createLogger('test', 'fatal')
const startedAt = new Date(Date.now() - 60_000)
const kits = [{ accountNo: '8642135', productId: '2003_VIRTUAL' }]
const left = (entityId: string, more: Partial<Customer['issuing'][number]> = {}, change: Partial<Customer> = {}) =>
  bank.add(entityId, {
    status: 'PENDING',
    issuing: [{ commandId: `register-${entityId}`, startedAt, kits, attempt: 1, ...more }],
    issuingAt: more.startedAt ?? startedAt,
    ...change,
  })

/** Runs the job and gives what it noted last, or the fault it ended with. */
async function runJob(): Promise<unknown> {
  const scope = await bank.scope()
  const noted: unknown[] = []
  const run = {
    tenant: bank.tenant(ACME),
    asOf: new Date(),
    checkpoint: undefined,
    scopeOf: (commandId: string) => scope.ofCommand(commandId),
    note: async (_reached: unknown, counts: unknown) => void noted.push(counts),
  }
  await finishRegistrations(bank.kit, logger).run(run as unknown as JobRun)
  return noted.at(-1)
}

test('a registration that was left is finished: the customer exists with the card and is told of', async () => {
  await left('reserved')
  await left('cardless', { kits: [] })
  expect(await runJob()).toEqual({ finished: 2, takenBack: 0, waiting: 0, stuck: 0 })
  for (const entityId of ['reserved', 'cardless']) {
    expect(await bank.customer(entityId)).toMatchObject({ status: 'ACTIVE', issuing: [] })
    expect(await bank.events(entityId)).toMatchObject([{ type: 'CustomerRegistered' }])
  }
  expect(bank.kits[ACME]?.filter(({ entityId }) => entityId === 'reserved')).toHaveLength(1)
  expect(await runJob()).toEqual({ finished: 0, takenBack: 0, waiting: 0, stuck: 0 })
})

test('a registration whose cards are refused is removed, and its entityId is free again', async () => {
  await left('refused', {}, { accountInfo: [account('8642135', { defaultAccount: true, isPrimary: true })] })
  bank.refusals.set('reserveKits', 'invalid.kit.info')
  expect(await runJob()).toEqual({ finished: 0, takenBack: 1, waiting: 0, stuck: 0 })
  expect(await bank.exists('refused')).toBe(false)
  bank.refusals.clear()
  await left('heir', { kits: [] }, { accountInfo: [account('8642135', { defaultAccount: true, isPrimary: true })] })
  expect(await runJob()).toMatchObject({ finished: 1 })
})

test('reservations that were given up are made anew, a few times; after that the registration is taken back', async () => {
  await left('given-up')
  bank.refusals.set('confirmKits', 'MCC007')
  expect(await runJob()).toEqual({ finished: 0, takenBack: 1, waiting: 0, stuck: 0 })
  expect(await bank.exists('given-up')).toBe(false)
})

test('a customer that exists stays as it was when a further card cannot be had', async () => {
  await left('existing', {}, { status: 'ACTIVE' })
  bank.refusals.set('reserveKits', 'product.not.found')
  await runJob()
  expect(await bank.customer('existing')).toMatchObject({ status: 'ACTIVE', issuing: [] })
  expect((await bank.customer('existing')).issuingAt).toBeUndefined()
})

test('a command that still runs is left alone', async () => {
  await left('running', { startedAt: new Date() })
  expect(await runJob()).toEqual({ finished: 0, takenBack: 0, waiting: 0, stuck: 0 })
  expect(await bank.customer('running')).toMatchObject({ status: 'PENDING' })
})

test('one that cannot be finished for a fault does not keep the others from it, and the fault is told', async () => {
  await left('a-faulty')
  await left('b-fine', { kits: [] })
  bank.refusals.set('confirmKits', 'invalid.input.request')
  await expect(runJob()).rejects.toThrow('the kit service refused to confirm register-a-faulty')
  expect(await bank.customer('b-fine')).toMatchObject({ status: 'ACTIVE' })
  expect(await bank.customer('a-faulty')).toMatchObject({ status: 'PENDING' })
})

test('while the kit context is away everything waits; the sweep does the same work', async () => {
  bank.isKitAway = true
  await expect(runJob()).rejects.toThrow('the kit context is away')
  bank.isKitAway = false
  const scope = await bank.scope()
  await finishIssuings(bank.kit, logger, () => Date.now() + 60 * 60_000).run(
    (_tenant, commandId) => scope.ofCommand(commandId),
    bank.tenant(),
  )
  expect(await bank.customer('a-faulty')).toMatchObject({ status: 'ACTIVE' })
})

const MINUTE_MS = 60_000
const sweepAt = async (nowMs: number): Promise<void> => {
  const scope = await bank.scope()
  await finishIssuings(bank.kit, logger, () => nowMs).run((_tenant, commandId) => scope.ofCommand(commandId), bank.tenant())
}
const issuingOf = async (entityId: string) => (await bank.customer(entityId)).issuing[0]

test('one that meets a fault again and again is tried at ever longer pauses, then left to a person, and the job finishes it', async () => {
  await left('broken')
  bank.refusals.set('confirmKits', 'invalid.input.request')
  let tries = 0
  let nowMs = Date.now()
  for (; !(await issuingOf('broken'))?.stuckAt && tries < 50; tries++) {
    await expect(sweepAt(nowMs)).rejects.toThrow('refused to confirm')
    const asked = bank.asked.length
    await sweepAt(nowMs + 3_000) // the next one passes it over
    expect(bank.asked).toHaveLength(asked)
    nowMs = ((await issuingOf('broken'))?.nextTryAt?.getTime() ?? nowMs) + 10_000
  }
  expect(tries).toBeGreaterThan(5)
  expect(tries).toBeLessThan(20)
  await sweepAt(nowMs + 600 * MINUTE_MS)
  await expect(runJob()).rejects.toThrow('refused to confirm')
  expect(await issuingOf('broken')).toMatchObject({ stuckAt: expect.any(Date) })
  bank.refusals.clear()
  expect(await runJob()).toEqual({ finished: 1, takenBack: 0, waiting: 0, stuck: 0 })
  expect(await bank.customer('broken')).toMatchObject({ status: 'ACTIVE', issuing: [] })
  expect((await bank.customer('broken')).issuingStuckAt).toBeUndefined()
})

test('one card that cannot be served now does not keep the others from their turn', async () => {
  await left('c-busy')
  await left('d-fine')
  bank.meanwhile = async (name) => {
    if (
      name === 'confirmKits' &&
      (await bank.customer('d-fine')).status === 'PENDING' &&
      (await issuingOf('c-busy'))?.nextTryAt === undefined
    )
      throw new ServiceUnavailable('too many events of this document wait to be published')
  }
  await expect(sweepAt(Date.now())).rejects.toThrow('too many events')
  bank.meanwhile = async () => undefined
  expect((await bank.customer('d-fine')).status).toBe('ACTIVE')
  expect((await issuingOf('c-busy'))?.nextTryAt?.getTime()).toBeLessThanOrEqual(Date.now() + 30_000)
  await sweepAt(Date.now() + MINUTE_MS)
  expect((await bank.customer('c-busy')).status).toBe('ACTIVE')
})
