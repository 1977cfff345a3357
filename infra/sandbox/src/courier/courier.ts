// The courier partner: booking, tracking and a feed of changes; shipments move by the tenant's
// clock.
import { hashOf, place } from '@dcms/service'
import type { Collection } from 'mongoose'
import { done, invalid, limitOf, type Partner, type PartnerAnswer, type PartnerCall, refused } from '../partner.ts'
import { idOf, type Store } from '../store.ts'
import { everybody, type TenantStates } from '../tenant-state.ts'
import { Changes } from './changes.ts'
import { type CourierRules, comesBack, promisedAt, readBooking, readRules, type Shipment, stepsOf, turnedBack } from './shipment.ts'
import { deliveryService, trackingOf } from './tracking.ts'

const CHANGES_DEFAULT = 100
const CHANGES_MAX = 1_000
const FIRST_WAYBILL = 32_592_000_000

interface Books {
  shipments: Collection<Shipment>
  changes: Changes
  states: TenantStates
}

export function courier(store: Store, states: TenantStates): Partner {
  const books: Books = { shipments: store.collection<Shipment>('shipments'), changes: new Changes(store, states), states }
  return {
    name: 'courier',
    routes: [
      { method: 'post', path: '/shipments', handle: (call) => book(books, call) },
      { method: 'get', path: '/shipments', handle: (call) => trackByRefNo(books, call) },
      { method: 'get', path: '/shipments/:waybillNo', handle: (call) => track(books, call) },
      { method: 'get', path: '/changes', handle: (call) => listChanges(books, call) },
    ],
    control: [
      { method: 'get', path: '/courier/rules', handle: async ({ rules }) => done(rulesOf(rules)) },
      { method: 'post', path: '/courier/rules', handle: (call) => setRules(books, call) },
      { method: 'post', path: '/courier/shipments/:waybillNo/return', handle: (call) => turnBack(books, call) },
    ],
    indexes: [
      { collection: 'shipments', keys: { tenant: 1, nextAt: 1 } },
      { collection: 'shipments', keys: { tenant: 1, waybillNo: 1 } },
      { collection: 'shipmentChanges', keys: { tenant: 1, number: 1 } },
      { collection: 'shipmentChanges', keys: { tenant: 1, waybillNo: 1 } },
    ],
    reset: (tenant) =>
      books.changes.exclusively(tenant, async () => {
        await books.shipments.deleteMany({ tenant })
        await books.changes.forget(tenant)
      }),
  }
}

const rulesOf = (rules: unknown): CourierRules => (rules as CourierRules | undefined) ?? { returnPincodes: [], refusePincodes: [] }

/**
 * A refNo is booked once: the same booking again is answered as the first time, another one under
 * the same refNo is refused.
 */
async function book({ shipments, states }: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const read = readBooking(call.body)
  if (!read.valid) return invalid(read.fieldError)
  const booking = read.value
  const bodyHash = hashOf(booking)
  const _id = idOf(call.tenant, booking.refNo)
  const repeated = (shipment: Shipment): PartnerAnswer =>
    shipment.bodyHash === bodyHash
      ? done(confirmationOf(shipment))
      : refused(409, 'refNo.conflict', 'another shipment was booked under this refNo before')
  const earlier = await shipments.findOne({ _id })
  if (earlier) return repeated(earlier)
  const rules = rulesOf(call.rules)
  const { pincode } = booking.consignee
  if (rules.refusePincodes.includes(pincode)) return refused(422, 'pincode.not.served', 'the courier does not deliver to this pincode')
  const steps = stepsOf(call.now, comesBack(pincode, rules))
  const waybillNo = String(FIRST_WAYBILL + (await states.nextNumber(everybody, 'waybill')))
  const shipment: Shipment = {
    ...booking,
    _id,
    tenant: call.tenant,
    waybillNo,
    bodyHash,
    bookedAt: call.now,
    steps,
    ...(steps[0] && { nextAt: steps[0].at }),
  }
  if ((await place(shipments, shipment)) === 'placed') return done(confirmationOf(shipment), 201)
  return repeated((await shipments.findOne({ _id })) ?? shipment) // the same refNo came twice at once
}

const confirmationOf = (shipment: Shipment) => ({
  waybillNo: shipment.waybillNo,
  refNo: shipment.refNo,
  kitNo: shipment.kitNo,
  deliveryService,
  bookedAt: shipment.bookedAt.toISOString(),
  expectedDeliveryAt: promisedAt(shipment).toISOString(),
})

const shipmentData = (found: readonly Shipment[], now: Date): PartnerAnswer =>
  done({ shipmentData: { shipment: found.map((shipment) => trackingOf(shipment, now)) } })

const unknown = refused(404, 'shipment.unknown', 'this account has no shipment with that waybillNo')

async function track({ shipments }: Books, { tenant, now, path }: PartnerCall): Promise<PartnerAnswer> {
  const found = await shipments.findOne({ tenant, waybillNo: path.waybillNo ?? '' })
  return found ? shipmentData([found], now) : unknown
}

async function trackByRefNo({ shipments }: Books, { tenant, now, query }: PartnerCall): Promise<PartnerAnswer> {
  if (query.refNo === undefined) return invalid(['refNo is required'])
  const found = await shipments.findOne({ _id: idOf(tenant, query.refNo) })
  return shipmentData(found ? [found] : [], now)
}

async function listChanges({ changes }: Books, { tenant, now, query }: PartnerCall): Promise<PartnerAnswer> {
  const after = query.after ?? '0'
  if (!/^\d{1,15}$/.test(after)) return invalid(['after is no cursor of this feed'])
  const limit = limitOf(query.limit, CHANGES_DEFAULT, CHANGES_MAX)
  if (limit === null) return invalid([`limit must be between 1 and ${CHANGES_MAX}`])
  const found = await changes.exclusively(tenant, async () => {
    await changes.bringUpTo(tenant, now)
    return changes.after(tenant, Number(after), limit + 1)
  })
  const shown = found.slice(0, limit)
  return done({
    changes: shown.map(({ number, waybillNo, refNo, kitNo, sequence, status, at }) => ({
      cursor: String(number),
      waybillNo,
      refNo,
      kitNo,
      sequence,
      status,
      at: at.toISOString(),
    })),
    next: String(shown.at(-1)?.number ?? Number(after)),
    more: found.length > limit,
  })
}

async function setRules({ states }: Books, { tenant, body }: PartnerCall): Promise<PartnerAnswer> {
  const rules = readRules(body)
  if (!rules.valid) return invalid(rules.fieldError)
  await states.set(tenant, { 'rules.courier': rules.value })
  return done(rules.value)
}

/**
 * One shipment comes back, whatever its pincode: its next change, an hour from now, is the return.
 */
const turnBack = ({ shipments, changes }: Books, { tenant, now, path }: PartnerCall): Promise<PartnerAnswer> =>
  changes.exclusively(tenant, async () => {
    await changes.bringUpTo(tenant, now)
    const found = await shipments.findOne({ tenant, waybillNo: path.waybillNo ?? '' })
    if (!found) return unknown
    if (found.nextAt === undefined) return refused(409, 'shipment.ended', 'the shipment was delivered or returned already')
    const steps = turnedBack(found.steps, found.nextAt, now)
    await shipments.updateOne({ _id: found._id }, { $set: { steps, ...(steps.at(-1) && { nextAt: steps.at(-1)?.at }) } })
    return shipmentData([{ ...found, steps }], now)
  })
