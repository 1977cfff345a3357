// What callers are told of a card on its way: the courier's data live, what is known while it is
// away.

import { kitTrackingEndpoint, validatorOf } from '@dcms/contract'
import { createLogger } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { KitBank } from '../../test/kit-bank.ts'
import { type OtherContext, otherContext } from '../../test/other-contexts.ts'
import { type OwnCourier, startOwnCourier } from '../../test/own-courier.ts'
import type { StoredShipment } from '../kit.ts'
import { bookShipments } from './book-shipments.ts'
import { type Courier, httpCourier } from './courier.ts'
import { followShipments } from './follow-shipments.ts'
import { trackedShipmentOf } from './kit-tracking.ts'

const TENANT = 'ACME_BANK'
const logger = createLogger('kit', 'fatal')
const living = { name: 'Asha Rao', address1: '12 Lake Road', city: 'KOLKATA', state: 'West Bengal', country: 'INDIA', pincode: '700001' }
const empty = { status: 200, result: { shipmentData: { shipment: [] } } }

let bank: KitBank
let sandbox: OwnCourier
let courier: Courier
let customer: OtherContext
beforeAll(async () => {
  sandbox = await startOwnCourier()
  bank = await KitBank.start()
  courier = httpCourier(sandbox.url)
  customer = otherContext({ deliveryTo: () => living })
  bank.parts = { customer, courier }
}, 60_000)
afterAll(async () => {
  await bank.close()
  await sandbox.remove()
})

const track = (kitNo: string) => bank.run('kitTracking', { kitNo })
const isInContract = (result: unknown): boolean => validatorOf(kitTrackingEndpoint.result)(structuredClone(result)).valid

test('unknown kits and kits nobody has yet are the same: unknown', async () => {
  const { _id: reserved } = await bank.issue('E1', 'RESERVED')
  for (const kitNo of [reserved, '1']) expect(await track(kitNo)).toMatchObject({ status: 400, code: 'MCC007' })
})

test('a virtual card, and one that waits for its booking or its pick-up, have an empty list', async () => {
  const { _id: virtual } = await bank.issue('E1')
  expect(await track(virtual)).toMatchObject(empty)
  const { _id } = await bank.issue('E1', 'INACTIVE', '2003_PHYSICAL')
  expect(await track(_id)).toMatchObject(empty)
  await bank.sweep(bookShipments({ courier, customer, logger }))
  expect(await track(_id)).toMatchObject(empty)
})

test('a card on its way is shown as the courier has it now, in the contract’s form; as it was last known while the courier is away', async () => {
  const { _id } = await bank.issue('E1', 'INACTIVE', '2003_PHYSICAL')
  await bank.sweep(bookShipments({ courier, customer, logger }))
  await sandbox.control(TENANT, 'POST', '/clock', { advance: 'PT13H' })
  const live = await track(_id)
  expect(isInContract(live.result)).toBe(true)
  const scan = { scanCode: '9', inudsIndStatus: 'In-transit', partnerStatus: 'In-transit' }
  expect(live).toMatchObject({
    result: {
      shipmentData: {
        shipment: [
          {
            kitNo: _id,
            refNo: `${_id}-1`,
            deliveryService: 'SANDBOX COURIER',
            destination: 'KOLKATA',
            scans: { scanDetail: [scan, { scanCode: '15' }] },
          },
        ],
      },
    },
  })
  const { waybillNo } = (await bank.kit(_id)).shipments?.[0] ?? {}
  await bank.sweep(followShipments({ courier, logger }))
  await sandbox.stop()
  const known = await track(_id)
  expect(isInContract(known.result)).toBe(true)
  const shipment = {
    kitNo: _id,
    refNo: `${_id}-1`,
    waybillNo,
    deliveryService: 'SANDBOX COURIER',
    status: 'In Transit',
    statusDate: expect.stringMatching(/^\d{1,2} [A-Z][a-z]+ \d{4}$/),
    statusTime: expect.stringMatching(/^\d\d:\d\d$/),
    scans: { scanDetail: [] },
  }
  expect(known).toMatchObject({ status: 200, result: { shipmentData: { shipment: [shipment] } } })
  bank.parts = { customer }
  expect(await track(_id)).toMatchObject({ result: { shipmentData: { shipment: [{ status: 'In Transit' }] } } })
  bank.parts = { customer, courier }
  await sandbox.start()
}, 30_000)

const known: StoredShipment = {
  refNo: 'K-1',
  waybillNo: '1',
  deliveryService: 'X',
  status: 'BOOKED',
  statusAt: new Date(),
  sequence: 0,
}

test('members that the contract does not know, and scans without words, are left out; numbers become text and text a number', () => {
  const scans = { scanDetail: [{ scan: 'PICKED UP', scanCode: 2, secret: 'x' }, { scanCode: '9' }, null] }
  const tracked = { waybillNo: 'another', consignee: { name: 'Asha' }, pickUpTime: '1800', prodcode: 4, receivedBy: null, scans }
  const shown = trackedShipmentOf('K', known, tracked)
  expect(shown).toEqual([
    {
      kitNo: 'K',
      refNo: 'K-1',
      waybillNo: '1',
      deliveryService: 'X',
      prodcode: '4',
      pickUpTime: 1800,
      scans: { scanDetail: [{ scan: 'PICKED UP', scanCode: '2' }] },
    },
  ])
})

test('of a courier that sends too much, or text that is not printable, no more is shown than is good for a page', () => {
  const scans = { scanDetail: Array.from({ length: 5_000 }, (_, n) => ({ scan: `scan ${n}`, scannedLocation: 'x'.repeat(1_000) })) }
  const [shown] = trackedShipmentOf('K', known, {
    status: 'Deli\u202evered',
    origin: 'MUM\nBAI',
    destination: 'D\ud83d',
    service: 'Express',
    scans,
  })
  expect(shown).toMatchObject({ service: 'Express' })
  for (const member of ['status', 'origin', 'destination']) expect(shown).not.toHaveProperty(member)
  expect(shown?.scans.scanDetail).toHaveLength(200)
  expect(shown?.scans.scanDetail[0]).toEqual({ scan: 'scan 0' })
})
