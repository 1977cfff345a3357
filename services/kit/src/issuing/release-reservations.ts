// The sweep that gives up reservations whose command did not confirm in time: the customer side
// refused, or never came back.
import type { InternalClient, Scope, Sweep, Tenant } from '@dcms/service'
import { type Kit, kitsOf, readKit } from '../kit.ts'
import { decideConfirmation } from './confirm-kits.ts'
import { RESERVED_FOR_MS } from './make-kit.ts'
import { putBack } from './reserve-stock-kit.ts'

const EVERY_MS = 30_000
const KITS_PER_RUN = 500

type Late = Pick<Kit, '_id' | 'version' | 'predecessor' | 'reservation'>

/**
 * A kit that was never confirmed has told nobody of itself, so it is deleted; its card number stays
 * reserved and is not used again. One from stock goes back there. Two kinds are not given up,
 * because another document has decided that they exist: one that the kit before it names as its
 * successor (the sweep `finishSuccessions` confirms it), and one whose set was begun to be
 * confirmed (this sweep confirms it).
 */
export const releaseReservations = (inventoryOrder: InternalClient): Sweep => ({
  name: 'release reservations',
  everyMs: EVERY_MS,
  async run(scopeOf, tenant) {
    const now = new Date()
    const late = await lateReservations(tenant, now).lean<Late[]>()
    const faults: unknown[] = []
    for (const kit of late)
      await settle(kit, scopeOf(tenant, `release/${kit._id}`), inventoryOrder).catch(async (error: unknown) => {
        faults.push(error)
        await putOff(kit, tenant, now) // so that broken ones do not keep others from their turn
      })
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} reservations could not be settled`) // after all the others were
  },
})

/**
 * The first kit of a set decides: while it is reserved nothing is given up, once it is confirmed
 * all are, and it goes first.
 */
async function settle(kit: Late, scope: Scope, inventoryOrder: InternalClient): Promise<void> {
  const { tenant } = scope
  const { _id, version, predecessor, reservation } = kit
  if (predecessor !== undefined && !(await isGivenUp(_id, predecessor, tenant))) return await putOff(kit, tenant, scope.now)
  if (reservation?.first !== undefined) {
    const first = await readKit(tenant, reservation.first)
    if (first?.reservation?.commandId === reservation.commandId) return
    if (first?.issuedBy === reservation.commandId) return await confirm(_id, reservation.commandId, scope)
  }
  if (reservation?.owner) return await putBack(kit, reservation.commandId, scope, inventoryOrder)
  await kitsOf(tenant).deleteOne({ _id, version, status: 'RESERVED' })
}

async function confirm(kitNo: string, commandId: string, scope: Scope): Promise<void> {
  const kit = await readKit(scope.tenant, kitNo)
  const confirmed = await scope.commit(kitsOf, kit, decideConfirmation(kit, commandId, scope), null)
  if (confirmed.kind === 'refused') throw new Error(`kit ${kitNo} cannot be confirmed, though the first of its set was`)
}

/**
 * False for a kit that the one before it names. Otherwise the version of that one is moved on, so
 * that a command that stood still for all that time and is about to name the kit is overtaken: it
 * comes back to find the kit gone (see `putSuccessor`).
 */
async function isGivenUp(_id: string, predecessor: string, tenant: Tenant): Promise<boolean> {
  const movedOn = await kitsOf(tenant).updateOne({ _id: predecessor, 'successor.kitNo': { $ne: _id } }, { $inc: { version: 1 } })
  return movedOn.matchedCount === 1
}

/** To the end of the queue. */
async function putOff({ _id, version }: Late, tenant: Tenant, now: Date): Promise<void> {
  const until = new Date(now.getTime() + RESERVED_FOR_MS)
  await kitsOf(tenant).updateOne(
    { _id, version, reservation: { $exists: true } },
    { $set: { 'reservation.until': until }, $inc: { version: 1 } },
  )
}

/**
 * Those that are late for longest first. Without `$exists` the store does not see that the partial
 * index has them all.
 */
export const lateReservations = (tenant: Tenant, now: Date) =>
  kitsOf(tenant)
    .find({ 'reservation.until': { $exists: true, $lt: now } }, { _id: 1, version: 1, predecessor: 1, reservation: 1 })
    .sort({ 'reservation.until': 1 })
    .limit(KITS_PER_RUN)
