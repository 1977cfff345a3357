// applyForCard without a key when an error came back: nothing was begun, or the same call again
// finds the card that it made, once.
import { randomUUID } from 'node:crypto'
import type { AppliedCard } from '@dcms/contract'
import { type InternalClient, ServiceUnavailable } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { kitsOf } from '../src/kit.ts'
import { KitBank } from './kit-bank.ts'
import { customerContext, kitsOfEntity, tieredTenant } from './life.ts'

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

const apply = (body: object = {}, change: object = {}) =>
  bank.run('applyForCard', { entityId, ...body }, { tenant: tieredTenant(bank), ...change })
const cardOf = ({ result }: { result: unknown }) => (result as AppliedCard).kitInfo[0]

/** The store is away right after the write that makes the card: the call answers 503. */
const awayAfterTheWrite = (): object => ({
  relay: {
    nudge() {
      throw new ServiceUnavailable('the store is away')
    },
  },
})
/** The customer context is away from its nth call on. */
function awayAtCall(nth: number): InternalClient {
  const there = customerContext({ mobiles: { [entityId]: [] } })
  let calls = 0
  return {
    ...there,
    call(...asked: Parameters<InternalClient['call']>) {
      calls += 1
      if (calls >= nth) throw new ServiceUnavailable('customer is away')
      return there.call(...asked)
    },
  } as InternalClient
}

/**
 * What is applied for, on a customer of its own: a fresh card, or the plastic for a virtual one.
 */
const applications = {
  'a fresh card': async () => ({ body: {}, again: 'card.already.active' }),
  'the plastic for a virtual card': async () => ({
    body: { kitNo: (await bank.issue(entityId, 'ACTIVE'))._id },
    again: 'invalid.kit.info',
  }),
}
const physicalOnes = async () => (await kitsOfEntity(bank, entityId)).filter(({ cardType }) => cardType === 'PHYSICAL')

test.each(Object.entries(applications))('%s: after a 503 the same call answers the card that was made, once', async (_what, made) => {
  const { body, again } = await made()
  await expect(apply(body, awayAfterTheWrite())).rejects.toThrow('the store is away')
  const [card] = await physicalOnes()
  const found = await apply(body)
  expect(found).toMatchObject({ status: 200, result: { entityId } })
  expect(cardOf(found)?.kitNo).toBe(card?._id)
  expect(await physicalOnes()).toHaveLength(1)
  expect(await apply(body)).toMatchObject({ status: 400, code: again })
})

test.each(Object.entries(applications))(
  '%s: with the customer context away nothing is begun, and the same call makes it',
  async (_what, made) => {
    const { body } = await made()
    const { customer } = bank.parts
    for (const nth of 'kitNo' in body ? [1] : [1, 2]) {
      bank.parts = { customer: awayAtCall(nth) }
      await expect(apply(body)).rejects.toThrow('customer is away')
      expect(await physicalOnes()).toEqual([])
    }
    bank.parts = { ...(customer && { customer }) }
    expect(await apply(body)).toMatchObject({ status: 200, result: { entityId } })
    expect(await physicalOnes()).toHaveLength(1)
  },
)

test.each(Object.entries(applications))('%s: who was answered, or asks for something else, finds nothing', async (_what, made) => {
  const { body, again } = await made()
  await expect(apply(body, awayAfterTheWrite())).rejects.toThrow('the store is away')
  expect(await apply({ ...body, deliveryAddress: 'COMMUNICATION' })).toMatchObject({ code: again })
  expect(await apply({ ...body, requestId: randomUUID() })).toMatchObject({ code: again })
  const [card] = await physicalOnes()
  await kitsOf(bank.tenant).updateOne({ _id: card?._id }, { $set: { 'appliedFor.at': new Date(Date.now() - 24 * 60 * 60_000 - 1) } })
  expect(await apply(body)).toMatchObject({ code: again })
})

test('a card that was answered keeps no trace of who asked', async () => {
  const applied = await apply()
  expect(await bank.kit(cardOf(applied)?.kitNo ?? '')).not.toHaveProperty('appliedFor')
  expect(await apply()).toMatchObject({ code: 'card.already.active' })
})

test('of several same calls after a 503 one gets the card', async () => {
  await expect(apply({}, awayAfterTheWrite())).rejects.toThrow('the store is away')
  const answered = await Promise.all(Array.from({ length: 5 }, () => apply()))
  expect(answered.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(await physicalOnes()).toHaveLength(1)
})

test('a call whose process died is waited for as long as it could run', async () => {
  await expect(apply({}, awayAfterTheWrite())).rejects.toThrow('the store is away')
  const [card] = await physicalOnes()
  const died = { $unset: { 'appliedFor.leftAt': '' }, $set: { 'appliedFor.at': new Date(Date.now() - 1_500) } } // it had no time to note that
  await kitsOf(bank.tenant).updateOne({ _id: card?._id }, died)
  const begun = Date.now()
  expect(cardOf(await apply())?.kitNo).toBe(card?._id)
  expect(Date.now() - begun).toBeGreaterThan(400)
})
