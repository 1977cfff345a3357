// Users of one branch, call by call: what is another branch's is to them as what does not exist,
// and stays as it is. Rule: docs/rules.md#stock-of-one-branch.
import { type CardOrderFileUploaded, checkCardsEndpoint, grants, publicEndpointList, stillToCome } from '@dcms/contract'
import type { InternalClient } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { branchesOf } from '../src/branches/branch.ts'
import { orderFilesOf } from '../src/files/order-file.ts'
import type { CardManagementSystem } from '../src/orders/card-management-system.ts'
import { ordersOf } from '../src/orders/order.ts'
import { parentKitsOf } from '../src/stock/parent-kit.ts'
import { stockOf } from '../src/stock/stock-kit.ts'
import { branchOf, kitsLeft, ordered, orderOf, product } from './card-orders.ts'
import { cardChecker, inPieces, kitFile } from './kit-files.ts'
import { nextNumber } from './made.ts'
import { type Answered, StockBank } from './stock-bank.ts'
import { stocked } from './stocked.ts'

const families: readonly string[] = ['branch', 'card-order', 'inventory']
const LONG_AGO = new Date('2020-01-01T00:00:00Z')

/** What stands in a branch, by its names. */
interface Place {
  branchId: string
  /** An order that was not sent, and one that is at the CMS. */
  received: string
  pending: string
  kitNo: string
  other: string
  box: string
  /** A file of one kit. */
  file: string
}
const nowhere: Place = {
  branchId: 'NOWHERE',
  received: 'NO-ORDER',
  pending: 'NO-OTHER',
  kitNo: '1000000001',
  other: '1000000002',
  box: '1000000003',
  file: 'no-file.txt',
}

let bank: StockBank
let own: Place
let foreign: Place
let asked: string[] = []
const cms: CardManagementSystem = {
  place: async () => ({ kind: 'known', order: { cardOrderName: `CMS-${nextNumber()}`, status: 'PENDING', products: [] } }),
  status: async (_tenant, orderId) => {
    asked.push(orderId)
    return { cardOrderName: `CMS-${nextNumber()}`, status: 'PENDING', products: [] }
  },
  withdraw: async () => 'withdrawn',
}
const [numbers, checker] = [kitsLeft(1_000_000), cardChecker()]
const kit: InternalClient = {
  call: (endpoint, ...asked) => (endpoint.name === checkCardsEndpoint.name ? checker : numbers).call(endpoint, ...asked),
  close: () => Promise.resolve(),
}
beforeAll(async () => {
  bank = await StockBank.start()
  bank.parts = { kit, cms }
})
afterAll(() => bank.close())
beforeEach(async () => {
  own = await place()
  foreign = await place()
  asked = []
})

async function place(): Promise<Place> {
  const branchId = await branchOf(bank)
  const [received, pending, box] = [await ordered(bank, branchId), await ordered(bank, branchId), `P${nextNumber()}`]
  const { kitNos } = await stocked(bank, { branchId, count: 2, parents: [box] })
  await ordersOf(bank.tenant).updateOne({ _id: received }, { $set: { receivedAt: LONG_AGO } })
  await ordersOf(bank.tenant).updateOne({ _id: pending }, { $set: { status: 'PENDING', pendingSince: LONG_AGO }, $unset: { dueAt: '' } })
  const [kitNo = '', other = ''] = kitNos
  const uploaded = await bank.run('uploadCardOrderFile', newFile(branchId))
  return { branchId, received, pending, kitNo, other, box, file: (uploaded.result as CardOrderFileUploaded).fileName }
}

/** Calls that name what they are about, in the words of a place. */
const naming: Readonly<Record<string, (at: Place) => object>> = {
  createBranch: ({ branchId }) => ({ ...newBranch, branchId, branchCode: `C-${branchId}` }),
  updateBranch: ({ branchId }) => ({ branchId, branchName: 'Renamed' }),
  fetchBranch: ({ branchId }) => ({ branchId }),
  createCardOrder: ({ branchId }) => withoutId(orderOf(branchId)),
  uploadCardOrderFile: ({ branchId }) => newFile(branchId),
  createCardOrderWithFile: ({ branchId, file }) => fileOrder(branchId, file),
  fetchCardOrderStatus: ({ received }) => ({ cardOrderId: received }),
  cancelCardOrder: ({ received, branchId }) => ({ orderId: received, branchId }),
  processCardOrder: ({ received }) => ({ orderId: received }),
  updateCardOrderStatus: ({ pending }) => ({ orderId: pending }),
  fetchCardOrderDetailsFromInventory: ({ received, pending }) => ({ orderIds: [received, pending] }),
  fetchKitSummary: ({ branchId }) => ({ branchId }),
  fetchKitDetailsFromInventory: ({ kitNo }) => ({ refType: 'DC_KIT', kitRefNo: [kitNo] }),
  updateDeliveryStatus: ({ kitNo, other }) => [{ deliveryStatus: 'DELIVERED', kitNo: [kitNo, other] }],
  transferKits: ({ branchId, kitNo, box }) => ({ fromBranch: branchId, toBranch: 'ELSEWHERE', kitNo: [kitNo, box] }),
  expireInstaKits: ({ kitNo }) => ({ kitNo }),
}
/** The same calls in other words. */
const others: readonly (readonly [string, (at: Place) => object])[] = [
  ['fetchBranch', ({ branchId }) => ({ branchCode: branchId })],
  ['createCardOrderWithFile', ({ file }) => fileOrder(own.branchId, file)],
  ['fetchCardOrderDetailsFromInventory', ({ branchId }) => ({ branchId })],
  ['fetchKitDetailsFromInventory', ({ branchId }) => ({ refType: 'DC_KIT', branchId })],
  ['fetchKitDetailsFromInventory', ({ branchId }) => ({ refType: 'PARENT_KIT', branchId, kitStatus: 'UNALLOCATED' })],
  ['fetchKitDetailsFromInventory', ({ box }) => ({ refType: 'PARENT_KIT', kitRefNo: [box] })],
  ['expireInstaKits', ({ box }) => ({ parentKitNo: box })],
  ['expireInstaKits', ({ box, kitNo }) => ({ parentKitNo: box, kitNo })],
]
/** Calls that go through whatever there is. */
const forAll = ['fetchReceivedCardOrders', 'syncPendingCardOrderStatus', 'retryStuckPendingOrders']

const newBranch = {
  ...{ branchName: 'Main Branch', address: '123 Main Street', address2: 'Near City Center', address3: 'MG Road', city: 'Bangalore' },
  ...{ state: 'Karnataka', country: 'India', district: 'Bangalore Urban', zipCode: '560001', branchPhoneNumber: '+919876543210' },
  pocDetails: [],
}

const withoutId = ({ orderId: _, ...order }: { orderId: string }): object => order
const newFile = (branchId: string) => ({ fileName: `F${nextNumber()}.txt`, content: inPieces(kitFile(branchId, 1)) })
const fileOrder = (branchId: string, fileName: string) =>
  withoutId(orderOf(branchId, { fileName, products: [{ ...product, quantity: 1 }] }))
const clerk = () => bank.ofBranch(own.branchId)
/** As answered, in the words of a place that is nowhere. */
function withoutNames({ status, result, exception, pagination }: Answered, at: Place): unknown {
  let text = JSON.stringify({ status, result, exception, pagination })
  for (const [name, value] of Object.entries(at)) text = text.replaceAll(value, `<${name}>`)
  return JSON.parse(text)
}
/** All that is stored of a branch. */
async function storedAt({ branchId }: Place): Promise<object[]> {
  const { tenant } = bank
  const all = [branchesOf, ordersOf, stockOf, parentKitsOf, orderFilesOf].map((modelOf) =>
    modelOf(tenant).collection.find({}).sort({ _id: 1 }).toArray(),
  )
  return (await Promise.all(all)).flat().filter((each) => each.branchId === branchId || String(each._id) === branchId)
}

test('every call that a user of a branch may make is among these', () => {
  const may = publicEndpointList.filter(
    ({ name, family, permission }) => families.includes(family) && grants(['BRANCH_USER'], permission) && !stillToCome.has(name),
  )
  expect([...Object.keys(naming), ...forAll].toSorted()).toEqual(may.map(({ name }) => name).toSorted())
})

test.each([...Object.entries(naming), ...others])(
  '%s: another branch is as one that is nowhere, and nothing there changes',
  async (name, body) => {
    const before = await storedAt(foreign)
    const answered = await bank.run(name, body(foreign), clerk())
    expect(withoutNames(answered, foreign)).toEqual(withoutNames(await bank.run(name, body(nowhere), clerk()), nowhere))
    expect(await storedAt(foreign)).toEqual(before)
    expect(asked).toEqual([])
  },
)

test.each([...Object.entries(naming), ...others])('%s works for the user’s own branch', async (name, body) => {
  await branchesOf(bank.tenant).collection.updateOne(
    { _id: 'ELSEWHERE' as never },
    { $setOnInsert: { branchCode: 'ELSEWHERE' } },
    { upsert: true },
  )
  if (name === 'createBranch') await branchesOf(bank.tenant).deleteOne({ _id: own.branchId })
  const answered = await bank.run(name, body(own), clerk())
  expect(answered.code).toBeUndefined()
  expect(answered.result).not.toEqual([])
  if (Array.isArray(answered.result)) for (const row of answered.result) expect(row).not.toHaveProperty('exception')
})

test('nobody moves into another branch’s stock what is not at his own, nor learns that it is there', async () => {
  const refused = (at: Place) =>
    bank.run('transferKits', { fromBranch: own.branchId, toBranch: foreign.branchId, kitNo: [at.kitNo, at.box] }, clerk())
  expect(withoutNames(await refused(foreign), foreign)).toEqual(withoutNames(await refused(nowhere), nowhere))
  expect(
    await bank.run('transferKits', { fromBranch: foreign.branchId, toBranch: own.branchId, kitNo: [foreign.kitNo] }, clerk()),
  ).toMatchObject({
    code: 'INV001',
    exception: { fieldError: ['Invalid fromBranch'] },
  })
})

test('of a box whose kits have gone to several branches each user sees those at his own', async () => {
  await bank.run('transferKits', { fromBranch: foreign.branchId, toBranch: own.branchId, kitNo: [foreign.kitNo] })
  const box = (call: object) => bank.run('fetchKitDetailsFromInventory', { refType: 'PARENT_KIT', kitRefNo: [foreign.box] }, call)
  expect((await box({})).result).toMatchObject([{ childCount: 2, childKits: [foreign.kitNo, foreign.other], deliveryStatus: null }])
  expect((await box(bank.ofBranch(foreign.branchId))).result).toMatchObject([
    { childCount: 1, childKits: [foreign.other], deliveryStatus: 'BANK' },
  ])
  expect((await box(clerk())).result).toEqual([]) // the box itself is elsewhere
  const onItsWay = { refType: 'PARENT_KIT', kitRefNo: [foreign.box], deliveryStatus: 'IN_TRANSIT' }
  expect((await bank.run('fetchKitDetailsFromInventory', onItsWay, bank.ofBranch(foreign.branchId))).result).toEqual([])
})

test('what goes through all orders goes through those of the user’s branch alone', async () => {
  const received = await bank.run('fetchReceivedCardOrders', {}, clerk())
  expect((received.result as { orderId: string }[]).map(({ orderId }) => orderId)).toEqual([own.received])
  for (const name of ['syncPendingCardOrderStatus', 'retryStuckPendingOrders']) {
    asked = []
    expect(await bank.run(name, {}, clerk())).toMatchObject({ result: true })
    expect(asked).toEqual([own.pending])
    await bank.run(name, {})
    expect(asked).toContain(foreign.pending)
  }
})
