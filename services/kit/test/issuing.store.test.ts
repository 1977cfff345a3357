// Issuing several kits as one, in the real store: a confirm that breaks off and is not repeated for
// long, and card numbers that run out.
import { randomUUID } from 'node:crypto'
import type { TenantDefinition } from '@dcms/contract'
import type { Tenant } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { JustReserved } from '../src/issuing/just-reserved.ts'
import { releaseReservations } from '../src/issuing/release-reservations.ts'
import { kitsOf } from '../src/kit.ts'
import { KitBank, notAsked } from './kit-bank.ts'
import { customerContext, dyingAfter, kitsOfEntity, tieredTenant, typesOf } from './life.ts'

let bank: KitBank
let entityId = ''
let commandId = ''

beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())
beforeEach(() => {
  entityId = `req-${randomUUID()}`
  commandId = `issue-${randomUUID()}`
  bank.parts = { customer: customerContext({ mobiles: { [entityId]: [] } }) }
})

const kits = Array.from({ length: 3 }, () => ({ accountNo: '8642135', productId: '2003_VIRTUAL' }))
const reserve = async (tenant: Tenant = bank.tenant) => await bank.run('reserveKits', { commandId, entityId, kits }, { tenant })
const reserved = async (): Promise<string[]> => ((await reserve()).result as { kitNos: string[] }).kitNos
const confirm = (kitNos: string[], change: object = {}) => bank.run('confirmKits', { commandId, entityId, kitNos }, change)
const statuses = async () => (await kitsOfEntity(bank, entityId)).map(({ status }) => status)
/** As if the ten minutes were over for these kits. */
const beLate = (kitNos: readonly string[]) =>
  kitsOf(bank.tenant).updateMany({ _id: { $in: kitNos } }, { $set: { 'reservation.until': new Date(0) } })

test('a set whose confirm broke off after the first kit is all there in the end, however late', async () => {
  const kitNos = await reserved()
  await expect(confirm(kitNos, dyingAfter(1))).rejects.toThrow('the process died')
  await beLate(kitNos.slice(1))
  await bank.sweep(releaseReservations(notAsked))
  expect(await statuses()).toEqual(['INACTIVE', 'INACTIVE', 'INACTIVE'])
  expect(await confirm(kitNos)).toMatchObject({ status: 200, result: kitNos.map((kitNo) => ({ kitNo })) })
  expect((await kitsOfEntity(bank, entityId)).map(typesOf)).toEqual([['KitIssued'], ['KitIssued'], ['KitIssued']])
})

test('a set that nobody confirms is given up as one: the others not before the first, and then no confirm finds a part of it', async () => {
  const kitNos = await reserved()
  await beLate(kitNos.slice(1))
  await bank.sweep(releaseReservations(notAsked))
  expect(await statuses()).toEqual(['RESERVED', 'RESERVED', 'RESERVED'])
  await beLate(kitNos)
  for (let runs = 0; runs < 2; runs++) await bank.sweep(releaseReservations(notAsked))
  expect(await statuses()).toEqual([])
  expect(await confirm(kitNos)).toMatchObject({ status: 400, code: 'MCC007' })
})

test('giving up and confirming at once: all kits of a set are there, or none', async () => {
  for (let round = 0; round < 8; round++) {
    commandId = `issue-${randomUUID()}`
    entityId = `req-${randomUUID()}`
    const kitNos = await reserved()
    await beLate(kitNos)
    const [confirmed] = await Promise.all([confirm(kitNos), bank.sweep(releaseReservations(notAsked))])
    await beLate(kitNos)
    for (let runs = 0; runs < 2; runs++) await bank.sweep(releaseReservations(notAsked))
    expect(await statuses()).toEqual(confirmed.status === 200 ? ['INACTIVE', 'INACTIVE', 'INACTIVE'] : [])
  }
})

const reserveUnderKey = (change: object = {}) =>
  bank.run('reserveKits', { commandId, entityId, kits }, { idempotencyKey: commandId, ...change })

test('a repeat of a reservation gets the same kits in the same order, at once, long after, confirmed or not', async () => {
  const first = await reserveUnderKey()
  const { kitNos } = first.result as { kitNos: string[] }
  const later = { clock: () => new Date(Date.now() + 60_000) }
  for (const change of [{}, later]) expect((await reserveUnderKey(change)).result).toEqual({ kitNos })
  await confirm(kitNos)
  for (const change of [{}, later]) expect((await reserveUnderKey(change)).result).toEqual({ kitNos })
  expect(await kitsOfEntity(bank, entityId)).toHaveLength(3)
})

test('of a set that is not whole a repeat is told to wait, and makes another one once the first run must have died', async () => {
  const { kitNos } = (await reserveUnderKey()).result as { kitNos: string[] }
  await kitsOf(bank.tenant).deleteOne({ _id: kitNos[2] }) // as if it had died before the third
  expect(await reserveUnderKey()).toMatchObject({ status: 409, code: 'idempotency.in.progress' })
  const again = (await reserveUnderKey({ clock: () => new Date(Date.now() + 60_000) })).result as { kitNos: string[] }
  expect(again.kitNos.filter((kitNo) => kitNos.includes(kitNo))).toEqual([])
  expect((await reserveUnderKey()).result).toEqual(again)
  expect(await confirm(again.kitNos)).toMatchObject({ status: 200 })
  expect((await reserveUnderKey()).result).toEqual(again)
})

test('a kit that this process has just reserved is confirmed without being read, also when it changed meanwhile', async () => {
  bank.parts = { ...bank.parts, justReserved: new JustReserved() }
  const [unchanged, changed, givenUp] = [await reserved(), await reserved(), await reserved()]
  const version = { $inc: { version: 1 }, $set: { aliasName: 'LATER' } }
  await kitsOf(bank.tenant).updateMany({ _id: { $in: changed } }, version)
  await kitsOf(bank.tenant).deleteMany({ _id: { $in: givenUp } })
  expect(await confirm(unchanged)).toMatchObject({ status: 200, result: unchanged.map((kitNo) => ({ kitNo, cardStatus: 'INACTIVE' })) })
  expect(await confirm(changed)).toMatchObject({ status: 200, result: changed.map((kitNo) => ({ kitNo, aliasName: 'LATER' })) })
  expect(await confirm(givenUp)).toMatchObject({ status: 400, code: 'MCC007' })
  expect((await kitsOfEntity(bank, entityId)).map(typesOf)).toEqual(Array.from({ length: 6 }, () => ['KitIssued']))
})

/** A bank whose only BIN has so many numbers. */
function smallBank(size: number, start: number): Tenant {
  const tenant = tieredTenant(bank)
  const bins = tenant.definition.bins.map((bin) => ({ ...bin, numbered: { start, size } }))
  return { ...tenant, definition: { ...tenant.definition, bins } as TenantDefinition }
}

test('a set that finds too few numbers is refused, and nothing of it stays', async () => {
  expect(await reserve(smallBank(2, 1_000))).toMatchObject({
    status: 400,
    code: 'bin.range.exhausted',
    fieldError: ['BIN 608040 of product 2003_VIRTUAL has no card numbers left'],
  })
  expect(await statuses()).toEqual([])
})

test('upgrade, replacement and a fresh card are refused while the range is used up, and the old card stays what it is', async () => {
  const { _id: kitNo } = await bank.issue(entityId, 'ACTIVE')
  const tenant = smallBank(1, 2_000)
  await bank.run('applyForCard', { entityId: 'other' }, { tenant }) // nobody: nothing is numbered
  const { product } = bank
  await bank.newNumbering().number(tenant, product)
  const used = { status: 400, code: 'bin.range.exhausted' }
  expect(await bank.run('upgradeCard', { entityId, kitNo }, { tenant })).toMatchObject(used)
  const replacement = { entityId, oldKit: kitNo, operation: 'REPLACE', cardType: 'VIRTUAL' }
  expect(await bank.run('manageKit', replacement, { tenant })).toMatchObject(used)
  expect(await bank.run('applyForCard', { entityId }, { tenant })).toMatchObject(used)
  expect(await statuses()).toEqual(['ACTIVE'])
  expect(await bank.run('manageKit', replacement, { tenant: tieredTenant(bank) })).toMatchObject({ status: 200 })
})
