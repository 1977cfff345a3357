// Handing out kits from stock, in the real store: one kit never goes to two customers, and what is
// not confirmed goes back. Rule: docs/rules.md#kits-from-stock.
import { randomUUID } from 'node:crypto'
import { type KitInfo, type KitsWithdrawn, kitAssignedEvent, kitExpiredEvent, kitIssuedEvent, validatorOf } from '@dcms/contract'
import { usedSecret } from '@dcms/leak-scan'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { releaseReservations } from '../src/issuing/release-reservations.ts'
import { type Kit, kitsOf } from '../src/kit.ts'
import { onKitsWithdrawn } from '../src/life/on-kits-withdrawn.ts'
import { KitBank } from './kit-bank.ts'
import { customerContext, dyingAfter, typesOf } from './life.ts'
import { type StockContext, stockContext, stockedKits } from './stock-context.ts'

let bank: KitBank
let stock: StockContext
let entityId = ''
let commandId = ''
beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())
beforeEach(() => {
  stock = stockContext()
  entityId = `req-${randomUUID()}`
  commandId = `register-${randomUUID()}`
  bank.parts = { inventoryOrder: stock, customer: customerContext({ mobiles: { [entityId]: [] } }) }
})

const oneKit = async (): Promise<Kit> => {
  const [kit] = await stockedKits(bank, `ORD-${randomUUID()}`, 1)
  if (!kit) throw new Error('a kit was produced')
  return kit
}
const wanted = { accountNo: '8642135', productId: '2003_PHYSICAL' }
const reserve = (kits: object[], change: object = {}) =>
  bank.run('reserveKits', { commandId, entityId, deliveryAddress: 'PERMANENT', kits, ...change }, { idempotencyKey: randomUUID() })
const confirm = (kitNos: readonly string[], change: object = {}) => bank.run('confirmKits', { commandId, entityId, kitNos, ...change })
const beLate = (...kitNos: string[]) =>
  kitsOf(bank.tenant).updateMany({ _id: { $in: kitNos } }, { $set: { 'reservation.until': new Date(0) } })
const giveUp = () => bank.sweep(releaseReservations(stock))
const seen = async () => ((await bank.run('kitsOfEntity', { entityId })).result as KitInfo[]).map(({ kitNo }) => kitNo)
const statusOf = async (kitNo: string) => (await bank.run('statusesOfKits', { kitNos: [kitNo] })).result

test('a kit from stock is nobody’s until it is confirmed, then its customer’s, told of as assigned and issued, and not sent', async () => {
  const { _id: kitNo, parentKitNo, orderId, maskedPan } = await oneKit()
  expect(await reserve([{ ...wanted, kitNo, aliasName: 'A RAO' }])).toMatchObject({ status: 200, result: { kitNos: [kitNo] } })
  expect(stock.holds.get(kitNo)).toBe(commandId)
  expect(await seen()).toEqual([])
  expect(await statusOf(kitNo)).toEqual({ kits: [{ kitNo, cardStatus: 'UNALLOCATED' }] })
  expect(await confirm([kitNo])).toMatchObject({
    status: 200,
    result: [{ kitNo, entityId, accountNo: '8642135', cardStatus: 'ASSIGNED', aliasName: 'A RAO', cardNumber: maskedPan }],
  })
  const kit = await bank.kit(kitNo)
  expect(kit).not.toHaveProperty('reservation')
  expect(kit).not.toHaveProperty('shipmentDueAt')
  const [assigned, issued] = kit.outbox.map(({ payload }) => payload)
  expect(validatorOf(kitAssignedEvent.schema)(structuredClone(assigned)).valid).toBe(true)
  expect(validatorOf(kitIssuedEvent.schema)(structuredClone(issued)).valid).toBe(true)
  const told = { kitNo, orderId, entityId, accountNo: '8642135', cardStatus: 'ASSIGNED' }
  expect(assigned).toEqual({ ...told, type: 'KitAssigned', parentKitNo, assignedAt: expect.any(String) })
  expect(issued).toMatchObject({ ...told, type: 'KitIssued', maskedCardNumber: maskedPan })
  expect(kit.outbox.map(({ sequence }) => sequence)).toEqual([1, 2])
  expect(await seen()).toEqual([kitNo])
  expect(await statusOf(kitNo)).toEqual({ kits: [{ kitNo, cardStatus: 'ASSIGNED', entityId }] })
  expect(await bank.run('activateKit', { kitNo, entityId })).toMatchObject({ status: 200 })
  const last = (await bank.kit(kitNo)).outbox.at(-1)
  expect(last?.payload).toMatchObject({ type: 'KitActivated', orderId }) // every event of its status names the order
})

test('the same reservation and confirmation again answer the same, and nothing is told twice', async () => {
  const { _id: kitNo } = await oneKit()
  const kits = [{ ...wanted, kitNo }]
  const answered = [await reserve(kits), await reserve(kits)]
  const confirmed = [await confirm([kitNo]), await confirm([kitNo])]
  answered.push(await reserve(kits))
  expect(answered.map(({ result }) => result)).toEqual(Array(3).fill({ kitNos: [kitNo] }))
  expect(confirmed[1]).toEqual({ ...confirmed[0], result: confirmed[0]?.result })
  expect(typesOf(await bank.kit(kitNo))).toEqual(['KitAssigned', 'KitIssued'])
})

test.each<[string, string, (kitNo: string) => Promise<object>]>([
  ['that is nowhere in stock', 'kit.not.found', async () => ({ kitNo: 'NOWHERE1' })],
  ['that the stock has and nobody made', 'kit.not.found', async () => ({ kitNo: 'UNHEARD1' })],
  ['of another product', 'invalid.kit.info', async (kitNo) => ({ kitNo, productId: '2003_VIRTUAL' })],
  [
    'that another command is handing out',
    'invalid.kit.info',
    async (kitNo) => {
      stock.holds.set(kitNo, 'another')
      return { kitNo }
    },
  ],
  ['that has an owner', 'invalid.kit.info', (kitNo) => changed(kitNo, { status: 'ASSIGNED', entityId: 'other', issuedBy: 'another' })],
  ['that was withdrawn', 'invalid.kit.info', (kitNo) => changed(kitNo, { status: 'EXPIRED_CARD' })],
  ['whose last month is over', 'invalid.kit.info', (kitNo) => changed(kitNo, { expiry: '2001' })],
  [
    'of another plastic',
    'invalid.kit.info',
    async (kitNo) => ({ ...(await changed(kitNo, { plasticCode: 'PCLAS' })), plasticCode: 'METAL' }),
  ],
])('a kit %s is refused with %s; nothing of its set stays, and nothing is held', async (_what, code, ask) => {
  const [other, one] = [await oneKit(), await oneKit()]
  const asked = { ...wanted, ...(await ask(one._id)) }
  const before = new Map(stock.holds)
  expect(await reserve([wanted, { ...wanted, kitNo: other._id }, asked])).toMatchObject({ status: 400, code })
  expect(stock.holds).toEqual(before)
  expect(await bank.kit(other._id)).toEqual({ ...other, version: 2, commandIds: expect.any(Array) })
  expect(await kitsOf(bank.tenant).countDocuments({ entityId })).toBe(0)
})
async function changed(kitNo: string, set: object): Promise<object> {
  await kitsOf(bank.tenant).updateOne({ _id: kitNo }, { $set: set })
  return { kitNo }
}

test('a kit that is named twice in one call is refused', async () => {
  const { _id: kitNo } = await oneKit()
  expect(
    await reserve([
      { ...wanted, kitNo },
      { ...wanted, kitNo },
    ]),
  ).toMatchObject({
    status: 400,
    code: 'invalid.kit.info',
    fieldError: [`kitNo ${kitNo} is named twice`],
  })
})

test.each([false, true])('of registrations for one kit at once one gets it (a stock that lets several hold it: %s)', async (isCareless) => {
  stock.isCareless = isCareless
  const { _id: kitNo } = await oneKit()
  const names = Array.from({ length: 8 }, (_, number) => ({ entityId: `racer-${number}`, commandId: `register-${kitNo}-${number}` }))
  const reserved = await Promise.all(names.map((name) => reserve([{ ...wanted, kitNo }], name)))
  expect(reserved.map(({ code, status }) => code ?? status).toSorted()).toEqual([200, ...Array(7).fill('invalid.kit.info')])
  const confirmed = await Promise.all(names.map((name) => confirm([kitNo], name)))
  expect(confirmed.map(({ code, status }) => code ?? status).toSorted()).toEqual([200, ...Array(7).fill('MCC007')])
  const winner = reserved.findIndex(({ status }) => status === 200)
  expect(confirmed[winner]?.status).toBe(200)
  expect(await bank.kit(kitNo)).toMatchObject({ entityId: `racer-${winner}`, sequence: 2 })
})

test('a reservation that is not confirmed in time puts the kit back: another customer can have it, and the late one cannot', async () => {
  const { _id: kitNo, ...kit } = await oneKit()
  await reserve([{ ...wanted, kitNo }])
  await giveUp()
  expect((await bank.kit(kitNo)).reservation).toMatchObject({ commandId })
  await beLate(kitNo)
  await giveUp()
  expect(await bank.kit(kitNo)).toEqual({ ...kit, _id: kitNo, version: 2, commandIds: expect.any(Array) })
  expect([...stock.holds]).toEqual([])
  expect(await confirm([kitNo])).toMatchObject({ status: 400, code: 'MCC007' })
  const next = { entityId: 'next', commandId: `${commandId}-next` }
  expect(await reserve([{ ...wanted, kitNo }], next)).toMatchObject({ status: 200 })
  expect(await confirm([kitNo], next)).toMatchObject({ status: 200, result: [{ entityId: 'next' }] })
  expect(await reserve([{ ...wanted, kitNo }])).toMatchObject({ status: 400, code: 'invalid.kit.info' })
})

test('while the stock is away nothing is reserved; what is given up meanwhile goes back all the same', async () => {
  const [one, other] = [await oneKit(), await oneKit()]
  await reserve([{ ...wanted, kitNo: one._id }])
  stock.isAway = true
  await expect(reserve([{ ...wanted, kitNo: other._id }])).rejects.toThrow('inventory-order does not answer')
  expect(await bank.kit(other._id)).toEqual(other)
  await beLate(one._id)
  await giveUp()
  expect(await bank.kit(one._id)).not.toHaveProperty('reservation')
})

test.each([
  ['a kit from stock first', true],
  ['a kit from stock second', false],
])('a set with %s whose confirmation broke off after the first is all there in the end', async (_what, isFirst) => {
  const { _id: kitNo } = await oneKit()
  const kits = isFirst ? [{ ...wanted, kitNo }, wanted] : [wanted, { ...wanted, kitNo }]
  const { kitNos } = (await reserve(kits)).result as { kitNos: [string, string] }
  await expect(bank.run('confirmKits', { commandId, entityId, kitNos }, dyingAfter(1))).rejects.toThrow('the process died')
  await beLate(kitNos[1])
  await giveUp()
  expect((await seen()).toSorted()).toEqual(kitNos.toSorted())
  expect((await bank.kit(kitNo)).status).toBe('ASSIGNED')
})

test('a set that nobody confirms is given up as one, also when somebody else has its first kit by then', async () => {
  const { _id: kitNo } = await oneKit()
  const { kitNos } = (await reserve([{ ...wanted, kitNo }, wanted])).result as { kitNos: [string, string] }
  await beLate(kitNos[1])
  await giveUp() // not before the first
  expect(await kitsOf(bank.tenant).countDocuments({ _id: kitNos[1] })).toBe(1)
  await beLate(kitNo)
  await giveUp()
  const next = { entityId: 'next', commandId: `${commandId}-next` }
  await reserve([{ ...wanted, kitNo }], next)
  await confirm([kitNo], next)
  await beLate(kitNos[1])
  await giveUp()
  expect(await kitsOf(bank.tenant).countDocuments({ _id: kitNos[1] })).toBe(0)
  expect(await seen()).toEqual([])
})

test('giving up and confirming at once: the kit is the customer’s or in stock', async () => {
  for (const { _id: kitNo } of await stockedKits(bank, `ORD-${randomUUID()}`, 6)) {
    commandId = `register-${randomUUID()}`
    await reserve([{ ...wanted, kitNo }])
    await beLate(kitNo)
    const [confirmed] = await Promise.all([confirm([kitNo]), giveUp()])
    const { status, entityId: owner, reservation } = await bank.kit(kitNo)
    expect([status, owner, reservation]).toEqual(
      confirmed.status === 200 ? ['ASSIGNED', entityId, undefined] : ['UNALLOCATED', undefined, undefined],
    )
  }
})

const withdrawn = (kitNos: string[]): KitsWithdrawn => ({
  type: 'KitsWithdrawn',
  withdrawalId: `W-${kitNos[0]}`,
  kitNos,
  withdrawnAt: '2026-12-01T08:00:00.000Z',
})

test('kits that were withdrawn expire once; one that has an owner by then stays his', async () => {
  const kits = await stockedKits(bank, `ORD-${randomUUID()}`, 20)
  const kitNos = kits.map(({ _id }) => _id)
  const [mine = ''] = kitNos
  await reserve([{ ...wanted, kitNo: mine }])
  await confirm([mine])
  for (let times = 0; times < 2; times++) await bank.told(onKitsWithdrawn, withdrawn(kitNos))
  await bank.told(onKitsWithdrawn, { ...withdrawn(kitNos), type: 'KitsTransferred' } as never)
  expect((await bank.kit(mine)).status).toBe('ASSIGNED')
  for (const kitNo of kitNos.slice(1)) {
    const { status, outbox } = await bank.kit(kitNo)
    expect(status).toBe('EXPIRED_CARD')
    expect(outbox.map(({ payload }) => payload)).toEqual([
      {
        type: 'KitExpired',
        kitNo,
        orderId: kits[0]?.orderId,
        previousStatus: 'UNALLOCATED',
        cardStatus: 'EXPIRED_CARD',
        expiredAt: '2026-12-01T08:00:00.000Z',
      },
    ])
    expect(validatorOf(kitExpiredEvent.schema)(structuredClone(outbox[0]?.payload)).valid).toBe(true)
  }
  expect(await bank.run('reserveKits', { commandId, entityId, kits: [{ ...wanted, kitNo: kitNos[1] }] })).toMatchObject({
    code: 'invalid.kit.info',
  })
})

test('a card from stock is found by its number as a welcome kit, issued when it was handed out', async () => {
  const kit = await oneKit()
  const { _id: kitNo } = kit
  await kitsOf(bank.tenant).updateOne({ _id: kitNo }, { $set: { createdAt: new Date('2026-01-05T10:00:00Z') } })
  await reserve([{ ...wanted, kitNo }])
  await confirm([kitNo])
  const cardNumber = usedSecret('pan', await bank.cardNumberOf(kit))
  expect(await bank.run('fetchAccountsByCardNo', { cardNumber })).toMatchObject({ status: 200, result: { entityId, kitNo } })
  const [info] = (await bank.run('kitsOfEntity', { entityId })).result as KitInfo[]
  const { assignedAt } = await bank.kit(kitNo)
  expect(info?.createdDate).toBe(assignedAt?.toISOString().replace('Z', '+00:00'))
})

test('statuses are told of kits that exist, reserved ones are left out; numbers are counted for the BINs that are asked for', async () => {
  const { _id: kitNo } = await oneKit()
  const { _id: issued } = await bank.issue(entityId, 'BLOCKED')
  const { _id: reserved } = await bank.issue(entityId, 'RESERVED')
  expect((await bank.run('statusesOfKits', { kitNos: [reserved, kitNo, 'NOBODY', issued] })).result).toEqual({
    kits: [
      { kitNo, cardStatus: 'UNALLOCATED' },
      { kitNo: issued, cardStatus: 'BLOCKED', entityId },
    ].toSorted((one, other) => Number(one.kitNo) - Number(other.kitNo)),
  })
  const left = async (...bins: string[]) =>
    ((await bank.run('cardNumbersLeft', { bins })).result as { left: { bin: string; left: number }[] }).left
  const [before] = await left('608040', '999999')
  await stockedKits(bank, `ORD-${randomUUID()}`, 7)
  expect(await left('608040', '999999')).toEqual([{ bin: '608040', left: (before?.left ?? 0) - 7 }])
  expect(await left('999999')).toEqual([])
})
