// The sweep that reads the courier's feed of changes and tells of them. The cursor moves on after
// the changes are in the kits.
import { type Cursor, cursorsOf, place, ServiceUnavailable, type Sweep, type Tenant, unchanged } from '@dcms/service'
import { type Kit, kitsOf, readKit } from '../kit.ts'
import { noteBooking, type ShipmentParts } from './book-shipments.ts'
import { decideMove, nextRefNoOf, type ShipmentChange } from './shipment.ts'

const EVERY_MS = 5_000
/** A bank where nothing else happens learns of its shipments within this time. */
const IDLE_EVERY_MS = 10 * 60_000
const PAGES_PER_RUN = 50
/** The cursor of a bank: how far the courier's feed was read for it. */
const FEED = 'courier-feed'

type ScopeOf = Parameters<Sweep['run']>[0]
type Parts = Pick<ShipmentParts, 'courier' | 'logger'>

/**
 * What was read but not noted in the cursor, by a process that died or beside another one, is read
 * again: a change that a kit has already changes nothing.
 */
export const followShipments = ({ courier, logger }: Parts): Sweep => ({
  name: 'follow shipments',
  everyMs: EVERY_MS,
  idleEveryMs: IDLE_EVERY_MS,
  idleEveryMaxMs: IDLE_EVERY_MS,
  async run(scopeOf, tenant) {
    for (let page = 0; page < PAGES_PER_RUN; page++) {
      const feed = await cursorsOf(tenant).findById(FEED).lean()
      const { changes, unreadable, next, more } = await courier.changesAfter(tenant, feed?.cursor)
      if (unreadable > 0)
        logger.warn({ tenant: tenant.id, unreadable, upTo: next }, 'some of the courier’s updates cannot be read and are skipped')
      for (const change of changes) await take(change, tenant, scopeOf, { courier, logger })
      await moveOn(tenant, feed, next)
      if (!more) return
    }
  },
})

/**
 * Puts one change into its kit. A booking that was not noted, because its process died after the
 * courier had it, is noted first.
 */
async function take(change: ShipmentChange, tenant: Tenant, scopeOf: ScopeOf, { courier, logger }: Parts): Promise<void> {
  const { kitNo, refNo, sequence } = change
  let kit = await readKit(tenant, kitNo)
  const booked = kit && refNo === nextRefNoOf(kit) ? await courier.bookedUnder(tenant, refNo) : null
  if (booked) {
    await noteBooking(kitNo, booked, scopeOf(tenant, `shipment ${refNo} booked`))
    kit = await readKit(tenant, kitNo)
  }
  if (!kit?.shipments?.some((each) => each.refNo === refNo)) {
    logger.warn({ tenant: tenant.id, kitNo, refNo }, 'the courier reports a shipment that is not ours')
    return
  }
  const decide = (each: Kit | null) => (each ? decideMove(each, change) : unchanged)
  const moved = await scopeOf(tenant, `shipment ${refNo} change ${sequence}`).change(kitsOf, kitNo, decide, { known: kit })
  if (moved.kind === 'overtaken') throw new ServiceUnavailable(`kit ${kitNo} changes all the time`)
}

/** Only from where this process began: another one may be further on. */
async function moveOn(tenant: Tenant, feed: Cursor | null, next: string): Promise<void> {
  if (feed?.cursor === next) return
  if (feed) return void (await cursorsOf(tenant).updateOne({ _id: FEED, cursor: feed.cursor }, { $set: { cursor: next } }))
  await place(cursorsOf(tenant), { _id: FEED, cursor: next })
}
