// manageAllKits in the real store: whom it finds, what it lists, and that a run cut off half way is
// finished. Rule: docs/rules.md#all-cards-of-a-customer.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AllKitsManaged, Envelope } from '@dcms/contract'
import { newlyStored } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type Kit, kitsOf } from '../src/kit.ts'
import { manageAllKits } from '../src/life/manage-all-kits.ts'
import { KitBank } from './kit-bank.ts'
import { customerContext, dyingAfter, kitsOfEntity } from './life.ts'

const MOBILE = '9876543210'
let bank: KitBank
let entityId = ''

beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())
beforeEach(() => {
  entityId = `req-${randomUUID()}`
  const mobiles = { [entityId]: [MOBILE, '9800000001'], another: ['9800000002', '9800000001'], cardless: ['9800000003'] }
  bank.parts = { customer: customerContext({ mobiles }) }
})

const manageAll = (body: object, change: object = {}) => bank.run('manageAllKits', body, change)
const resultOf = ({ result }: { result: unknown }): AllKitsManaged => result as AllKitsManaged

/** So many ACTIVE cards, and two that no operation changes. */
async function cards(count: number): Promise<string[]> {
  const one = await bank.issue(entityId, 'ACTIVE')
  const more = Array.from(
    { length: count + 1 },
    (_, position): Kit => ({
      ...newlyStored({ ...one, _id: `${one._id}${String(position).padStart(4, '0')}` }),
      status: position < count - 1 ? 'ACTIVE' : position < count ? 'REPLACED' : 'CLOSED',
      createdAt: new Date(one.createdAt.getTime() + position + 1),
    }),
  )
  await kitsOf(bank.tenant).collection.insertMany(more as never)
  return [one._id, ...more.slice(0, count - 1).map(({ _id }) => _id)]
}

test('all cards that can take the operation take it; they are listed oldest first, the others are not', async () => {
  const active = await cards(3)
  const managed = await manageAll({ entityId, operation: 'LOCK', reason: 'CUSTOMER_REQUEST', changer: 'user', channel: 'IVR' })
  expect(managed.status).toBe(200)
  expect(resultOf(managed)).toEqual({
    entityId,
    operation: 'LOCK',
    totalCardsManaged: 3,
    managedCards: active.map((kitNo) => ({
      kitNo,
      cardNumber: expect.stringMatching(/^608040X{6}\d{4}$/),
      previousStatus: 'ACTIVE',
      currentStatus: 'LOCKED',
    })),
  })
  const event = (await bank.kit(active[0] ?? '')).outbox.at(-1)
  expect(event).toMatchObject({ type: 'KitLocked', payload: { reason: 'CUSTOMER_REQUEST', changer: 'user', channel: 'IVR' } })
})

test.each([
  ['neither', {}, 'invalid.input.request'],
  ['an unknown customer', { entityId: 'nobody' }, 'CUS001'],
  ['a number nobody has', { mobileNo: '9111111111' }, 'CUS001'],
  ['a number that two have', { mobileNo: '9800000001' }, 'invalid.input.request'],
  ['a number and a customer that has another', { mobileNo: '9800000002', entityId: 'cardless' }, 'invalid.input.request'],
  ['a number and an unknown customer', { mobileNo: '9800000002', entityId: 'nobody' }, 'CUS001'],
])('%s is refused', async (_what, body, code) => {
  expect(await manageAll({ operation: 'LOCK', ...body })).toMatchObject({ status: 400, code })
})

test('a number leads to its customer; one shared by two needs the customer too; one without cards has nothing done', async () => {
  const [kitNo] = await cards(1)
  expect(resultOf(await manageAll({ mobileNo: MOBILE, operation: 'LOCK' }))).toMatchObject({ entityId, managedCards: [{ kitNo }] })
  expect(resultOf(await manageAll({ mobileNo: '9800000001', entityId, operation: 'UNLOCK' })).totalCardsManaged).toBe(1)
  expect(resultOf(await manageAll({ mobileNo: '9800000003', operation: 'BLOCK' }))).toEqual({
    entityId: 'cardless',
    operation: 'BLOCK',
    managedCards: [],
    totalCardsManaged: 0,
  })
})

/**
 * How many are BLOCKED once the writes are over that were under way when the process died: a real
 * death would have cut them off.
 */
async function blockedAtRest(): Promise<number> {
  const blocked = () => kitsOf(bank.tenant).countDocuments({ entityId, status: 'BLOCKED' })
  for (let before = await blocked(); ; ) {
    await sleep(200)
    const now = await blocked()
    if (now === before) return now
    before = now
  }
}

test('a run over 50 cards that dies half way is finished by its repeat, which lists all 50', async () => {
  const active = await cards(50)
  const order = { entityId, operation: 'BLOCK', requestId: randomUUID() }
  await expect(manageAll(order, dyingAfter(25))).rejects.toThrow('the process died')
  const between = await blockedAtRest()
  expect(between).toBeGreaterThanOrEqual(25)
  expect(between).toBeLessThan(50)
  const repeated = await manageAll(order)
  expect(resultOf(repeated).managedCards.map(({ kitNo }) => kitNo)).toEqual(active)
  expect(resultOf(repeated).totalCardsManaged).toBe(50)
  expect(await manageAll(order)).toEqual(repeated)
  const kits = await kitsOfEntity(bank, entityId)
  for (const kitNo of active) {
    const kit = kits.find(({ _id }) => _id === kitNo)
    expect(kit?.status).toBe('BLOCKED')
    expect(kit?.outbox.filter(({ type }) => type === 'KitBlocked')).toHaveLength(1)
  }
})

test('without a requestId the second run finishes too, and lists what it did itself', async () => {
  await cards(20)
  await expect(manageAll({ entityId, operation: 'BLOCK' }, dyingAfter(10))).rejects.toThrow('the process died')
  const between = await blockedAtRest()
  expect(resultOf(await manageAll({ entityId, operation: 'BLOCK' })).totalCardsManaged).toBe(20 - between)
})

/** As a process does whose calls may take so long. */
async function manageAllWithin(workMaxMs: number, order: object, deadlineAtMs?: number): Promise<{ status: number } & Envelope> {
  const command = manageAllKits(customerContext({ mobiles: { [entityId]: [] } }), workMaxMs)
  const { status, body } = await command.run(order, { ...bank.surroundings(), ...(deadlineAtMs !== undefined && { deadlineAtMs }) })
  return { status, ...(JSON.parse(body) as Envelope) }
}

test('1,100 cards are managed in one call, more than a page of the store', async () => {
  const active = await cards(1_100)
  const managed = resultOf(await manageAllWithin(60_000, { entityId, operation: 'BLOCK' }))
  expect(managed.totalCardsManaged).toBe(1_100)
  expect(managed.managedCards.map(({ kitNo }) => kitNo)).toEqual(active)
  expect(await kitsOf(bank.tenant).countDocuments({ entityId, status: 'ACTIVE' })).toBe(0)
  // Of so many the newest are shown, oldest first: the last two are REPLACED and CLOSED.
  const shown = (await bank.run('kitsOfEntity', { entityId })).result as { kitNo: string; cardStatus: string }[]
  expect([shown.length, shown[0]?.kitNo, shown.at(-1)?.cardStatus]).toEqual([500, active[1_102 - 500], 'CLOSED'])
})

test('where there is too much for one call it says so, and each repeat under the same key comes further until all are listed', async () => {
  const active = await cards(1_100)
  const order = { entityId, operation: 'BLOCK', requestId: randomUUID() }
  const blocked = () => kitsOf(bank.tenant).countDocuments({ entityId, status: 'BLOCKED' })
  for (const changed of [500, 1_000]) {
    expect(await (changed === 500 ? manageAllWithin(0, order) : manageAllWithin(60_000, order, Date.now()))).toMatchObject({
      status: 503,
      exception: { fieldError: [`${changed} cards were changed and more remain: repeat the call with the same requestId`] },
    })
    expect(await blocked()).toBe(changed)
  }
  const last = await manageAllWithin(0, order)
  expect(last.status).toBe(200)
  expect(resultOf(last).managedCards.map(({ kitNo }) => kitNo)).toEqual(active)
  expect(await blocked()).toBe(1_100)
})
