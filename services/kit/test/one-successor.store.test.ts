// One card, one successor: however often and in whatever order a card is upgraded and replaced, at
// most one kit waits to take its place, and at most one of all cards that came from it is in use.
// Rule: docs/rules.md#one-card-one-successor.
import { randomUUID } from 'node:crypto'
import type { KitStatus } from '@dcms/contract'
import { newlyStored, type Sweep } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type Kit, kitsOf } from '../src/kit.ts'
import { decideExpiry } from '../src/life/expire-kits.ts'
import { finishSuccessions } from '../src/life/finish-successions.ts'
import { type Answered, KitBank } from './kit-bank.ts'
import { customerContext, dyingAfter, kitsOfEntity, newKitOf, replay, tieredTenant, typesOf } from './life.ts'

let bank: KitBank
let entityId = ''
let old: Kit

beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())
beforeEach(async () => {
  entityId = `req-${randomUUID()}`
  bank.parts = { customer: customerContext({ mobiles: { [entityId]: [] } }) }
  old = await bank.issue(entityId, 'ACTIVE')
})

const run = (name: string, body: object, change: object = {}) => bank.run(name, body, { tenant: tieredTenant(bank), ...change })
const upgrade = (kitNo = old._id, more: object = {}, change: object = {}) => run('upgradeCard', { entityId, kitNo, ...more }, change)
const manage = (operation: string, oldKit = old._id, more: object = {}) =>
  run('manageKit', { entityId, oldKit, operation, ...(operation.endsWith('REPLACE') && { cardType: 'VIRTUAL' }), ...more })
const activate = (kitNo: string, change: object = {}) => run('activateKit', { entityId, kitNo }, change)
const close = (kitNo: string) => run('closeKit', { kitNo })
const kitNoOf = (answered: Answered): string => newKitOf(answered).kitNo
const statuses = async (): Promise<KitStatus[]> => (await kitsOfEntity(bank, entityId)).map(({ status }) => status)
const refused = (code: string) => ({ status: 400, code })

test('three upgrades in a row are one: each answers the card that waits, and that one is activated', async () => {
  const first = kitNoOf(await upgrade())
  expect([kitNoOf(await upgrade()), kitNoOf(await upgrade(old._id, { kitInfo: [{ tierType: 'PLATINUM' }] }))]).toEqual([first, first])
  expect(await statuses()).toEqual(['ACTIVE', 'ASSIGNED'])
  expect(typesOf(await bank.kit(old._id)).filter((type) => type === 'KitUpgraded')).toHaveLength(1)
  expect(await activate(first)).toMatchObject({ status: 200 })
  expect(await statuses()).toEqual(['REPLACED', 'ACTIVE'])
})

test('six upgrades at once, with and without keys, are one', async () => {
  const answered = await Promise.all(Array.from({ length: 6 }, (_, n) => upgrade(old._id, n % 2 === 0 ? {} : { requestId: randomUUID() })))
  expect(new Set(answered.map(kitNoOf)).size).toBe(1)
  expect(await statuses()).toEqual(['ACTIVE', 'ASSIGNED'])
})

test('another upgrade is refused while one waits, and taken once that one is closed, blocked, hotlisted or expired', async () => {
  const other = { kitInfo: [{ cardType: 'PHYSICAL' }] }
  const ends: Record<string, (kitNo: string) => Promise<unknown>> = {
    closed: close,
    blocked: (kitNo) => manage('BLOCK', kitNo),
    hotlisted: (kitNo) => manage('HOTLIST', kitNo),
    expired: async (kitNo) => {
      const kit = await bank.kit(kitNo)
      const run: Sweep['run'] = async (scopeOf, tenant) => {
        const scope = scopeOf(tenant, randomUUID())
        await scope.commit(kitsOf, kit, decideExpiry(kit, scope), null)
      }
      await bank.sweep({ name: 'expire', everyMs: 1_000, run })
    },
  }
  for (const [how, end] of Object.entries(ends)) {
    old = await bank.issue(entityId, 'ACTIVE')
    const waiting = kitNoOf(await upgrade())
    expect([how, await upgrade(old._id, other)]).toMatchObject([how, refused('card.status.active')])
    await end(waiting)
    const next = kitNoOf(await upgrade(old._id, other))
    expect([how, next]).not.toEqual([how, waiting])
    expect((await activate(waiting)).status).toBe(400)
    expect(await activate(next)).toMatchObject({ status: 200 })
    expect((await bank.kit(old._id)).status).toBe('REPLACED')
  }
})

test.each(['REPLACE', 'BLOCK_AND_REPLACE'])(
  '%s takes the card out of use and names the one that waits: no further card',
  async (operation) => {
    old = await bank.issue(entityId, 'INACTIVE')
    await activate(old._id)
    const waiting = kitNoOf(await upgrade())
    const requestId = randomUUID()
    const replaced = await manage(operation, old._id, { requestId })
    expect(replaced).toMatchObject({
      status: 200,
      result: { status: true, entityId, kitInfo: [{ kitNo: waiting, cardStatus: 'ASSIGNED' }] },
    })
    expect(await manage(operation, old._id, { requestId })).toEqual(replaced)
    expect(await manage(operation)).toMatchObject(refused('card.status.active'))
    expect(await upgrade()).toMatchObject(refused('card.status.active'))
    expect((await statuses()).slice(1)).toEqual(['REPLACED', 'ASSIGNED'])
    const before = await bank.kit(old._id)
    expect(before.outbox.at(-1)).toMatchObject({ type: 'KitReplaced', payload: { newKitNo: waiting, operation } })
    expect(await activate(waiting)).toMatchObject({ status: 200 })
    expect((await kitsOfEntity(bank, entityId)).slice(1).map(replay)).toEqual([
      ['RESERVED', 'INACTIVE', 'ACTIVE', 'ACTIVE', 'REPLACED'],
      ['RESERVED', 'ASSIGNED', 'ACTIVE'],
    ])
  },
)

test('LOCK, UNLOCK, BLOCK and HOTLIST work as always while an upgrade waits; a blocked card is replaced by the one that waits', async () => {
  const waiting = kitNoOf(await upgrade())
  for (const operation of ['LOCK', 'UNLOCK', 'LOCK']) expect(await manage(operation)).toMatchObject({ status: 200 })
  expect(kitNoOf(await upgrade())).toBe(waiting)
  expect(await manage('BLOCK')).toMatchObject({ status: 200 })
  expect(await upgrade()).toMatchObject(refused('card.blocked'))
  expect(kitNoOf(await manage('REPLACE'))).toBe(waiting)
  old = await bank.issue(entityId, 'LOCKED')
  const next = kitNoOf(await upgrade())
  expect(await manage('HOTLIST')).toMatchObject({ status: 200 })
  expect(await activate(next)).toMatchObject({ status: 200 })
  expect((await bank.kit(old._id)).status).toBe('HOTLISTED')
})

test('the place is handed on by a waiting card that is replaced, as often as that happens', async () => {
  const lost = kitNoOf(await upgrade())
  let last = lost
  for (let count = 0; count < 4; count++) last = kitNoOf(await manage('BLOCK_AND_REPLACE', last))
  expect(kitNoOf(await upgrade())).toBe(last)
  expect(kitNoOf(await manage('REPLACE'))).toBe(last)
  expect(await activate(lost)).toMatchObject(refused('card.status.active'))
  expect(await activate(last)).toMatchObject({ status: 200 })
  expect(await statuses()).toEqual(['REPLACED', 'REPLACED', 'REPLACED', 'REPLACED', 'REPLACED', 'ACTIVE'])
})

test('a blocked kit that lost its place does not come back beside the one that has it', async () => {
  for (const order of [() => upgrade(), () => manage('REPLACE')]) {
    old = await bank.issue(entityId, 'ACTIVE')
    const blocked = kitNoOf(await upgrade())
    await manage('BLOCK', blocked)
    const next = kitNoOf(await order())
    expect(kitNoOf(await manage('REPLACE', blocked))).toBe(next)
    expect((await bank.kit(blocked)).status).toBe('REPLACED')
    expect(await activate(next)).toMatchObject({ status: 200 })
    expect((await bank.kit(old._id)).status).toBe('REPLACED')
  }
  old = await bank.issue(entityId, 'ACTIVE')
  const late = kitNoOf(await upgrade())
  await manage('BLOCK', late)
  await activate(kitNoOf(await upgrade()))
  expect(await manage('REPLACE', late)).toMatchObject(refused('card.status.active'))
})

test('a blocked kit gets its place back where nobody took it and nobody can any more', async () => {
  const blocked = kitNoOf(await upgrade())
  await manage('BLOCK', blocked)
  await kitsOf(bank.tenant).updateOne({ _id: blocked }, { $set: { placeGivenAwayAt: new Date() } }) // by an upgrade that was cut off
  expect(await manage('REPLACE', blocked)).toMatchObject(refused('card.status.active'))
  await manage('HOTLIST')
  expect(await activate(kitNoOf(await manage('REPLACE', blocked)))).toMatchObject({ status: 200 })
})

test('a blocked kit that is replaced while its card is upgraded anew: one of the two has the place', async () => {
  for (let round = 0; round < 5; round++) {
    old = await bank.issue(entityId, 'ACTIVE')
    const blocked = kitNoOf(await upgrade())
    await manage('BLOCK', blocked)
    const [one, other] = await Promise.all([upgrade(), manage('REPLACE', blocked)])
    // Where the upgrade has the place and has not named its card yet, the replacement is refused.
    if (other.status === 200) expect(kitNoOf(one)).toBe(kitNoOf(other))
    else expect(other).toMatchObject(refused('card.status.active'))
    expect(kitNoOf(await manage('REPLACE'))).toBe(kitNoOf(one))
    expect(await activate(kitNoOf(one))).toMatchObject({ status: 200 })
  }
  expect((await statuses()).filter((status) => status === 'ACTIVE')).toHaveLength(5 + 1) // and the one of before the rounds
})

test('a chain of cards: each has one successor, and the one before is replaced when it is activated', async () => {
  const second = kitNoOf(await upgrade())
  expect(await upgrade(second)).toMatchObject(refused('card.status.active'))
  await activate(second)
  const third = kitNoOf(await manage('REPLACE', second))
  await activate(third)
  expect(await upgrade(old._id)).toMatchObject(refused('card.status.active'))
  expect(await manage('REPLACE', second)).toMatchObject(refused('card.status.active'))
  expect(await statuses()).toEqual(['REPLACED', 'REPLACED', 'ACTIVE'])
})

test('with the card replaced at once there is one successor too', async () => {
  const atOnce = { tenant: tieredTenant(bank, { upgradeReplaceAtOnce: true }) }
  const answered = await Promise.all(Array.from({ length: 3 }, () => upgrade(old._id, {}, atOnce)))
  expect(answered.map(({ status }) => status).sort()).toEqual([200, 400, 400])
  expect(await statuses()).toEqual(['REPLACED', 'ASSIGNED'])
})

test('a fresh physical card is no way around a physical upgrade that waits', async () => {
  await upgrade(old._id, { kitInfo: [{ cardType: 'PHYSICAL' }] })
  expect(await run('applyForCard', { entityId })).toMatchObject(refused('card.already.active'))
})

test('a waiting card that got its plastic is still the answer to the same upgrade', async () => {
  const waiting = kitNoOf(await upgrade())
  expect(await run('applyForCard', { entityId, kitNo: waiting })).toMatchObject({ status: 200 })
  expect(kitNoOf(await upgrade())).toBe(waiting)
})

test('an activation that was cut off before the old card was replaced comes first: the old card is not replaced a second time', async () => {
  const waiting = kitNoOf(await upgrade())
  await expect(activate(waiting, dyingAfter(1))).rejects.toThrow('the process died')
  expect(await manage('REPLACE')).toMatchObject(refused('card.status.active'))
  expect(await statuses()).toEqual(['REPLACED', 'ACTIVE'])
})

test('of cards that an earlier release let wait side by side, the one that the old card names is activated, the others are not', async () => {
  const named = await bank.kit(kitNoOf(await upgrade()))
  const another = { ...newlyStored({ ...named, _id: `${named._id}9` }), outbox: [], sequence: 0 }
  await kitsOf(bank.tenant).collection.insertOne(another as never)
  expect(await activate(another._id)).toMatchObject(refused('card.status.active'))
  expect(await activate(named._id)).toMatchObject({ status: 200 })
  expect(await activate(another._id)).toMatchObject(refused('card.status.active'))
})

test('a process that dies while the place is handed on: the sweep finishes, and there is one that waits', async () => {
  const lost = kitNoOf(await upgrade())
  await expect(
    run('manageKit', { entityId, oldKit: lost, operation: 'BLOCK_AND_REPLACE', cardType: 'VIRTUAL' }, dyingAfter(1)),
  ).rejects.toThrow('the process died')
  await bank.sweep(finishSuccessions(() => Date.now() + 60_000))
  const [, , next] = await kitsOfEntity(bank, entityId)
  expect((await bank.kit(old._id)).successor?.kitNo).toBe(next?._id)
  expect(await activate(next?._id ?? '')).toMatchObject({ status: 200 })
  expect(await statuses()).toEqual(['REPLACED', 'REPLACED', 'ACTIVE'])
})
