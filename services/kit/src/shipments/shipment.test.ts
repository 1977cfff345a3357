// The rules of shipments: which card is still sent, what is kept of a booking, and in which order a
// courier's word counts.
import { unchanged } from '@dcms/service'
import { describe, expect, test } from '@jest/globals'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import type { StoredShipment } from '../kit.ts'
import { decideBooking, decideMove, isShippable, nextRefNoOf, shipmentDue } from './shipment.ts'

const now = new Date('2026-11-20T10:00:00Z')
const booked = { refNo: `${KIT_NO}-1`, waybillNo: 'W1', deliveryService: 'BLUE' }
const shipment = (change: Partial<StoredShipment> = {}): StoredShipment => ({
  ...booked,
  status: 'BOOKED',
  statusAt: now,
  sequence: 0,
  ...change,
})

test('only plastic is sent', () => {
  expect(shipmentDue({ cardType: 'PHYSICAL' }, now)).toEqual({ shipmentDueAt: now })
  expect(shipmentDue({ cardType: 'VIRTUAL' }, now)).toEqual({})
})

test.each([
  ['ASSIGNED', true],
  ['INACTIVE', true],
  ['ACTIVE', true],
  ['LOCKED', true],
  ['RESERVED', false],
  ['UNALLOCATED', false],
  ['BLOCKED', false],
  ['HOTLISTED', false],
  ['REPLACED', false],
  ['EXPIRED_CARD', false],
  ['CLOSED', false],
] as const)('a physical card that is %s is sent: %s; a virtual one never', (status, isSent) => {
  expect(isShippable({ status, cardType: 'PHYSICAL' })).toBe(isSent)
  expect(isShippable({ status, cardType: 'VIRTUAL' })).toBe(false)
})

describe('a booking', () => {
  test('is kept, told, and no longer due', () => {
    expect(decideBooking(kit(), booked, now)).toEqual({
      kind: 'changed',
      set: { shipments: [shipment()] },
      unset: ['shipmentDueAt'],
      events: [{ type: 'ShipmentBooked', kitNo: KIT_NO, entityId: ENTITY, ...booked, bookedAt: '2026-11-20T10:00:00.000Z' }],
    })
  })

  test('that is noted already changes nothing', () => {
    expect(decideBooking(kit({ shipments: [shipment()] }), booked, now)).toEqual(unchanged)
  })

  test('after an earlier shipment has the next number and leaves that one as it is', () => {
    const sent = kit({ shipments: [shipment({ status: 'DELIVERED', sequence: 3 })] })
    expect(nextRefNoOf(sent)).toBe(`${KIT_NO}-2`)
    const decision = decideBooking(sent, { ...booked, refNo: `${KIT_NO}-2`, waybillNo: 'W2' }, now)
    expect(decision).toMatchObject({
      set: {
        shipments: [
          { waybillNo: 'W1', status: 'DELIVERED' },
          { waybillNo: 'W2', status: 'BOOKED' },
        ],
      },
    })
  })

  test('of a kit that nobody has is none', () => {
    const { entityId: _nobody, ...inStock } = kit()
    expect(decideBooking(inStock, booked, now)).toEqual(unchanged)
  })
})

describe('a courier’s word', () => {
  const moved = { refNo: booked.refNo, kitNo: KIT_NO, sequence: 2, status: 'DISPATCHED', at: '2026-11-21T08:00:00.000Z' } as const

  test('moves its shipment and is told', () => {
    expect(decideMove(kit({ shipments: [shipment({ sequence: 1 })] }), moved)).toEqual({
      kind: 'changed',
      set: { shipments: [shipment({ status: 'DISPATCHED', statusAt: new Date(moved.at), sequence: 2 })] },
      events: [
        {
          type: 'ShipmentMoved',
          kitNo: KIT_NO,
          entityId: ENTITY,
          refNo: booked.refNo,
          waybillNo: 'W1',
          status: 'DISPATCHED',
          at: moved.at,
        },
      ],
    })
  })

  test.each([
    ['again', 2],
    ['after a later one', 3],
  ])('that comes %s changes nothing', (_when, sequence) => {
    expect(decideMove(kit({ shipments: [shipment({ status: 'DELIVERED', sequence })] }), moved)).toEqual(unchanged)
  })

  test('of a shipment that the kit has not changes nothing', () => {
    expect(decideMove(kit({ shipments: [shipment()] }), { ...moved, refNo: `${KIT_NO}-9` })).toEqual(unchanged)
    expect(decideMove(kit(), moved)).toEqual(unchanged)
  })
})
