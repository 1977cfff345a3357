// The way of a physical card to its holder: what the kit context tells of its shipments.
import type { FromSchema } from 'json-schema-to-ts'
import { eventType } from '../wire/event.ts'

/** What a courier tells of a shipment; BOOKED is said by us, before the courier has it. */
export const shipmentStatus = { enum: ['BOOKED', 'DISPATCHED', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED', 'RETURNED'] } as const
export type ShipmentStatus = FromSchema<typeof shipmentStatus>

const text = { type: 'string' } as const
const instant = { type: 'string', format: 'date-time' } as const

const booked = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'refNo', 'waybillNo', 'deliveryService', 'bookedAt'],
  properties: {
    type: { const: 'ShipmentBooked' },
    kitNo: text,
    entityId: text,
    refNo: { ...text, description: 'Our reference of the consignment: the kitNo and a number' },
    waybillNo: { ...text, description: 'The courier’s number' },
    deliveryService: { ...text, description: 'Name of the courier' },
    bookedAt: instant,
  },
} as const
export type ShipmentBooked = FromSchema<typeof booked>

export const shipmentBookedEvent = eventType<ShipmentBooked>()({
  type: 'ShipmentBooked',
  version: 1,
  owner: 'kit',
  summary: 'The courier was told to bring a physical card to its holder; subject is the kitNo',
  schema: booked,
  example: {
    type: 'ShipmentBooked',
    kitNo: '4240181647',
    entityId: 'req11',
    refNo: '4240181647-1',
    waybillNo: '32592631260',
    deliveryService: 'BLUE DART',
    bookedAt: '2026-01-05T10:00:00.000Z',
  },
})

const moved = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'refNo', 'waybillNo', 'status', 'at'],
  properties: {
    type: { const: 'ShipmentMoved' },
    kitNo: text,
    entityId: text,
    refNo: text,
    waybillNo: text,
    status: shipmentStatus,
    at: { ...instant, description: 'When it happened, by the courier’s clock' },
  },
} as const
export type ShipmentMoved = FromSchema<typeof moved>

export const shipmentMovedEvent = eventType<ShipmentMoved>()({
  type: 'ShipmentMoved',
  version: 1,
  owner: 'kit',
  summary: 'A card on its way was picked up, moved, delivered or returned; subject is the kitNo',
  schema: moved,
  example: {
    type: 'ShipmentMoved',
    kitNo: '4240181647',
    entityId: 'req11',
    refNo: '4240181647-1',
    waybillNo: '32592631260',
    status: 'OUT_FOR_DELIVERY',
    at: '2026-01-08T04:10:00.000Z',
  },
})
