// The sweep that finishes what a dead process left between two cards: a named successor is
// confirmed, a card that was taken over is replaced.
import type { Sweep, Tenant } from '@dcms/service'
import { type Kit, kitsOf } from '../kit.ts'
import { finishSuccession } from './confirm-successor.ts'
import { takeOver } from './take-over.ts'

const EVERY_MS = 3_000
// A command that still runs is left alone for this long; carrying on beside it would be harmless,
// only wasteful.
const LEFT_AFTER_MS = 6_000
const KITS_PER_RUN = 200
/**
 * One that met a fault waits as long again as it has waited, at most this long; the others have
 * their turn meanwhile.
 */
const PAUSE_MAX_MS = 15 * 60_000

type Named = Pick<Kit, '_id' | 'successor' | 'successorPendingAt'>
type Activated = Pick<Kit, '_id' | 'takesOver' | 'takeOverPendingAt' | 'activatedAt'>

/** `nowMs` for tests. */
export const finishSuccessions = (nowMs: () => number = Date.now): Sweep => ({
  name: 'finish successions',
  everyMs: EVERY_MS,
  async run(scopeOf, tenant) {
    const now = new Date(nowMs())
    const leftBefore = new Date(now.getTime() - LEFT_AFTER_MS)
    const faults: unknown[] = []
    for (const kit of await kitsWithSuccessorPending(tenant, leftBefore).lean<Named[]>())
      await finishSuccession(kit, scopeOf(tenant, `finish-succession/${kit.successor?.kitNo}`)).catch(async (error: unknown) => {
        faults.push(error)
        await putOff(kit, 'successorPendingAt', laterThan(kit.successor?.at, now), tenant)
      })
    for (const kit of await kitsWithTakeOverPending(tenant, leftBefore).lean<Activated[]>())
      await takeOver(kit, scopeOf(tenant, `take-over/${kit._id}`)).catch(async (error: unknown) => {
        faults.push(error)
        await putOff(kit, 'takeOverPendingAt', laterThan(kit.activatedAt, now), tenant)
      })
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} successions could not be finished`) // after all the others were
  },
})

const laterThan = (begunAt: Date | undefined, now: Date): Date =>
  new Date(now.getTime() + Math.min(PAUSE_MAX_MS, Math.max(0, now.getTime() - (begunAt ?? now).getTime())))

/**
 * Only where it is still as it was found: whoever finished it meanwhile has taken the mark away.
 */
async function putOff(
  kit: Partial<Named & Activated> & Pick<Kit, '_id'>,
  mark: 'successorPendingAt' | 'takeOverPendingAt',
  until: Date,
  tenant: Tenant,
): Promise<void> {
  await kitsOf(tenant).updateOne({ _id: kit._id, [mark]: kit[mark] }, { $set: { [mark]: until } })
}

/**
 * Those that are left for longest first. Without `$exists` the store does not see that the partial
 * index has them all, here and below.
 */
export const kitsWithSuccessorPending = (tenant: Tenant, before: Date) =>
  kitsOf(tenant)
    .find({ successorPendingAt: { $exists: true, $lt: before } }, { successor: 1, successorPendingAt: 1 })
    .sort({ successorPendingAt: 1 })
    .limit(KITS_PER_RUN)

export const kitsWithTakeOverPending = (tenant: Tenant, before: Date) =>
  kitsOf(tenant)
    .find({ takeOverPendingAt: { $exists: true, $lt: before } }, { takesOver: 1, takeOverPendingAt: 1, activatedAt: 1 })
    .sort({ takeOverPendingAt: 1 })
    .limit(KITS_PER_RUN)
