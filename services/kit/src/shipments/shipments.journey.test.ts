// Shipments against the sandbox's courier: what is issued is booked once, what moves is told once,
// and nothing is lost on the way.
import { createLogger, cursorsOf, type Sweep } from '@dcms/service'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { KitBank } from '../../test/kit-bank.ts'
import { type OtherContext, otherContext } from '../../test/other-contexts.ts'
import { type OwnCourier, startOwnCourier } from '../../test/own-courier.ts'
import { type Kit, kitsOf } from '../kit.ts'
import { bookShipments } from './book-shipments.ts'
import { type Courier, httpCourier } from './courier.ts'
import { followShipments } from './follow-shipments.ts'

const TENANT = 'ACME_BANK'
const logger = createLogger('kit', 'fatal')
const living = { name: 'Asha Rao', address1: '12 Lake Road', city: 'KOLKATA', state: 'West Bengal', country: 'INDIA', pincode: '700001' }

let bank: KitBank
let sandbox: OwnCourier
let courier: Courier
let customer: OtherContext
let address: typeof living | null
let booking: Sweep
let following: Sweep
beforeAll(async () => {
  sandbox = await startOwnCourier()
  courier = httpCourier(sandbox.url)
}, 60_000)
afterAll(() => sandbox.remove())
beforeEach(async () => {
  await sandbox.control(TENANT, 'POST', '/reset', {})
  bank = await KitBank.start()
  address = living
  customer = otherContext({ deliveryTo: () => address })
  booking = bookShipments({ courier, customer, logger })
  following = followShipments({ courier, logger })
  bank.parts = { customer, courier }
})
afterEach(() => bank.close())

const issue = (): Promise<Kit> => bank.issue('E1', 'INACTIVE', '2003_PHYSICAL')
const advance = (by: string) => sandbox.control(TENANT, 'POST', '/clock', { advance: by })
const booked = async (): Promise<Kit> => {
  const { _id } = await issue()
  await bank.sweep(booking)
  return await bank.kit(_id)
}
const shipmentOf = async (kitNo: string) => (await bank.kit(kitNo)).shipments?.[0]
const told = ({ outbox }: Kit, type: string) => outbox.filter((event) => event.type === type).map(({ payload }) => payload)
/** As if the time to try again had come. */
const due = (kitNo: string) => kitsOf(bank.tenant).updateOne({ _id: kitNo }, { $set: { shipmentDueAt: new Date(0) } })
const cursor = async () => (await cursorsOf(bank.tenant).findById('courier-feed').lean())?.cursor

test('a physical card is booked once, with name and address of its holder, and that is told', async () => {
  const kit = await booked()
  const { waybillNo } = kit.shipments?.[0] ?? {}
  const refNo = `${kit._id}-1`
  const shipment = { refNo, waybillNo, deliveryService: 'SANDBOX COURIER', status: 'BOOKED', statusAt: expect.any(Date), sequence: 0 }
  expect(kit.shipments).toEqual([shipment])
  expect(kit.shipmentDueAt).toBeUndefined()
  expect(customer.asked).toEqual([{ name: 'deliveryTo', body: { entityId: 'E1', addressCategory: 'PERMANENT' } }])
  expect(told(kit, 'ShipmentBooked')).toEqual([
    {
      type: 'ShipmentBooked',
      kitNo: kit._id,
      entityId: 'E1',
      refNo,
      waybillNo,
      deliveryService: 'SANDBOX COURIER',
      bookedAt: expect.any(String),
    },
  ])
  await bank.sweep(booking)
  expect(customer.asked).toHaveLength(1)
  expect(await courier.track(bank.tenant, String(waybillNo))).toMatchObject({ refNo, destination: 'KOLKATA', senderName: 'Acme Bank' })
})

test('a virtual card is not sent', async () => {
  const { _id } = await bank.issue('E1')
  await bank.sweep(booking)
  expect((await bank.kit(_id)).shipments).toBeUndefined()
  expect(customer.asked).toEqual([])
})

test.each(['BLOCKED', 'HOTLISTED', 'REPLACED', 'EXPIRED_CARD', 'CLOSED'] as const)(
  'a card that is %s before it went out is not sent',
  async (status) => {
    const { _id } = await issue()
    await kitsOf(bank.tenant).updateOne({ _id }, { $set: { status } })
    await bank.sweep(booking)
    const kit = await bank.kit(_id)
    expect([kit.shipments, kit.shipmentDueAt, customer.asked]).toEqual([undefined, undefined, []])
  },
)

test('two processes that book at the same time have one shipment and tell of it once', async () => {
  const kits = await Promise.all(Array.from({ length: 5 }, issue))
  await Promise.all([bank.sweep(booking), bank.sweep(booking), bank.sweep(booking)])
  for (const { _id } of kits) {
    const kit = await bank.kit(_id)
    expect(kit.shipments).toHaveLength(1)
    expect(told(kit, 'ShipmentBooked')).toHaveLength(1)
  }
})

test('a booking whose answer was lost is not made twice, even when the holder has moved since', async () => {
  const { _id } = await issue()
  await sandbox.control(TENANT, 'POST', '/faults/courier', { next: { calls: 1, kind: 'RESET', moment: 'AFTER' } })
  await expect(bank.sweep(booking)).rejects.toThrow('the courier did not answer')
  expect(await shipmentOf(_id)).toBeUndefined()
  address = { ...living, address1: '1 New Street', pincode: '600001' }
  await due(_id)
  await bank.sweep(booking)
  const shipment = await shipmentOf(_id)
  const there = await courier.bookedUnder(bank.tenant, `${_id}-1`)
  expect(there?.waybillNo).toBe(shipment?.waybillNo)
})

test('while the courier or the customer service is away cards wait, and go out once they are back', async () => {
  const { _id } = await issue()
  customer.isAway = true
  await expect(bank.sweep(booking)).rejects.toThrow('customer does not answer')
  expect((await bank.kit(_id)).shipmentDueAt?.getTime()).toBeGreaterThan(Date.now())
  customer.isAway = false
  await due(_id)
  await sandbox.stop()
  await expect(bank.sweep(booking)).rejects.toThrow('the courier did not answer')
  await expect(bank.sweep(following)).rejects.toThrow('the courier did not answer')
  await sandbox.start()
  await due(_id)
  await bank.sweep(booking)
  expect(await shipmentOf(_id)).toMatchObject({ status: 'BOOKED' })
}, 30_000)

test('a courier that does not go there, or an address that is missing, holds up no other card', async () => {
  await sandbox.control(TENANT, 'POST', '/courier/rules', { refusePincodes: ['999999'] })
  const [first, second] = [await issue(), await issue()]
  address = { ...living, pincode: '999999' }
  await bank.sweep(booking)
  for (const { _id } of [first, second]) {
    expect((await bank.kit(_id)).shipmentDueAt?.getTime()).toBeGreaterThan(Date.now() + 60_000)
    await due(_id)
  }
  address = null
  await bank.sweep(booking)
  expect(await shipmentOf(first._id)).toBeUndefined()
  for (const { _id } of [first, second]) await due(_id)
  address = living
  await bank.sweep(booking)
  for (const { _id } of [first, second]) expect(await shipmentOf(_id)).toMatchObject({ status: 'BOOKED' })
})

test('each move of a shipment is told once and in order, however often and by how many the feed is read', async () => {
  const kits = [await booked(), await booked()]
  await advance('PT13H')
  await Promise.all([bank.sweep(following), bank.sweep(following), bank.sweep(following)])
  await advance('P5D')
  await Promise.all([bank.sweep(following), bank.sweep(following)])
  await bank.sweep(following)
  for (const { _id } of kits) {
    const kit = await bank.kit(_id)
    const { waybillNo } = kit.shipments?.[0] ?? {}
    const moved = told(kit, 'ShipmentMoved')
    expect(moved.map((event) => 'status' in event && event.status)).toEqual(['DISPATCHED', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED'])
    expect(moved[0]).toEqual({
      type: 'ShipmentMoved',
      kitNo: _id,
      entityId: 'E1',
      refNo: `${_id}-1`,
      waybillNo,
      status: 'DISPATCHED',
      at: expect.any(String),
    })
    expect(kit.outbox.map(({ sequence }) => sequence)).toEqual(kit.outbox.map((_event, position) => position + 1))
    expect(await shipmentOf(_id)).toMatchObject({ status: 'DELIVERED', sequence: 4 })
  }
})

test('a process that died after the kits and before the cursor repeats nothing', async () => {
  const { _id } = await booked()
  await advance('PT13H')
  await bank.sweep(following)
  const reached = await cursor()
  await cursorsOf(bank.tenant).deleteOne({ _id: 'courier-feed' })
  await bank.sweep(following)
  expect(await cursor()).toBe(reached)
  expect(told(await bank.kit(_id), 'ShipmentMoved')).toHaveLength(2)
})

test('a feed that breaks off half way is read on from there', async () => {
  const kits = [await booked(), await booked(), await booked()]
  await advance('P6D')
  let left = 5
  const breaking: Sweep = followShipments({
    logger,
    courier: {
      ...courier,
      async changesAfter(tenant, after) {
        const page = await courier.changesAfter(tenant, after)
        if (left-- <= 0) throw new Error('broken off')
        const [change] = page.changes
        const next = String(Number(after ?? Number(page.next) - page.changes.length) + (change ? 1 : 0))
        return { changes: change ? [change] : [], unreadable: 0, next, more: page.changes.length > 1 }
      },
    },
  })
  await expect(bank.sweep(breaking)).rejects.toThrow('broken off')
  await bank.sweep(following)
  for (const { _id } of kits) expect(told(await bank.kit(_id), 'ShipmentMoved')).toHaveLength(4)
})

test('a shipment that moves before its booking was noted is taken for what it is', async () => {
  const { _id } = await issue()
  await courier.book(bank.tenant, { refNo: `${_id}-1`, kitNo: _id, senderName: 'Acme Bank', to: living })
  await advance('PT2H')
  await bank.sweep(following)
  await bank.sweep(booking)
  const kit = await bank.kit(_id)
  expect(kit.outbox.map(({ type }) => type)).toEqual(['KitIssued', 'ShipmentBooked', 'ShipmentMoved'])
  expect(kit.shipments).toHaveLength(1)
  expect(kit.shipmentDueAt).toBeUndefined()
})

test('what the courier tells of shipments that are not ours changes nothing and stops nothing', async () => {
  const { _id } = await booked()
  for (const [refNo, kitNo] of [
    ['x', 'NOBODY'],
    [`${_id}-9`, _id],
  ] as const)
    await courier.book(bank.tenant, { refNo, kitNo, senderName: 'X', to: living })
  await advance('PT2H')
  await bank.sweep(following)
  expect(told(await bank.kit(_id), 'ShipmentMoved')).toHaveLength(1)
})

test('a command at the same time is not undone', async () => {
  const { _id } = await booked()
  await advance('PT13H')
  const [activation] = await Promise.all([bank.run('activateKit', { entityId: 'E1', kitNo: _id }), bank.sweep(following)])
  expect(activation.status).toBe(200)
  const kit = await bank.kit(_id)
  expect(kit.status).toBe('ACTIVE')
  expect(told(kit, 'ShipmentMoved')).toHaveLength(2)
})
