// Every look-up of a card or an account, and what sweeps look for, reads an index and not all kits:
// by what the store explains.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { productionsAtWork, productionsOf } from '../src/issuing/production.ts'
import { lateReservations } from '../src/issuing/release-reservations.ts'
import { kitsOf, ownedBy } from '../src/kit.ts'
import { kitsWithSuccessorPending, kitsWithTakeOverPending } from '../src/life/finish-successions.ts'
import { kitsOfStatus } from '../src/life/kits-by-expiry.ts'
import { kitsWithMask } from '../src/look-ups/entities-by-masked-card.ts'
import { kitsOfAccount } from '../src/look-ups/fetch-kits-by-account-no.ts'
import { kitsEnding } from '../src/look-ups/find-cards.ts'
import { kitsWithShipmentDue } from '../src/shipments/book-shipments.ts'
import { oneOfOlderKey } from '../src/vault/kits-of-older-keys.ts'
import { pansOf, reservedUnder } from '../src/vault/pan-index.ts'
import { indexesUsed } from './indexes-used.ts'
import { KitBank } from './kit-bank.ts'

const KITS = 3_000
let bank: KitBank
beforeAll(async () => {
  bank = await KitBank.start()
  const kits = Array.from({ length: KITS }, (_, at) => ({
    _id: `K${at}`,
    entityId: `E${at}`,
    accountNo: `A${at}`,
    status: 'ACTIVE',
    maskedPan: `608040XXXXXX${String(at).padStart(4, '0')}`,
    lastSixIndex: `L${at}`,
    createdAt: new Date(at),
    expiry: '3110',
    panKeyVersion: 1,
    indexVersion: 1,
    ...(at < 3 && { shipmentDueAt: new Date(at), successorPendingAt: new Date(at), takeOverPendingAt: new Date(at) }),
    ...(at < 3 && { status: 'RESERVED', reservation: { commandId: 'c', until: new Date(at) } }),
  }))
  await kitsOf(bank.tenant).collection.insertMany(kits as never)
  const pans = Array.from({ length: KITS }, (_, at) => ({ _id: `P${at}`, kitNo: `K${at}`, indexVersion: 1 }))
  await pansOf(bank.tenant).collection.insertMany(pans as never)
  const productions = Array.from({ length: KITS }, (_, at) => ({ _id: `O${at}`, ...(at < 3 && { turnAt: new Date(at) }) }))
  await productionsOf(bank.tenant).collection.insertMany(productions as never)
})
afterAll(() => bank.close())

test('the masked number, the last digits, the account and the customer of a card have an index each', async () => {
  expect(indexesUsed(await kitsWithMask(bank.tenant, '608040XXXXXX0007').explain())).toEqual(['maskedPan_1_entityId_1'])
  expect(indexesUsed(await kitsOfAccount(bank.tenant, 'A7').explain())).toEqual(['owned_accountNo_createdAt'])
  const ending = kitsEnding(bank.tenant, ['L7', 'L8'], { expiry: '3110', entityIds: ['E7', 'E9'] })
  expect(indexesUsed(await ending.explain())).toEqual(['owned_lastSixIndex'])
  const ofCustomer = kitsOf(bank.tenant)
    .find({ entityId: ownedBy('E7') })
    .sort({ createdAt: 1, _id: 1 })
  expect(indexesUsed(await ofCustomer.explain())).toEqual(['owned_entityId_createdAt'])
})

test('a whole card number is looked up by the `_id` of its keyed index, under one version of the key or two, and then by that of the kit', async () => {
  const kit = kitsOf(bank.tenant).find({ _id: 'K7' })
  for (const query of [reservedUnder(bank.tenant, ['P7']), reservedUnder(bank.tenant, ['P7', 'P8']), kit]) {
    const explained = await query.explain()
    expect(indexesUsed(explained)).toEqual(['_id_'])
    expect(isById(explained)).toBe(true)
  }
  expect(isById(await kitsOf(bank.tenant).find({ productName: 'X' }).explain())).toBe(false) // goes through all kits by `_id_`
})

test('sweeps and jobs find what is theirs without looking at the other kits', async () => {
  const { tenant } = bank
  const now = new Date()
  const indexOf = {
    shipmentDueAt_1: kitsWithShipmentDue(tenant, now),
    successorPendingAt_1: kitsWithSuccessorPending(tenant, now),
    takeOverPendingAt_1: kitsWithTakeOverPending(tenant, now),
    'reservation.until_1': lateReservations(tenant, now),
    turnAt_1: productionsAtWork(tenant, now),
    status_1_expiry_1__id_1: kitsOfStatus(tenant, 'ACTIVE', { expiry: { $lt: '2612' } }),
  }
  for (const [index, query] of Object.entries(indexOf)) expect([index, indexesUsed(await query.explain())]).toEqual([index, [index]])
  const carriedOn = kitsOfStatus(tenant, 'ACTIVE', { expiry: { $lt: '2612' } }, { status: 'ACTIVE', expiry: '2610', kitNo: 'K7' })
  expect(indexesUsed(await carriedOn.explain())).toEqual(['status_1_expiry_1__id_1'])
})

test.each(['panKeyVersion', 'indexVersion'] as const)('whether there are kits of an older %s its index tells', async (field) => {
  for (const query of oneOfOlderKey(bank.tenant, field, 1)) expect(indexesUsed(await query.explain())).toEqual([`${field}_1__id_1`])
})

/**
 * FerretDB narrows the scan of `_id_` to the ids that are asked for; MongoDB calls that IDHACK or
 * gives bounds.
 */
const isById = (explained: unknown): boolean => /object_id OPERATOR|IDHACK|EXPRESS_IXSCAN|"_id":\["\[/.test(JSON.stringify(explained))
