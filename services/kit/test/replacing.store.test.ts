// Replacing and upgrading cards in the real store: what the new card is, and what a process that
// dies half way leaves. Rules: docs/rules.md#replacement, docs/rules.md#upgrade.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { releaseReservations } from '../src/issuing/release-reservations.ts'
import { kitsOf } from '../src/kit.ts'
import { finishSuccessions } from '../src/life/finish-successions.ts'
import { KitBank, notAsked } from './kit-bank.ts'
import { customerContext, dyingAfter, kitsOfEntity, newKitOf, replay, tieredTenant, typesOf } from './life.ts'

const LATER_MS = 60_000
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

// The sweep as it runs a minute later: nothing counts as still under way.
const finish = () => bank.sweep(finishSuccessions(() => Date.now() + LATER_MS))
const run = (name: string, body: object, change: object = {}) => bank.run(name, body, { tenant: tieredTenant(bank), ...change })
const replace = (oldKit: string, more: object = {}, change: object = {}) =>
  run('manageKit', { entityId, oldKit, operation: 'REPLACE', cardType: 'VIRTUAL', ...more }, change)
const upgrade = (kitNo: string, more: object = {}, change: object = {}) => run('upgradeCard', { entityId, kitNo, ...more }, change)
test('a replaced card is out of use, and the new one is INACTIVE with a number of its own on the same account', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const answered = await replace(old._id)
  expect(answered.status).toBe(200)
  const shown = newKitOf(answered)
  expect(answered.result).toMatchObject({ status: true, entityId })
  expect(shown).toMatchObject({ cardStatus: 'INACTIVE', accountNo: old.accountNo, cardType: 'VIRTUAL', entityId })
  expect(shown.kitNo).not.toBe(old._id)
  const [before, next] = [await bank.kit(old._id), await bank.kit(shown.kitNo)]
  expect(before).toMatchObject({ status: 'REPLACED', successor: { kitNo: next._id } })
  expect(before.successorPendingAt).toBeUndefined()
  expect(next).toMatchObject({ predecessor: old._id, status: 'INACTIVE' })
  expect(await bank.cardNumberOf(next)).not.toBe(await bank.cardNumberOf(before))
  expect(before.outbox.at(-1)).toMatchObject({ type: 'KitReplaced', payload: { newKitNo: next._id, operation: 'REPLACE' } })
  expect(next.outbox.at(-1)).toMatchObject({ type: 'KitIssued', payload: { predecessor: old._id, cardStatus: 'INACTIVE' } })
})

test('the name, the tier and the way to the holder go on; the design goes on where the product does', async () => {
  const old = await bank.issue(entityId, 'ACTIVE', '2003_PHYSICAL')
  const kept = { aliasName: 'A RAO', tierType: 'CLASSIC', plasticCode: 'ROSE', deliveryAddress: 'COMMUNICATION' as const }
  await kitsOf(bank.tenant).updateOne({ _id: old._id }, { $set: kept })
  const same = await bank.kit(newKitOf(await replace(old._id, { cardType: 'PHYSICAL' })).kitNo)
  expect(same).toMatchObject({ ...kept, productId: '2003_PHYSICAL' })
  await kitsOf(bank.tenant).updateOne({ _id: same._id }, { $set: { status: 'ACTIVE' } })
  const other = await bank.kit(newKitOf(await replace(same._id)).kitNo)
  expect(other).toMatchObject({ aliasName: 'A RAO', tierType: 'CLASSIC', productId: '2003_VIRTUAL' })
  expect(other).not.toHaveProperty('plasticCode')
  expect(other).not.toHaveProperty('deliveryAddress')
})

test.each([
  [{ cardType: undefined }, ['cardType is required for REPLACE']],
  [{ operation: 'BLOCK_AND_REPLACE', cardType: 'PHYSICAL' }, ['deliveryAddress is required for BLOCK_AND_REPLACE with a PHYSICAL card']],
  [{ cardType: 'PHYSICAL', deliveryAddress: 'COMMUNICATION' }, ["deliveryAddress COMMUNICATION is not one of the customer's addresses"]],
])('%j is refused, nothing is made and nothing changes', async (more, fieldError) => {
  bank.parts = { customer: customerContext({ mobiles: { [entityId]: [] }, withoutAddress: 'COMMUNICATION' }) }
  const old = await bank.issue(entityId, 'ACTIVE')
  expect(await replace(old._id, more)).toMatchObject({ status: 400, code: 'invalid.input.request', fieldError })
  expect(await kitsOfEntity(bank, entityId)).toEqual([old])
})

test('a scheme without a product of the wanted type is refused, and nothing changes', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const tenant = tieredTenant(bank)
  const products = tenant.definition.products.filter(({ cardType }) => cardType === 'VIRTUAL')
  const without = { tenant: { ...tenant, definition: { ...tenant.definition, products } } }
  expect(await replace(old._id, { cardType: 'PHYSICAL' }, without)).toMatchObject({ code: 'product.not.found' })
  expect(await kitsOfEntity(bank, entityId)).toEqual([old])
})

test('another customer’s card is as unknown as one that does not exist, and a finished one is refused by the table', async () => {
  const theirs = await bank.issue('somebody-else', 'ACTIVE')
  expect(await replace(theirs._id)).toEqual(await replace('NOSUCHKIT'))
  expect(await replace(theirs._id)).toMatchObject({ status: 400, code: 'MCC007' })
  const closed = await bank.issue(entityId, 'CLOSED')
  expect(await replace(closed._id)).toMatchObject({ code: 'card.already.closed' })
})

test('a bank may switch HOTLIST off', async () => {
  const kit = await bank.issue(entityId, 'ACTIVE')
  const hotlist = (settings: { hotlist: boolean }) =>
    run('manageKit', { entityId, oldKit: kit._id, operation: 'HOTLIST' }, { tenant: tieredTenant(bank, settings) })
  expect(await hotlist({ hotlist: false })).toMatchObject({ status: 400, code: 'product.level.disable' })
  expect(await hotlist({ hotlist: true })).toMatchObject({ status: 200, result: { status: true } })
  expect((await bank.kit(kit._id)).status).toBe('HOTLISTED')
})

// After which write the process dies.
const deaths = Object.entries({ 'the old card names its successor': 1, 'the successor is confirmed': 2 })

test.each(deaths)('a process that dies after %s: the sweep finishes, once', async (_where, writes) => {
  const old = await bank.issue(entityId, 'ACTIVE')
  await expect(replace(old._id, {}, dyingAfter(writes))).rejects.toThrow('the process died')
  expect((await bank.kit(old._id)).successorPendingAt).toBeInstanceOf(Date)
  await finish()
  await finish()
  const [before, next, ...others] = await kitsOfEntity(bank, entityId)
  expect(others).toEqual([])
  expect([before?.status, next?.status]).toEqual(['REPLACED', 'INACTIVE'])
  expect(before?.successorPendingAt).toBeUndefined()
  if (!before || !next) throw new Error('a kit is missing')
  expect([typesOf(before).filter((type) => type === 'KitReplaced'), typesOf(next)]).toEqual([['KitReplaced'], ['KitIssued']])
})

test.each(deaths)('a process that dies after %s: the repeat gives the new card, and there is one', async (_where, writes) => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const requestId = randomUUID()
  await expect(replace(old._id, { requestId }, dyingAfter(writes))).rejects.toThrow('the process died')
  const repeated = await replace(old._id, { requestId })
  const again = await replace(old._id, { requestId })
  expect(repeated.status).toBe(200)
  expect(again).toEqual(repeated)
  const kits = await kitsOfEntity(bank, entityId)
  expect(kits.map(({ _id, status }) => [_id, status])).toEqual([
    [old._id, 'REPLACED'],
    [newKitOf(repeated).kitNo, 'INACTIVE'],
  ])
})

test('a kit that was made and never named is taken back; one that was named is not, however late', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  await expect(replace(old._id, {}, dyingAfter(1))).rejects.toThrow('the process died')
  const [, named] = await kitsOfEntity(bank, entityId)
  if (!named?.reservation) throw new Error('there is no reserved kit')
  const past = { ...named.reservation, until: new Date(0) }
  const left = { ...named, _id: `${named._id}9`, reservation: past }
  await kitsOf(bank.tenant).collection.insertOne(left as never)
  await kitsOf(bank.tenant).updateOne({ _id: named._id }, { $set: { reservation: past } })
  await bank.sweep(releaseReservations(notAsked))
  expect((await kitsOfEntity(bank, entityId)).map(({ _id }) => _id)).toEqual([old._id, named._id])
})

test('another command that meets a half finished replacement finishes it first', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  await expect(replace(old._id, {}, dyingAfter(1))).rejects.toThrow('the process died')
  expect(await replace(old._id, { reason: 'another order' })).toMatchObject({ status: 400, code: 'card.status.active' })
  expect((await kitsOfEntity(bank, entityId)).map(({ status }) => status)).toEqual(['REPLACED', 'INACTIVE'])
})

test('an upgraded card stays usable until the new one is activated; then it is replaced', async () => {
  const old = await bank.issue(entityId, 'LOCKED')
  const shown = newKitOf(await upgrade(old._id))
  expect(shown).toMatchObject({
    cardStatus: 'ASSIGNED',
    productId: '2003_PLATINUM_VIRTUAL',
    tierType: 'PLATINUM',
    accountNo: old.accountNo,
  })
  expect((await bank.kit(old._id)).status).toBe('LOCKED')
  expect(await run('activateKit', { entityId, kitNo: shown.kitNo })).toMatchObject({ status: 200 })
  const [before, next] = [await bank.kit(old._id), await bank.kit(shown.kitNo)]
  expect([before.status, next.status]).toEqual(['REPLACED', 'ACTIVE'])
  expect(next.takeOverPendingAt).toBeUndefined()
  expect(typesOf(before).slice(-2)).toEqual(['KitUpgraded', 'KitReplaced'])
  expect(before.outbox.at(-1)?.payload).toMatchObject({ operation: 'TAKE_OVER', newKitNo: next._id, previousStatus: 'LOCKED' })
})

test('where the bank wants it, an upgraded card is replaced at once', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const tenant = tieredTenant(bank, { upgradeReplaceAtOnce: true })
  const { kitNo } = newKitOf(await upgrade(old._id, {}, { tenant }))
  const before = await bank.kit(old._id)
  expect([before.status, typesOf(before).slice(-2)]).toEqual(['REPLACED', ['KitUpgraded', 'KitReplaced']])
  expect((await bank.kit(kitNo)).takesOver).toBeUndefined()
})

test.each([
  ['a tier that is not there', { kitInfo: [{ tierType: 'GOLD' }] }, 'tier.not.found'],
  ['a design that is not there', { kitInfo: [{ plasticCode: 'WOOD' }] }, 'plastic.not.found'],
])('an upgrade to %s is refused', async (_what, more, code) => {
  const old = await bank.issue(entityId, 'ACTIVE')
  expect(await upgrade(old._id, more)).toMatchObject({ status: 400, code })
  expect(await kitsOfEntity(bank, entityId)).toEqual([old])
})

test('the highest tier has none above it, and what is asked for goes before what follows', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const wanted = {
    deliveryAddress: 'PERMANENT',
    kitInfo: [{ aliasName: 'ASHA', cardType: 'PHYSICAL', plasticCode: 'METAL', tierType: 'PLATINUM' }],
  }
  const { kitNo } = newKitOf(await upgrade(old._id, wanted))
  const next = await bank.kit(kitNo)
  expect(next).toMatchObject({ aliasName: 'ASHA', productId: '2003_PLATINUM_PHYSICAL', plasticCode: 'METAL', deliveryAddress: 'PERMANENT' })
  await run('activateKit', { entityId, kitNo })
  expect(await upgrade(kitNo)).toMatchObject({ status: 400, code: 'tier.not.found' })
})

test.each([1, 2])('an activation that dies at write %i replaces the old card by the sweep or the repeat', async (writes) => {
  for (const finisher of ['sweep', 'repeat']) {
    const old = await bank.issue(entityId, 'ACTIVE')
    const { kitNo } = newKitOf(await upgrade(old._id))
    const activation = { entityId, kitNo }
    const keyed = { idempotencyKey: randomUUID() }
    await expect(run('activateKit', activation, { ...keyed, ...dyingAfter(writes) })).rejects.toThrow('the process died')
    if (finisher === 'sweep') await finish()
    else expect(await run('activateKit', activation, keyed)).toMatchObject({ status: 200, result: 'success' })
    const [before, next] = [await bank.kit(old._id), await bank.kit(kitNo)]
    expect([before.status, next.status, next.takeOverPendingAt]).toEqual(['REPLACED', 'ACTIVE', undefined])
    expect(typesOf(before).filter((type) => type === 'KitReplaced')).toHaveLength(1)
  }
})

test('a card that was hotlisted while its upgrade was on the way stays so', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const { kitNo } = newKitOf(await upgrade(old._id))
  await run('manageKit', { entityId, oldKit: old._id, operation: 'HOTLIST' })
  await run('activateKit', { entityId, kitNo })
  expect([(await bank.kit(old._id)).status, (await bank.kit(kitNo)).status]).toEqual(['HOTLISTED', 'ACTIVE'])
})

test('an upgrade that is lost in the post and replaced takes the old card’s place all the same', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const lost = newKitOf(await upgrade(old._id))
  const { kitNo } = newKitOf(await replace(lost.kitNo, { operation: 'BLOCK_AND_REPLACE' }))
  await run('activateKit', { entityId, kitNo })
  const statuses = await Promise.all([old._id, lost.kitNo, kitNo].map(async (each) => (await bank.kit(each)).status))
  expect(statuses).toEqual(['REPLACED', 'REPLACED', 'ACTIVE'])
})

test('a repeat of an upgrade gets its card also after a day', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const first = await upgrade(old._id, { requestId: 'upgrade-1' })
  await bank.tenant.database.collection('requests').deleteMany({}) // as after a day
  expect(newKitOf(await upgrade(old._id, { requestId: 'upgrade-1' })).kitNo).toBe(newKitOf(first).kitNo)
})

test('all events of replaced and upgraded cards are the table’s', async () => {
  const first = await bank.issue(entityId, 'INACTIVE')
  await run('activateKit', { entityId, kitNo: first._id })
  const second = newKitOf(await replace(first._id))
  await run('activateKit', { entityId, kitNo: second.kitNo })
  const third = newKitOf(await upgrade(second.kitNo))
  await run('activateKit', { entityId, kitNo: third.kitNo })
  expect((await kitsOfEntity(bank, entityId)).map(replay)).toEqual([
    ['RESERVED', 'INACTIVE', 'ACTIVE', 'REPLACED'],
    ['RESERVED', 'INACTIVE', 'ACTIVE', 'ACTIVE', 'REPLACED'],
    ['RESERVED', 'ASSIGNED', 'ACTIVE'],
  ])
})
