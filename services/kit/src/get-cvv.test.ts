// Reading a CVV: the rule, and on the real store that nobody reads more often than allowed, also at once.
import { cvvRevealedEvent, validatorOf } from '@dcms/contract'
import { refuse, refuseFor } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { KitBank } from '../test/kit-bank.ts'
import { ENTITY, KIT_NO, kit } from '../test/kits.ts'
import { decideReveal } from './get-cvv.ts'
import { kitsOf } from './kit.ts'

const now = new Date('2026-11-20T10:00:00Z')
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000)

test('a read of an active card is noted in the kit and told, without the CVV', () => {
  const decision = decideReveal(kit({ status: 'ACTIVE' }), 'api_user', now)
  const event = { type: 'CvvRevealed', kitNo: KIT_NO, entityId: ENTITY, revealedBy: 'api_user', revealedAt: '2026-11-20T10:00:00.000Z' }
  expect(decision).toEqual({ kind: 'changed', set: { cvvReads: [now] }, events: [event] })
  expect(validatorOf(cvvRevealedEvent.schema)(structuredClone(event)).valid).toBe(true)
})

test.each([
  ['BLOCKED', 'card.blocked'],
  ['HOTLISTED', 'card.blocked'],
  ['ASSIGNED', 'card.status.active'],
  ['INACTIVE', 'card.status.active'],
  ['LOCKED', 'card.status.active'],
  ['REPLACED', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active'],
  ['CLOSED', 'card.status.active'],
  ['UNALLOCATED', 'MCC007'],
  ['RESERVED', 'MCC007'],
] as const)('a kit that is %s is refused with %s', (status, code) => {
  expect(decideReveal(kit({ status }), 'api_user', now)).toEqual(refuse(code))
})

test('the sixth read within an hour is refused until the first of the five is an hour old', () => {
  const read = (...minutes: number[]) => decideReveal(kit({ status: 'ACTIVE', cvvReads: minutes.map(minutesAgo) }), 'api_user', now)
  expect(read(50, 40, 30, 20, 10)).toEqual(refuseFor('rate.limit.exceeded', 600))
  expect(read(59.999, 40, 30, 20, 10)).toEqual(refuseFor('rate.limit.exceeded', 1))
  expect(read(60, 40, 30, 20, 10)).toMatchObject({ set: { cvvReads: [40, 30, 20, 10, 0].map(minutesAgo) } })
  expect(read(600, 500)).toMatchObject({ set: { cvvReads: [now] } })
})

let bank: KitBank
beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())

test('the CVV has three digits and is the same at every read, whoever asks', async () => {
  const { _id: kitNo } = await bank.issue('E1')
  const first = await bank.run('getCvv', { kitNo })
  expect(first).toMatchObject({ status: 200, result: { cvv: expect.stringMatching(/^\d{3}$/), expiryCvv: 120 } })
  const other = bank.newHsm()
  expect((await bank.run('getCvv', { kitNo }, { user: 'other' }, bank.newVault(other), other)).result).toEqual(first.result)
  const stored = await bank.kit(kitNo)
  expect(stored.cvvReads).toHaveLength(2)
  const told = stored.outbox.filter(({ type }) => type === 'CvvRevealed').map(({ payload }) => payload)
  expect(told).toEqual([
    { type: 'CvvRevealed', kitNo, entityId: 'E1', revealedBy: 'api_user', revealedAt: expect.any(String) },
    { type: 'CvvRevealed', kitNo, entityId: 'E1', revealedBy: 'other', revealedAt: expect.any(String) },
  ])
})

test('cards have CVVs of their own', async () => {
  const kits = await Promise.all(Array.from({ length: 12 }, () => bank.issue('E2')))
  const cvvs = await Promise.all(kits.map(async ({ _id }) => (await bank.run('getCvv', { kitNo: _id })).result))
  expect(new Set(cvvs.map((each) => JSON.stringify(each))).size).toBeGreaterThan(6)
})

test('of 20 reads at once five answer, the others are told when to come again', async () => {
  const { _id: kitNo } = await bank.issue('E3')
  const answers = await Promise.all(Array.from({ length: 20 }, () => bank.run('getCvv', { kitNo })))
  const refused = answers.filter(({ status }) => status === 429)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
  expect(refused).toHaveLength(15)
  for (const { code, headers } of refused) {
    expect(code).toBe('rate.limit.exceeded')
    expect(Number(headers['retry-after'])).toBeGreaterThan(3_500)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(3_600)
  }
  const stored = await bank.kit(kitNo)
  expect(stored.cvvReads).toHaveLength(5)
  expect(stored.outbox.filter(({ type }) => type === 'CvvRevealed')).toHaveLength(5)
})

test('a repeat under the same idempotency key is another read, and is refused like one', async () => {
  const { _id: kitNo } = await bank.issue('E4')
  const read = () => bank.run('getCvv', { kitNo }, { idempotencyKey: 'again' })
  await read()
  await read()
  expect((await bank.kit(kitNo)).cvvReads).toHaveLength(2)
  await kitsOf(bank.tenant).updateOne({ _id: kitNo }, { $set: { status: 'BLOCKED' } })
  expect(await read()).toMatchObject({ status: 400, code: 'card.blocked' })
})

test('a kit that is not there is as unknown as one that is reserved', async () => {
  const { _id: kitNo } = await bank.issue('E5', 'RESERVED')
  for (const unknown of [kitNo, '1']) expect(await bank.run('getCvv', { kitNo: unknown })).toMatchObject({ status: 400, code: 'MCC007' })
})

test('after a new CVV key a card keeps the CVV it was made with, also one older than rotation', async () => {
  const old = await bank.issue('E6')
  const older = await bank.issue('E6')
  const cvvOf = async ({ _id }: { _id: string }) => (await bank.run('getCvv', { kitNo: _id })).result
  await kitsOf(bank.tenant).updateOne({ _id: older._id }, { $unset: { cvkVersion: '' } })
  const before = [await cvvOf(old), await cvvOf(older)]
  await bank.hsm.rotateKey(bank.tenant.id, 'cvk')
  expect((await bank.issue('E6')).cvkVersion).toBe(2)
  expect([await cvvOf(old), await cvvOf(older)]).toEqual(before)
})
