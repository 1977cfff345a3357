// Reading a CVV: the rule, and on the real store that nobody reads more often than allowed, also at
// once. Rule: docs/rules.md#cvv-reads.
import { cvvRevealedEvent, validatorOf } from '@dcms/contract'
import { refuse, refuseFor, type Tenant } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { KitBank } from '../../test/kit-bank.ts'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import type { KitParts } from '../commands.ts'
import { kitsOf } from '../kit.ts'
import { decideReveal } from './get-cvv.ts'

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

const limited = (settings: object): Tenant => ({
  ...bank.tenant,
  definition: { ...bank.tenant.definition, settings } as Tenant['definition'],
})

test('a customer that is named must be the holder, and a bank may want it named', async () => {
  const { _id: kitNo } = await bank.issue('E7')
  const read = (body: object, settings: object = {}) => bank.run('getCvv', { kitNo, ...body }, { tenant: limited(settings) })
  expect(await read({ entityId: 'E7' })).toMatchObject({ status: 200 })
  expect(await read({ entityId: 'E8' })).toMatchObject({ status: 400, code: 'MCC007' })
  expect(await read({}, { cvvNeedsEntity: true })).toMatchObject({ code: 'invalid.input.request', fieldError: ['entityId is required'] })
  expect(await read({ entityId: 'E7' }, { cvvNeedsEntity: true })).toMatchObject({ status: 200 })
  expect((await bank.kit(kitNo)).cvvReads).toHaveLength(2)
})

test.each([
  ['a user', { cvvReadsPerUser: 10 }, 'harvester'],
  ['all users of a bank', { cvvReadsPerBank: 10 }, null],
] as const)('whatever the card, %s reads no more within an hour than the bank allows, also at once', async (_whose, settings, user) => {
  const lines: object[] = []
  bank.parts = { logger: { warn: (line: object) => lines.push(line) } as unknown as KitParts['logger'] }
  const hour = new Date(Date.now() + (user === null ? 2 : 4) * 3_600_000) // one that no other test has read in
  const kits = await Promise.all(Array.from({ length: 14 }, () => bank.issue('E9')))
  const reads = kits.map(({ _id }, position) =>
    bank.run('getCvv', { kitNo: _id }, { tenant: limited(settings), user: user ?? `user-${position % 3}`, clock: () => hour }),
  )
  const answers = await Promise.all(reads)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
  for (const { code, headers } of answers.filter(({ status }) => status !== 200)) {
    expect(code).toBe('rate.limit.exceeded')
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  }
  if (user !== null)
    expect(
      await bank.run('getCvv', { kitNo: kits[13]?._id }, { tenant: limited(settings), user: 'another', clock: () => hour }),
    ).toMatchObject({
      status: 200,
    })
  const whose = user === null ? 'bank' : 'user'
  expect(lines).toEqual(
    expect.arrayContaining([expect.objectContaining({ whose, at: 'warning' }), expect.objectContaining({ whose, at: 'limit' })]),
  )
  expect(lines).toHaveLength(2) // each once, whoever reads on
  bank.parts = {}
})
