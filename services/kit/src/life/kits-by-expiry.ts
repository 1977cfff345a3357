// Kits by the month they end with, in batches: what the jobs expire-kits and notice-renewals go
// through.
import type { KitStatus } from '@dcms/contract'
import type { JobRun, Scope, Tenant } from '@dcms/service'
import { type Kit, kitsOf, withoutOutbox } from '../kit.ts'

const KITS_PER_BATCH = 500
const AT_ONCE = 16

interface Wanted {
  statuses: readonly KitStatus[]
  /** `YYMM`, both inclusive. */
  expiry: { $gte?: string; $lte?: string; $lt?: string }
  further?: object
  /** What the counts of the run call those that `change` changed. */
  counted: string
}

/** The last kit of the last batch that was done. */
interface Reached {
  status: KitStatus
  expiry: string
  kitNo: string
}

/** Whether the kit was changed. One that changes all the time is left: the next run comes by. */
type Change = (kit: Kit, scope: Scope) => Promise<boolean>

/**
 * Calls `change` for each kit, status by status, month by month; a run that died is carried on
 * behind its last batch.
 */
export async function forKitsByExpiry(run: JobRun, { statuses, expiry, further, counted }: Wanted, change: Change): Promise<void> {
  let reached = run.checkpoint as Reached | undefined
  let done = run.counts[counted] ?? 0
  for (const status of statuses.slice(reached ? statuses.indexOf(reached.status) : 0)) {
    for (;;) {
      const kits = await kitsOfStatus(run.tenant, status, { expiry, further }, reached?.status === status ? reached : undefined).lean<
        Kit[]
      >()
      for (let from = 0; from < kits.length; from += AT_ONCE) {
        const changed = await Promise.all(kits.slice(from, from + AT_ONCE).map((kit) => change(kit, scopeOf(kit, run, counted))))
        done += changed.filter(Boolean).length
      }
      const last = kits.at(-1)
      if (last) {
        reached = { status, expiry: last.expiry, kitNo: last._id }
        await run.note(reached, { [counted]: done })
      }
      if (kits.length < KITS_PER_BATCH) break
    }
  }
}

/** One stretch of the index on `status`, `expiry` and `_id`. */
export const kitsOfStatus = (
  tenant: Tenant,
  status: KitStatus,
  { expiry, further }: Pick<Wanted, 'expiry' | 'further'>,
  reached?: Reached,
) =>
  kitsOf(tenant)
    .find(
      { ...further, ...(reached && behindOf(reached)), status, expiry: { ...expiry, ...(reached && { $gte: reached.expiry }) } },
      withoutOutbox,
    )
    .sort({ expiry: 1, _id: 1 })
    .limit(KITS_PER_BATCH)

const behindOf = ({ expiry, kitNo }: Reached): object => ({ $or: [{ expiry: { $gt: expiry } }, { expiry, _id: { $gt: kitNo } }] })

/**
 * The command id is the same whoever does it, so that a kit that was changed before a run died is
 * not changed again.
 */
const scopeOf = ({ _id, expiry }: Kit, run: JobRun, counted: string): Scope => run.scopeOf(`${counted}/${_id}/${expiry}`)
