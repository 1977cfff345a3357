// A shipment: what is booked, the way it will take, and how it is stored.
import { validatorOf } from '@dcms/contract'
import type { FromSchema } from 'json-schema-to-ts'

const line = { type: 'string', minLength: 1, maxLength: 100 } as const
const bookingSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['refNo', 'kitNo', 'consignee'],
  properties: {
    refNo: { type: 'string', minLength: 1, maxLength: 100 },
    kitNo: { type: 'string', minLength: 1, maxLength: 40 },
    service: { ...line, default: 'Domestic Priority' },
    senderName: { ...line, default: 'CARD CENTRE' },
    consignee: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'address1', 'city', 'pincode'],
      properties: {
        name: line,
        address1: { type: 'string', minLength: 1, maxLength: 500 },
        address2: { type: 'string', maxLength: 500 },
        address3: { type: 'string', maxLength: 500 },
        city: line,
        state: { type: 'string', maxLength: 100 },
        country: { type: 'string', maxLength: 100 },
        pincode: { type: 'string', minLength: 3, maxLength: 12 },
        contactNo: { type: 'string', maxLength: 20 },
      },
    },
  },
} as const
export type Booking = FromSchema<typeof bookingSchema>
export const readBooking = validatorOf<Booking>(bookingSchema)

export type ShipmentStatus = 'DISPATCHED' | 'IN_TRANSIT' | 'OUT_FOR_DELIVERY' | 'DELIVERED' | 'RETURNED'

export interface Step {
  status: ShipmentStatus
  at: Date
}

export interface Shipment extends Booking {
  _id: string
  tenant: string
  waybillNo: string
  bodyHash: string
  bookedAt: Date
  /** The whole way, fixed at booking; what lies after the tenant's time has not happened yet. */
  steps: readonly Step[]
  /** Of the first step that is not in the feed yet; absent when all are. */
  nextAt?: Date
}

/** What tests may ask for, by pincode. */
const rulesSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    returnPincodes: { type: 'array', maxItems: 1_000, items: { type: 'string', minLength: 1, maxLength: 12 }, default: [] },
    refusePincodes: { type: 'array', maxItems: 1_000, items: { type: 'string', minLength: 1, maxLength: 12 }, default: [] },
  },
} as const
export type CourierRules = FromSchema<typeof rulesSchema>
export const readRules = validatorOf<CourierRules>(rulesSchema)

const HOUR_MS = 3_600_000
const way = (...legs: readonly (readonly [ShipmentStatus, number])[]) => legs
const UNDER_WAY = way(['DISPATCHED', 1], ['IN_TRANSIT', 12], ['OUT_FOR_DELIVERY', 48])
const DELIVERED_WAY = [...UNDER_WAY, ...way(['DELIVERED', 54])]
const RETURNED_WAY = [...UNDER_WAY, ...way(['RETURNED', 120])]

const PROMISED_MS = 72 * HOUR_MS

export const promisedAt = ({ bookedAt }: Pick<Shipment, 'bookedAt'>): Date => new Date(bookedAt.getTime() + PROMISED_MS)

/** The way of a shipment booked at that time. */
export const stepsOf = (bookedAt: Date, comesBack: boolean): Step[] =>
  (comesBack ? RETURNED_WAY : DELIVERED_WAY).map(([status, hours]) => ({ status, at: new Date(bookedAt.getTime() + hours * HOUR_MS) }))

/**
 * The way after it was decided at `now` that the shipment comes back: what is in the feed stays,
 * the next thing is the return.
 */
export const turnedBack = (steps: readonly Step[], nextAt: Date, now: Date): Step[] => [
  ...steps.filter(({ at }) => at < nextAt),
  { status: 'RETURNED', at: new Date(now.getTime() + HOUR_MS) },
]

/**
 * No post office of India has a pincode with 0 in front: what is sent there comes back without any
 * rule.
 */
export const comesBack = (pincode: string, rules: CourierRules): boolean =>
  pincode.startsWith('0') || rules.returnPincodes.includes(pincode)
