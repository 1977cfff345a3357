// Producing the kits of card orders in the real store: as many as were ordered, whatever dies when,
// however many make them at once.
import type { KitsNotProduced, KitsProduced, OrderProcessed, TenantDefinition } from '@dcms/contract'
import { usedSecret } from '@dcms/leak-scan'
import type { Call, Tenant } from '@dcms/service'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { CardNumbering } from '../src/issuing/number-cards.ts'
import { onOrderProcessed } from '../src/issuing/on-order-processed.ts'
import { produceKits } from '../src/issuing/produce-kits.ts'
import { type Production, productionsOf } from '../src/issuing/production.ts'
import { type Kit, kitsOf } from '../src/kit.ts'
import type { CardVault } from '../src/vault/card-vault.ts'
import { pansOf } from '../src/vault/pan-index.ts'
import { reindexCardNumbers } from '../src/vault/reindex-card-numbers.ts'
import { notAsked as inventoryOrder, KitBank } from './kit-bank.ts'
import { dyingAfter } from './life.ts'

const PROCESSED_AT = '2026-11-30T18:31:00.000Z'
let bank: KitBank
beforeEach(async () => {
  bank = await KitBank.start()
})
afterEach(() => bank.close())

type Line = OrderProcessed['products'][number]
const line = (quantity: number, change: Partial<Line> = {}): Line => ({ bin: '608040', productId: '2003_PHYSICAL', quantity, ...change })
const order = (orderId: string, ...products: Line[]): OrderProcessed => ({
  type: 'OrderProcessed',
  orderId,
  branchId: 'BRANCH001',
  products,
  processedAt: PROCESSED_AT,
})
const placed = (...orders: OrderProcessed[]) => Promise.all(orders.map((each) => bank.told(onOrderProcessed, each)))

interface Parts {
  vault: CardVault
  numbering: CardNumbering
}
const anotherProcess = (): Parts => {
  const hsm = bank.newHsm()
  return { vault: bank.newVault(hsm), numbering: bank.newNumbering(hsm) }
}
/**
 * Some seconds later, so that what was put off has its turn again; by a clock that stands, so that
 * no run ends by its time.
 */
function produce(change: Parameters<KitBank['sweep']>[1] = {}, { vault, numbering }: Parts = anotherProcess()) {
  const laterMs = Date.now() + 60_000
  return bank.sweep(
    produceKits({ vault, numbering, inventoryOrder }, () => laterMs),
    change,
  )
}

const production = async (orderId: string): Promise<Production> => {
  const found = await productionsOf(bank.tenant).findById(orderId).lean<Production>()
  if (!found) throw new Error(`there is no production ${orderId}`)
  return found
}
const kitsOfOrder = (orderId: string) => kitsOf(bank.tenant).find({ orderId }).sort({ _id: 1 }).lean<Kit[]>()

/** What the order was told of, in its order; fails where the sequence has a gap. */
async function eventsOf(orderId: string): Promise<(KitsProduced | KitsNotProduced)[]> {
  const { outbox, sequence } = await production(orderId)
  expect(outbox.map((event) => event.sequence)).toEqual(Array.from({ length: sequence }, (_, i) => i + 1))
  return outbox.map(({ payload }) => payload as never)
}

/**
 * As many kits as were ordered, each told of once, each with a card number of its own that is
 * reserved for it alone.
 */
async function expectWhole(orderId: string, quantity: number): Promise<KitsProduced[]> {
  const kits = await kitsOfOrder(orderId)
  expect(kits).toHaveLength(quantity)
  const events = (await eventsOf(orderId)).filter((event): event is KitsProduced => event.type === 'KitsProduced')
  expect(events.map(({ batch }) => batch)).toEqual(events.map((_, i) => i + 1))
  const told = events.flatMap((event) => event.kits)
  const byNo = new Map(kits.map((kit) => [kit._id, kit]))
  expect(told.map(({ kitNo }) => kitNo).toSorted()).toEqual([...byNo.keys()])
  for (const { kitNo, parentKitNo, maskedCardNumber } of told)
    expect(byNo.get(kitNo)).toMatchObject({ maskedPan: maskedCardNumber, ...(parentKitNo !== undefined && { parentKitNo }) })
  const numbers = new Set(await Promise.all(kits.map((kit) => bank.cardNumberOf(kit))))
  expect(numbers.size).toBe(quantity)
  const reserved = await pansOf(bank.tenant)
    .find({ kitNo: { $in: [...byNo.keys()] } })
    .lean<{ kitNo: string }[]>()
  expect(reserved.map(({ kitNo }) => kitNo).toSorted()).toEqual([...byNo.keys()])
  expect(await production(orderId)).not.toHaveProperty('batch')
  expect(await production(orderId)).not.toHaveProperty('turnAt')
  return events
}

test('an order of several products is made in batches of one product, physical kits in boxes, and told of batch by batch', async () => {
  await placed(order('ORD-1', line(1_130, { plasticCode: 'METAL' }), line(5, { productId: '2003_VIRTUAL' })))
  expect(await produce()).toBeUndefined()
  const events = await expectWhole('ORD-1', 1_135)
  expect(
    events.map(({ batch, batches, productId, cardType, plasticCode, kits }) => [
      batch,
      batches,
      productId,
      cardType,
      plasticCode,
      kits.length,
    ]),
  ).toEqual([
    [1, 3, '2003_PHYSICAL', 'PHYSICAL', 'METAL', 1_000],
    [2, 3, '2003_PHYSICAL', 'PHYSICAL', 'METAL', 130],
    [3, 3, '2003_VIRTUAL', 'VIRTUAL', undefined, 5],
  ])
  const boxes = Map.groupBy(
    events.flatMap((event) => event.kits),
    ({ parentKitNo }) => parentKitNo,
  )
  expect([...boxes.values()].map((kits) => kits.length)).toEqual([...Array.from({ length: 11 }, () => 100), 30, 5])
  expect(boxes.get(undefined)).toHaveLength(5) // virtual kits lie in no box
  const [kit] = await kitsOfOrder('ORD-1')
  expect(kit).toMatchObject({ status: 'UNALLOCATED', expiry: '3112', bin: '608040', sequence: 0, indexVersion: 1, panKeyVersion: 1 })
  expect(kit).not.toHaveProperty('entityId')
})

test('the order again and another event begin nothing', async () => {
  const once = order('ORD-1', line(3))
  await placed(once, once)
  await placed(once)
  await bank.told(onOrderProcessed, { ...order('ORD-3', line(3)), type: 'OrderPending' } as never)
  await produce()
  await placed(once)
  await produce()
  await expectWhole('ORD-1', 3)
  expect(await productionsOf(bank.tenant).countDocuments({})).toBe(1)
})

/** A process that dies at a point of its first batch. */
const deaths: Record<string, (parts: Parts) => { parts: Parts; change?: Partial<Pick<Call, 'relay'>>; touches?: number }> = {
  'numbers are leased': ({ vault, numbering }) => ({
    parts: { vault, numbering: { ...numbering, leaseBatch: (...asked) => numbering.leaseBatch(...asked).then(die) } },
  }),
  'the batch is fixed': ({ vault, numbering }) => ({ parts: { vault, numbering: { ...numbering, pansOf: die } } }),
  'card numbers are reserved': ({ vault, numbering }) => ({
    parts: { vault: { ...vault, storeMany: (...asked) => vault.storeMany(...asked).then(die) }, numbering },
  }),
  'kits are stored': (parts) => ({ parts, touches: 2 }),
  'the batch is told of': (parts) => ({ parts, change: dyingAfter(1) }),
}
function die(): never {
  throw new Error('the process died')
}

/** `touches`: it dies right before the write of the production that this counts. */
async function dieAt(point: string): Promise<void> {
  const { parts, change = {}, touches } = deaths[point]?.(anotherProcess()) ?? { parts: anotherProcess() }
  let left = touches ?? Number.POSITIVE_INFINITY
  const touched = () => void (--left === 0 && die())
  const nowMs = Date.now()
  const { run } = produceKits({ ...parts, inventoryOrder }, () => nowMs)
  await expect(run((_tenant, commandId) => bank.scope(commandId, { ...change, touched }), bank.tenant)).rejects.toThrow('batches of kits')
}

test.each(Object.keys(deaths))('a process that dies when %s leaves nothing undone and nothing double', async (point) => {
  await placed(order('ORD-1', line(25), line(5, { productId: '2003_VIRTUAL' })))
  await dieAt(point)
  await produce()
  await expectWhole('ORD-1', 30)
})

test('of a batch that was stored in part the rest is added, and what is there stays as it stands', async () => {
  await placed(order('ORD-1', line(25)))
  await dieAt('kits are stored')
  const kits = await kitsOfOrder('ORD-1')
  const gone = kits.filter((_, i) => i % 3 === 0).map(({ _id }) => _id)
  await kitsOf(bank.tenant).deleteMany({ _id: { $in: gone } })
  await pansOf(bank.tenant).deleteMany({ kitNo: { $in: gone.slice(0, 4) } })
  await produce()
  await expectWhole('ORD-1', 25)
  const [, second] = await kitsOfOrder('ORD-1')
  expect(second).toEqual(kits[1])
})

test('a batch is made as it was fixed, whatever the bank’s definition says by then', async () => {
  await placed(order('ORD-1', line(10)))
  await dieAt('the batch is fixed')
  const { definition } = bank.tenant
  const products = definition.products.map((product) => ({ ...product, validityMonths: 12, productName: 'Renamed' }))
  const bins = definition.bins.map((bin) => ({ ...bin, numbered: { start: 5_000, size: 1_000 } }))
  await produce({ tenant: withDefinition({ products, bins }) })
  await expectWhole('ORD-1', 10)
  const kits = await kitsOfOrder('ORD-1')
  expect(new Set(kits.map(({ expiry, productName }) => `${expiry} ${productName}`))).toEqual(new Set(['3112 Savings physical']))
})

test('several processes at once make what was ordered, no number twice', async () => {
  await placed(order('ORD-1', line(1_020)), order('ORD-2', line(30), line(40, { productId: '2003_VIRTUAL' })))
  await Promise.all([produce(), produce(), produce()])
  await produce()
  const events = [...(await expectWhole('ORD-1', 1_020)), ...(await expectWhole('ORD-2', 70))]
  const parents = events.map((event) => new Set(event.kits.map(({ parentKitNo }) => parentKitNo)))
  expect(new Set(parents.flatMap((each) => [...each])).size).toBe(10 + 1 + 1 + 1) // no box of two batches; virtual kits: none
  expect(await kitsOf(bank.tenant).countDocuments({})).toBe(1_090)
})

test('a small order does not wait for a large one', async () => {
  await placed(order('LARGE', line(2_001)))
  await placed(order('SMALL', line(3)))
  const { vault, numbering } = anotherProcess()
  let batches = 0
  const counted = {
    ...numbering,
    pansOf: (...asked: Parameters<CardNumbering['pansOf']>) => (++batches > 2 ? die() : numbering.pansOf(...asked)),
  }
  await expect(produce({}, { vault, numbering: counted })).rejects.toThrow('batches of kits')
  await expectWhole('SMALL', 3)
  expect(await kitsOfOrder('LARGE')).toHaveLength(1_000)
})

test('while eight events of an order wait to be published nothing more of it is made, and the next run goes on', async () => {
  await placed(order('ORD-1', line(3)), order('ORD-2', line(4)))
  await productionsOf(bank.tenant).updateOne({ _id: 'ORD-1' }, { $set: { sequence: 8 } })
  expect(await produce()).toEqual({ position: 'ORD-1' })
  expect(await kitsOfOrder('ORD-1')).toEqual([])
  await expectWhole('ORD-2', 4)
  await productionsOf(bank.tenant).updateOne({ _id: 'ORD-1' }, { $set: { relayedSequence: 1 } })
  expect(await produce()).toBeUndefined()
  expect(await kitsOfOrder('ORD-1')).toHaveLength(3)
})

function withDefinition(change: Partial<TenantDefinition>): Tenant {
  return { ...bank.tenant, definition: { ...bank.tenant.definition, ...change } }
}

test('a line that finds too few numbers is told as not produced, and nothing of it is made; the others are', async () => {
  const bins = bank.tenant.definition.bins.map((bin) => ({ ...bin, numbered: { start: 0, size: 30 } }))
  await placed(order('ORD-1', line(31), line(20, { productId: '2003_VIRTUAL' }), line(11)))
  await produce({ tenant: withDefinition({ bins }) })
  expect((await eventsOf('ORD-1')).map((event) => [event.type, event.productId])).toEqual([
    ['KitsNotProduced', '2003_PHYSICAL'],
    ['KitsProduced', '2003_VIRTUAL'],
    ['KitsNotProduced', '2003_PHYSICAL'],
  ])
  expect((await eventsOf('ORD-1'))[0]).toEqual({
    type: 'KitsNotProduced',
    orderId: 'ORD-1',
    productId: '2003_PHYSICAL',
    reason: 'BIN 608040 has no card numbers left for this order',
    reasonCode: 'bin.range.exhausted',
    notProducedAt: expect.any(String),
  })
  await expectWhole('ORD-1', 20)
  await placed(order('ORD-2', line(10)))
  await produce({ tenant: withDefinition({ bins }) })
  await expectWhole('ORD-2', 10) // to the last number of the range
})

test('products that are not defined, or not in that BIN, are told as not produced', async () => {
  await placed(order('ORD-1', line(3, { productId: 'GONE' }), line(3, { bin: '817704' }), line(2)))
  await produce()
  const events = await eventsOf('ORD-1')
  expect(events.map((event) => (event.type === 'KitsNotProduced' ? [event.reasonCode, event.reason] : event.type))).toEqual([
    ['product.not.found', 'product GONE is not defined'],
    ['product.not.found', 'product 2003_PHYSICAL is not numbered in BIN 817704'],
    'KitsProduced',
  ])
})

test('a number that another kit has stops the batch, and is told to the operator', async () => {
  await placed(order('ORD-1', line(3)), order('ORD-2', line(3)))
  await dieAt('card numbers are reserved')
  const [reserved] = await pansOf(bank.tenant).find({}).lean<{ _id: string }[]>()
  await pansOf(bank.tenant).updateOne({ _id: reserved?._id ?? '' }, { $set: { kitNo: 'ANOTHER' } })
  const { errors } = await produce().then(
    () => ({ errors: [] }),
    (error: AggregateError) => error,
  )
  expect(String(errors[0])).toMatch(/the card number of kit \d+ is reserved for kit ANOTHER/)
})

test('a batch that was begun before the index key rotated is found afterwards, and ends up under the new key', async () => {
  await placed(order('ORD-1', line(6)))
  await dieAt('card numbers are reserved')
  await bank.hsm.rotateKey(bank.tenant.id, 'index')
  const process = anotherProcess()
  await produce({}, process)
  const kits = await kitsOfOrder('ORD-1')
  expect(kits).toHaveLength(6)
  expect(new Set(kits.map(({ indexVersion }) => indexVersion))).toEqual(new Set([1])) // the rotation has not settled
  const found = async (kit: Kit) => {
    const lastSix = (await bank.cardNumberOf(kit)).slice(-6)
    return (await process.vault.index.lastSixIndexes(bank.tenant, lastSix)).includes(kit.lastSixIndex ?? '')
  }
  for (const kit of kits) expect(await found(kit)).toBe(true)
  bank.nowMs += 60_000
  await bank.sweep(reindexCardNumbers(process.vault))
  for (const kit of await kitsOfOrder('ORD-1')) expect([kit.indexVersion, await found(kit)]).toEqual([2, true])
  const reserved = await pansOf(bank.tenant).find({}).lean<{ indexVersion: number }[]>()
  expect(reserved.map(({ indexVersion }) => indexVersion)).toEqual([2, 2, 2, 2, 2, 2])
  await placed(order('ORD-2', line(2)))
  await produce({}, process)
  expect((await kitsOfOrder('ORD-2')).map(({ indexVersion }) => indexVersion)).toEqual([2, 2])
})

test('nobody sees a kit in stock: not by its number, not by its kit number, not by its mask', async () => {
  await placed(order('ORD-1', line(1)))
  await produce()
  const [kit] = await kitsOfOrder('ORD-1')
  if (!kit) throw new Error('a kit was made')
  const { _id: kitNo, expiry } = kit
  const cardNumber = usedSecret('pan', await bank.cardNumberOf(kit))
  const unknown = { status: 400, code: 'MCC007' }
  expect(await bank.run('fetchAccountsByCardNo', { cardNumber })).toMatchObject(unknown)
  expect(await bank.run('getCvv', { kitNo })).toMatchObject(unknown)
  expect(await bank.run('activateKit', { kitNo, entityId: 'req7' })).toMatchObject(unknown)
  expect(await bank.run('manageKit', { oldKit: kitNo, entityId: 'req7', operation: 'BLOCK' })).toMatchObject(unknown)
  expect(await bank.run('kitTracking', { kitNo })).toMatchObject(unknown)
  expect((await bank.run('kitForPin', { kitNo })).result).toBeNull()
  expect((await bank.run('findCards', { cardNoLastSix: cardNumber.slice(-6), expiry, entityIds: ['req7'] })).result).toEqual([])
  expect((await bank.run('entitiesByMaskedCard', { maskedCardNo: kit.maskedPan })).result).toEqual({ entityIds: [] })
  expect((await bank.run('kitsOfEntity', { entityId: 'req7' })).result).toEqual([])
})
