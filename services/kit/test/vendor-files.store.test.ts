// Files with the cards of orders, and what vendors tell of them, in the real store: the same rows
// whatever dies when, one file kept, and nothing believed that is not the vendor's.
import { luhnDigit } from '@dcms/card-crypto'
import type { OrderProcessed, PersoFileDelivered, VendorReported } from '@dcms/contract'
import { usedSecret } from '@dcms/leak-scan'
import { createLogger, type Job, type JobRun, type Tenant } from '@dcms/service'
import { makePgpKeyPair, ownPgpKey, type Row } from '@dcms/vendor-files'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { onOrderProcessed } from '../src/issuing/on-order-processed.ts'
import { produceKits } from '../src/issuing/produce-kits.ts'
import { type Production, productionsOf } from '../src/issuing/production.ts'
import { readVendorReturns } from '../src/vendors/read-vendor-returns.ts'
import { sendPersoFiles } from '../src/vendors/send-perso-files.ts'
import { type VendorReturn, vendorReturnsOf } from '../src/vendors/vendor-return.ts'
import { Drop, returns } from './drop.ts'
import { KitBank, notAsked } from './kit-bank.ts'

const logger = createLogger('kit', 'fatal')
const FILE = 'perso-ORD-1-WEST'
let bank: KitBank
let drop: Drop
let tenant: Tenant
let bankKey: string

beforeEach(async () => {
  bank = await KitBank.start()
  drop = await Drop.open()
  tenant = { ...bank.tenant, definition: { ...bank.tenant.definition, vendors: drop.vendors() } }
  bankKey = (await ownPgpKey(tenant, bank.hsm, 'kit')).publicKey
})
afterEach(() => bank.close())

const order = (change: Partial<OrderProcessed> = {}): OrderProcessed => ({
  type: 'OrderProcessed',
  orderId: 'ORD-1',
  branchId: 'BRANCH001',
  address: '12 Lake Road~Near the post office~Second floor~Kolkata~West Bengal~India',
  pinCode: '700029',
  products: [
    { bin: '608040', productId: '2003_PHYSICAL', quantity: 1_130, pinGeneration: true },
    { bin: '608040', productId: '2003_VIRTUAL', quantity: 3 },
  ],
  processedAt: '2026-11-30T18:31:00.000Z',
  ...change,
})
async function produced(placed = order()): Promise<void> {
  await bank.told(onOrderProcessed, placed, tenant)
  const laterMs = Date.now() + 60_000 // by a clock that stands, so that no run ends by its time
  await bank.sweep(
    produceKits({ vault: bank.vault, numbering: bank.newNumbering(), inventoryOrder: notAsked }, () => laterMs),
    { tenant },
  )
}

const parts = () => ({ drops: drop, vault: bank.vault, hsm: bank.hsm, logger })
/** `untilNote`: the process is lost at that note. */
async function run(job: Job, { asOf = new Date(), signal = new AbortController().signal, of = tenant } = {}): Promise<object> {
  let counts: object = {}
  await job.run({
    tenant: of,
    asOf,
    checkpoint: undefined,
    counts: {},
    signal,
    scopeOf: (commandId: string) => bank.scope(commandId, { tenant: of }),
    note: async (_reached: unknown, counted: object) => {
      counts = counted
    },
    dueBy: async () => undefined,
  } as unknown as JobRun)
  return counts
}
const later = () => new Date(Date.now() + 3_600_000)
const production = async (): Promise<Production> => (await productionsOf(bank.tenant).findById('ORD-1').lean<Production>()) as Production
const told = async (): Promise<PersoFileDelivered[]> =>
  (await production()).outbox.filter(({ type }) => type === 'PersoFileDelivered').map(({ payload }) => payload as never)

test('the cards of an order go out as one file, in the order of their making, and the vendor can make them', async () => {
  await produced()
  expect(await run(sendPersoFiles(parts()))).toEqual({ files: 1, orders: 1, held: 0 })
  const rows = await drop.read(FILE, bankKey)
  expect(rows).toHaveLength(1_130) // virtual cards are made by nobody
  const kitNos = rows.map(({ kitNo }) => kitNo)
  expect(kitNos).toEqual(kitNos.toSorted())
  expect(new Set(rows.map(({ pan }) => pan)).size).toBe(1_130)
  const [row] = rows as [Row]
  const pan = usedSecret('pan', row.pan ?? '')
  expect(luhnDigit(pan.slice(0, -1))).toBe(pan.at(-1))
  const kit = await bank.kit(row.kitNo ?? '')
  expect(pan).toBe(await bank.cardNumberOf(kit))
  const cvv2 = usedSecret('cvv', row.cvv2 ?? '')
  expect(cvv2).toBe((await bank.vault.cvv(tenant, kit)).reveal())
  const stripe = usedSecret('cvv', row.track2?.slice(-4, -1) ?? '')
  expect(row.track1).toBe(`%B${pan}^CUSTOMER/VALUED^311222100000${stripe}?`)
  expect(row.track2).toBe(`;${pan}=311222100000${stripe}?`)
  expect(new Set([cvv2, stripe, usedSecret('cvv', row.icvv ?? '')]).size).toBeGreaterThan(1)
  expect(row).toMatchObject({
    expiry: '12/31',
    addr1: '12 Lake Road',
    city: 'Kolkata',
    state: 'West Bengal',
    zip: '700029',
    branchId: 'BRANCH001',
  })
  expect(await told()).toEqual([
    {
      type: 'PersoFileDelivered',
      orderId: 'ORD-1',
      vendor: 'WEST',
      fileName: FILE,
      rows: 1_130,
      kits: [{ productId: '2003_PHYSICAL', firstKitNo: kitNos[0], count: 1_130, pinGeneration: true }],
      branchId: 'BRANCH001',
      address: order().address,
      pinCode: '700029',
      sentAt: expect.any(String),
    },
  ])
  expect(await production()).not.toHaveProperty('persoDueAt')
  expect(await run(sendPersoFiles(parts()))).toEqual({})
  expect(drop.puts).toBe(1)
})

test('a run that died on the way leaves nothing with the vendor, and the next one sends the same rows', async () => {
  await produced()
  const dying = new AbortController()
  drop.onChunk = () => dying.abort(new Error('the process is ending'))
  await expect(run(sendPersoFiles(parts()), { signal: dying.signal })).rejects.toThrow('the process is ending')
  expect(drop.kept.size).toBe(0)
  drop.onChunk = () => undefined
  await run(sendPersoFiles(parts()), { asOf: later() })
  const rows = await drop.read(FILE, bankKey)
  drop.kept.clear()
  await productionsOf(bank.tenant).updateOne(
    { _id: 'ORD-1' },
    { $unset: { 'persoFiles.0.sentAt': '' }, $set: { persoDueAt: new Date(0), commandIds: [] } },
  )
  await run(sendPersoFiles({ ...parts(), vault: bank.newVault(bank.newHsm()) }))
  expect(await drop.read(FILE, bankKey)).toEqual(rows)
})

test('a file whose answer was lost is not sent again: the vendor keeps one, and it is told of once', async () => {
  await produced()
  drop.losesAnswer = true
  await expect(run(sendPersoFiles(parts()))).rejects.toThrow('the card vendor did not answer')
  expect(await told()).toEqual([])
  drop.losesAnswer = false
  await Promise.all([run(sendPersoFiles(parts()), { asOf: later() }), run(sendPersoFiles(parts()), { asOf: later() })])
  expect(drop.puts).toBe(1)
  expect(await told()).toHaveLength(1)
})

test('a vendor that is away, or a key that is none, holds back its own orders only', async () => {
  const other = await Drop.open()
  const both = [
    ...drop.vendors({ products: ['2003_PHYSICAL'], publicKeys: [`-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${'A'.repeat(90)}\n`] }),
    ...other.vendors({ vendor: 'EAST', drop: 'perso-east' }),
  ]
  tenant = { ...tenant, definition: { ...tenant.definition, vendors: both } }
  await produced()
  await expect(run(sendPersoFiles(parts()))).rejects.toThrow('the key of the receiver is no OpenPGP key')
  expect((await production()).persoDueAt?.getTime()).toBeGreaterThan(Date.now() + 500_000)
  expect(drop.kept.size).toBe(0)
  await produced(order({ orderId: 'ORD-2' }))
  tenant = { ...tenant, definition: { ...tenant.definition, vendors: drop.vendors() } }
  expect(await run(sendPersoFiles(parts()))).toEqual({ files: 1, orders: 1, held: 0 })
})

test('where nobody makes the cards from files none is due', async () => {
  tenant = { ...tenant, definition: { ...tenant.definition, vendors: drop.vendors({ products: ['2003_VIRTUAL'] }) } }
  await produced()
  expect(await production()).not.toHaveProperty('persoDueAt')
  expect(await production()).not.toHaveProperty('persoFiles')
})

const sent = async () => {
  await produced()
  await run(sendPersoFiles(parts()))
  return (await drop.read(FILE, bankKey)).map(({ kitNo = '' }) => kitNo)
}
const RETURN = `${FILE}.r001`
const returned = async () => (await vendorReturnsOf(bank.tenant).findById(`perso-west/${RETURN}`).lean<VendorReturn>()) as VendorReturn
const reports = async (): Promise<VendorReported[]> => (await returned()).outbox.map(({ payload }) => payload as never)
const readReturns = () => run(readVendorReturns({ drops: drop, hsm: bank.hsm, logger }))
const dispatched = (kitNos: readonly string[]): Row[] =>
  kitNos.map(
    (kitNo, i): Row => (i === 0 ? { kitNo, status: 'REJECTED', reason: 'chip is dead' } : { kitNo, status: 'DISPATCHED', awbNo: `A${i}` }),
  )

test('what a vendor tells is told on in batches, once, and its file is taken away', async () => {
  const kitNos = await sent()
  await drop.offer(RETURN, [...dispatched(kitNos), { kitNo: '1', status: 'PRODUCED' }], bankKey)
  expect(await readReturns()).toEqual({ applied: 1, refused: 0, kits: 1_131 })
  expect((await reports()).map(({ batch, batches, kits }) => [batch, batches, kits.length])).toEqual([
    [1, 3, 500],
    [2, 3, 500],
    [3, 3, 130], // the kit that is none of the vendor's is left out
  ])
  expect((await reports())[0]?.kits.slice(0, 2)).toEqual([
    { kitNo: kitNos[0], status: 'REJECTED', reason: 'chip is dead' },
    { kitNo: kitNos[1], status: 'DISPATCHED', awbNo: 'A1' },
  ])
  expect(await returned()).toMatchObject({ status: 'APPLIED', rows: 1_131, told: 3, foreign: 1 })
  expect(drop.offers.size).toBe(0)
  await drop.offer(RETURN, dispatched(kitNos.slice(0, 1)), bankKey) // under a name that is done with
  await readReturns()
  expect(await reports()).toHaveLength(3)
  expect(drop.offers.size).toBe(0)
})

/** The process dies when two batches of three are told. */
async function dieAfterTwo(): Promise<void> {
  const original = bank.scope.bind(bank)
  let scopes = 0
  bank.scope = (...asked) => {
    if (++scopes > 4) throw new Error('the process died')
    return original(...asked)
  }
  await expect(readReturns()).rejects.toThrow('the process died')
  bank.scope = original
  expect(await returned()).toMatchObject({ status: 'APPLYING', told: 2 })
}

test('a run that died goes on behind the batch that it told last', async () => {
  await drop.offer(RETURN, dispatched(await sent()), bankKey)
  await dieAfterTwo()
  await readReturns()
  expect((await reports()).map(({ batch }) => batch)).toEqual([1, 2, 3])
})

test('a file that is put in the place of one that is half told is refused, and the first goes on to its end when it is back', async () => {
  const kitNos = await sent()
  await drop.offer(RETURN, dispatched(kitNos), bankKey)
  const first = drop.offers.get(RETURN) as Buffer
  await dieAfterTwo()
  await drop.offer(RETURN, dispatched(kitNos.slice(0, 3)), bankKey)
  expect(await readReturns()).toMatchObject({ applied: 0, refused: 1 })
  expect(await returned()).toMatchObject({ status: 'REFUSED', reason: 'the file is another than the one that was begun' })
  expect(drop.offers.size).toBe(1)
  drop.offers.set(RETURN, first)
  expect(await readReturns()).toMatchObject({ applied: 1, refused: 0 })
  expect((await reports()).map(({ batch }) => batch)).toEqual([1, 2, 3])
  expect(await returned()).toMatchObject({ status: 'APPLIED', told: 3 })
  expect(drop.offers.size).toBe(0)
})

test.each([
  [
    'signed by somebody else',
    async () => ({ signWith: (await makePgpKeyPair('Somebody')).privateKey }),
    'the signature is not one of the sender’s',
  ],
  ['for another bank', async () => ({ tenant: 'OTHER_BANK' }), 'the header names another bank'],
  ['under another name', async () => ({ title: 'perso-ORD-9-WEST.r001' }), 'the header names another file'],
])('a file %s changes nothing, is kept as evidence and looked at once', async (_what, change, reason) => {
  const kitNos = await sent()
  await drop.offer(RETURN, dispatched(kitNos), bankKey, await change())
  expect(await readReturns()).toEqual({ applied: 0, refused: 1, kits: 0 })
  expect(await returned()).toMatchObject({ status: 'REFUSED', reason, told: 0, outbox: [] })
  expect(drop.offers.size).toBe(1)
  expect(await readReturns()).toEqual({ applied: 0, refused: 0, kits: 0 })
  await drop.offer(RETURN, dispatched(kitNos), bankKey) // put right by the vendor
  expect(await readReturns()).toEqual({ applied: 1, refused: 0, kits: 1_130 })
  expect(await returned()).toMatchObject({ status: 'APPLIED', told: 3 })
})

test.each([
  ['a kit twice', (kitNo: string) => [kitNo, kitNo].map((each) => ({ kitNo: each, status: 'PRODUCED' })), 'row 2: the kit stands twice'],
  ['a word that is none', (kitNo: string) => [{ kitNo, status: 'LOST' }], 'row 1: status is not one of PRODUCED, DISPATCHED, REJECTED'],
])('a file with %s is refused as a whole', async (_what, rows, reason) => {
  const [kitNo = ''] = await sent()
  await drop.offer(RETURN, rows(kitNo), bankKey)
  expect(await readReturns()).toEqual({ applied: 0, refused: 1, kits: 0 })
  expect(await returned()).toMatchObject({ status: 'REFUSED', reason })
})

test('a file that was changed on its way is refused', async () => {
  await drop.offer(RETURN, dispatched(await sent()), bankKey)
  const bytes = drop.offers.get(RETURN) as Buffer
  bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1
  expect(await readReturns()).toEqual({ applied: 0, refused: 1, kits: 0 })
  expect(await returned()).toMatchObject({ status: 'REFUSED', told: 0 })
  expect(returns.format).toBe('JSON')
})
