// Shipments of physical cards: what a kit keeps of them, and the rules of booking and moving.
import { type ShipmentBooked, type ShipmentMoved, type ShipmentStatus, traitsOf } from '@dcms/contract'
import { type Decision, unchanged } from '@dcms/service'
import type { Kit, StoredShipment } from '../kit.ts'

/** A courier's word that a shipment moved. */
export interface ShipmentChange {
  refNo: string
  kitNo: string
  sequence: number
  status: Exclude<ShipmentStatus, 'BOOKED'>
  at: string
}

/**
 * To be set in the same update that issues a physical card or makes one of a virtual card: the
 * sweep `bookShipments` finds it by this.
 */
export const shipmentDue = ({ cardType }: Pick<Kit, 'cardType'>, now: Date): { shipmentDueAt?: Date } =>
  cardType === 'PHYSICAL' ? { shipmentDueAt: now } : {}

/** Of the next shipment of this kit. */
export const nextRefNoOf = ({ _id, shipments = [] }: Pick<Kit, '_id' | 'shipments'>): string => `${_id}-${shipments.length + 1}`

/** Nobody is sent a card that was blocked, replaced or ended before it went out. */
export const isShippable = ({ status, cardType }: Pick<Kit, 'status' | 'cardType'>): boolean =>
  cardType === 'PHYSICAL' && traitsOf(status).isShippable

/** Notes a booking that the courier has; one that is noted already stays as it is. */
export function decideBooking(
  kit: Kit,
  booked: Pick<StoredShipment, 'refNo' | 'waybillNo' | 'deliveryService'>,
  now: Date,
): Decision<Kit, ShipmentBooked, never> {
  if (kit.entityId === undefined || booked.refNo !== nextRefNoOf(kit)) return unchanged
  const { refNo, waybillNo, deliveryService } = booked
  return {
    kind: 'changed',
    set: {
      shipments: [...(kit.shipments ?? []), { refNo, waybillNo, deliveryService, status: 'BOOKED', statusAt: now, sequence: 0 }],
    },
    unset: ['shipmentDueAt'],
    events: [
      {
        type: 'ShipmentBooked',
        kitNo: kit._id,
        entityId: kit.entityId,
        refNo,
        waybillNo,
        deliveryService,
        bookedAt: now.toISOString(),
      },
    ],
  }
}

/** A change that is in here already, or came after a later one, changes nothing. */
export function decideMove(kit: Kit, { refNo, sequence, status, at }: ShipmentChange): Decision<Kit, ShipmentMoved, never> {
  const shipment = kit.shipments?.find((each) => each.refNo === refNo)
  if (!shipment || kit.entityId === undefined || sequence <= shipment.sequence) return unchanged
  const moved = { ...shipment, status, statusAt: new Date(at), sequence }
  return {
    kind: 'changed',
    set: { shipments: (kit.shipments ?? []).map((each) => (each.refNo === refNo ? moved : each)) },
    events: [{ type: 'ShipmentMoved', kitNo: kit._id, entityId: kit.entityId, refNo, waybillNo: shipment.waybillNo, status, at }],
  }
}
