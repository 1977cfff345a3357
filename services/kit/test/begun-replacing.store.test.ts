// Replacing without a key when an error came back although the old card named its successor: the
// same call again finds what it began, once.
import { randomUUID } from 'node:crypto'
import { ServiceUnavailable } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type Kit, kitsOf } from '../src/kit.ts'
import { finishSuccessions } from '../src/life/finish-successions.ts'
import { KitBank } from './kit-bank.ts'
import { customerContext, dyingAfter, kitsOfEntity, newKitOf, tieredTenant } from './life.ts'

let bank: KitBank
let entityId = ''

beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())
beforeEach(() => {
  entityId = `req-${randomUUID()}`
  bank.parts = { customer: customerContext({ mobiles: { [entityId]: [] } }) }
})

const run = (name: string, body: object, change: object = {}) => bank.run(name, body, { tenant: tieredTenant(bank), ...change })
const order =
  (operation: string) =>
  (oldKit: string, more: object = {}, change: object = {}) =>
    run('manageKit', { entityId, oldKit, operation, cardType: 'VIRTUAL', ...more }, change)
const atOnce = (kitNo: string, more: object = {}, change: object = {}) =>
  run('upgradeCard', { entityId, kitNo, ...more }, { tenant: tieredTenant(bank, { upgradeReplaceAtOnce: true }), ...change })
const orders = Object.entries({ REPLACE: order('REPLACE'), BLOCK_AND_REPLACE: order('BLOCK_AND_REPLACE'), 'an upgrade at once': atOnce })
const replace = order('REPLACE')

/** The store is away right after the nth write that carries an event: the call answers 503. */
function awayAfter(writes: number): object {
  let left = writes
  const nudge = (): void => {
    left -= 1
    if (left <= 0) throw new ServiceUnavailable('the store is away')
  }
  return { relay: { nudge } }
}
const refused = { status: 400, code: 'card.status.active' }
const later = (laterMs: number) => bank.sweep(finishSuccessions(() => Date.now() + laterMs))
const begunAt = (kit: Kit, at: Date) => kitsOf(bank.tenant).updateOne({ _id: kit._id }, { $set: { 'successor.asked.at': at } })

test.each(orders)('%s: after a 503 the same call finishes what it began and answers the one new card, once', async (_what, put) => {
  for (const writes of [1, 2]) {
    const old = await bank.issue(entityId, 'ACTIVE')
    await expect(put(old._id, {}, awayAfter(writes))).rejects.toThrow('the store is away')
    const found = await put(old._id)
    expect(found).toMatchObject({ status: 200, result: { entityId } })
    const [next, ...others] = (await kitsOfEntity(bank, entityId)).filter(({ predecessor }) => predecessor === old._id)
    expect(others).toEqual([])
    expect(next?._id).toBe(newKitOf(found).kitNo)
    expect(['INACTIVE', 'ASSIGNED']).toContain(next?.status)
    expect(await bank.kit(old._id)).not.toHaveProperty('successorPendingAt')
    expect(await put(old._id)).toMatchObject(refused)
  }
})

test('the same call finds it also after the sweep has finished it, and in another order of members', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  await expect(replace(old._id, {}, awayAfter(1))).rejects.toThrow('the store is away')
  await later(60_000)
  const found = await run('manageKit', { cardType: 'VIRTUAL', operation: 'REPLACE', oldKit: old._id, entityId })
  expect(found).toMatchObject({ status: 200, result: { status: true, kitInfo: [{ cardStatus: 'INACTIVE' }] } })
  expect(await replace(old._id)).toMatchObject(refused)
  expect(await kitsOfEntity(bank, entityId)).toHaveLength(2)
})

test('another order, one with a key, one of another customer and one of the next day do not', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  await expect(replace(old._id, {}, awayAfter(1))).rejects.toThrow('the store is away')
  expect(await replace(old._id, { reason: 'lost' })).toMatchObject(refused)
  expect(await replace(old._id, { requestId: randomUUID() })).toMatchObject(refused)
  expect(await replace(old._id, { entityId: 'somebody-else' })).toMatchObject({ code: 'MCC007' })
  await begunAt(old, new Date(Date.now() - 24 * 60 * 60_000 - 1))
  expect(await replace(old._id)).toMatchObject(refused)
})

test('a call that was answered is not found again', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  expect(await replace(old._id)).toMatchObject({ status: 200 })
  expect((await bank.kit(old._id)).successor).not.toHaveProperty('asked')
  expect(await replace(old._id)).toMatchObject(refused)
})

test('of several same calls after a 503 one gets the card', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  await expect(replace(old._id, {}, awayAfter(1))).rejects.toThrow('the store is away')
  const answered = await Promise.all(Array.from({ length: 5 }, () => replace(old._id)))
  expect(answered.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400])
})

test('a call whose process died is waited for as long as it could run', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  await expect(replace(old._id, {}, dyingAfter(1))).rejects.toThrow('the process died')
  await kitsOf(bank.tenant).updateOne({ _id: old._id }, { $unset: { 'successor.asked.leftAt': '' } }) // it had no time to note that
  const begun = Date.now()
  await begunAt(old, new Date(begun - 1_500))
  expect(await replace(old._id)).toMatchObject({ status: 200 })
  expect(Date.now() - begun).toBeGreaterThan(400)
})

test('a replacement by the upgrade that waits is found as well', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const waiting = newKitOf(await run('upgradeCard', { entityId, kitNo: old._id }))
  await expect(replace(old._id, {}, awayAfter(1))).rejects.toThrow('the store is away')
  const found = await replace(old._id)
  expect(newKitOf(found)).toMatchObject({ kitNo: waiting.kitNo, cardStatus: 'ASSIGNED' })
  expect(await replace(old._id)).toMatchObject(refused)
  expect(await kitsOfEntity(bank, entityId)).toHaveLength(2)
})
