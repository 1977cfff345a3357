// The sweep that has the courier bring physical cards to their holders. Nothing is lost: what could
// not be booked stays due.
import { deliveryToEndpoint } from '@dcms/contract'
import { type Foundations, type InternalClient, type Scope, ServiceUnavailable, type Sweep, type Tenant, unchanged } from '@dcms/service'
import { type Kit, kitsOf, withoutOutbox } from '../kit.ts'
import type { Booked, Courier } from './courier.ts'
import { decideBooking, isShippable, nextRefNoOf } from './shipment.ts'

const EVERY_MS = 5_000
/** For what was postponed in a bank where nothing else happens. */
const IDLE_EVERY_MS = 15 * 60_000
const KITS_PER_RUN = 500
/** After a fault that may be over soon. Others of the bank are tried meanwhile. */
const AGAIN_AFTER_FAULT_MS = 30_000
/**
 * After a refusal, which somebody has to do something about: a new address, a courier that goes
 * there.
 */
const AGAIN_AFTER_REFUSAL_MS = 15 * 60_000

export interface ShipmentParts extends Pick<Foundations, 'logger'> {
  courier: Courier
  customer: InternalClient
}

type ScopeOf = Parameters<Sweep['run']>[0]

/**
 * Two processes that book the same shipment get the same answer from the courier, and one of them
 * finds it noted.
 */
export const bookShipments = ({ courier, customer, logger }: ShipmentParts): Sweep => ({
  name: 'book shipments',
  everyMs: EVERY_MS,
  idleEveryMs: IDLE_EVERY_MS,
  idleEveryMaxMs: IDLE_EVERY_MS,
  async run(scopeOf, tenant) {
    for (const kit of await kitsWithShipmentDue(tenant, new Date()).lean<Kit[]>()) {
      try {
        const refusal = await bookOne(kit, tenant, scopeOf, { courier, customer, logger })
        if (refusal === null) continue
        logger.warn({ tenant: tenant.id, kitNo: kit._id, refusal }, 'a card could not be sent; it will be tried again later')
        await postpone(tenant, kit, AGAIN_AFTER_REFUSAL_MS)
      } catch (error) {
        await postpone(tenant, kit, AGAIN_AFTER_FAULT_MS)
        if (error instanceof ServiceUnavailable) throw error // the others would fare no better now
        logger.error({ err: error, tenant: tenant.id, kitNo: kit._id }, 'booking a shipment failed')
      }
    }
  },
})

/**
 * The longest due first. Without `$exists` the store does not see that the partial index has them
 * all, and looks at every kit.
 */
export const kitsWithShipmentDue = (tenant: Tenant, now: Date) =>
  kitsOf(tenant)
    .find({ shipmentDueAt: { $exists: true, $lte: now } }, withoutOutbox)
    .sort({ shipmentDueAt: 1 })
    .limit(KITS_PER_RUN)

/** Null when it is settled, else why it was refused. */
async function bookOne(kit: Kit, tenant: Tenant, scopeOf: ScopeOf, { courier, customer }: ShipmentParts): Promise<string | null> {
  const refNo = nextRefNoOf(kit)
  const scope = scopeOf(tenant, `shipment ${refNo} booked`)
  if (!isShippable(kit) || kit.entityId === undefined) {
    await dropDue(kit, scope)
    return null
  }
  const asked = await customer.call(
    deliveryToEndpoint,
    { entityId: kit.entityId, addressCategory: kit.deliveryAddress ?? 'PERMANENT' },
    scope,
  )
  if (asked.kind === 'refused' || asked.result === null) return 'the customer has no such address'
  const reply = await courier.book(tenant, { refNo, kitNo: kit._id, senderName: tenant.definition.name, to: asked.result })
  if (reply.kind === 'refused') return reply.code
  await noteBooking(kit._id, reply.booked, scope)
  return null
}

/** Writes into the kit what the courier has; again when a command changed the kit meanwhile. */
export async function noteBooking(kitNo: string, booked: Booked, scope: Scope): Promise<void> {
  const noted = await scope.change(kitsOf, kitNo, (kit) => (kit ? decideBooking(kit, booked, scope.now) : unchanged))
  if (noted.kind === 'overtaken') throw new ServiceUnavailable(`kit ${kitNo} changes all the time`)
}

/** Matched on the version: a card that was unlocked or converted meanwhile stays due. */
const dropDue = (kit: Kit, scope: Scope) =>
  kitsOf(scope.tenant).updateOne({ _id: kit._id, version: kit.version }, { $unset: { shipmentDueAt: '' } })

/** Only of what is still due as it was: neither overtakes commands nor is overtaken. */
const postpone = (tenant: Tenant, { _id, shipmentDueAt }: Kit, byMs: number) =>
  kitsOf(tenant).updateOne({ _id, ...(shipmentDueAt && { shipmentDueAt }) }, { $set: { shipmentDueAt: new Date(Date.now() + byMs) } })
