// The sweep that finishes what a dead process left between two cards: a named successor is confirmed, a card that was taken over is replaced.
import type { Sweep, Tenant } from '@dcms/service'
import { finishSuccession } from './confirm-successor.ts'
import { type Kit, kitsOf } from './kit.ts'
import { takeOver } from './take-over.ts'

const EVERY_MS = 3_000
// A command that still runs is left alone for this long; carrying on beside it would be harmless, only wasteful.
const LEFT_AFTER_MS = 6_000
const KITS_PER_RUN = 200

/** `nowMs` for tests. */
export const finishSuccessions = (nowMs: () => number = Date.now): Sweep => ({
  name: 'finish successions',
  everyMs: EVERY_MS,
  async run(scopeOf, tenant) {
    const leftBefore = new Date(nowMs() - LEFT_AFTER_MS)
    const named = await kitsWithSuccessorPending(tenant, leftBefore).lean<Pick<Kit, '_id' | 'successor'>[]>()
    const faults: unknown[] = []
    for (const kit of named)
      await finishSuccession(kit, scopeOf(tenant, `finish-succession/${kit.successor?.kitNo}`)).catch((error: unknown) =>
        faults.push(error),
      )
    const activated = await kitsWithTakeOverPending(tenant, leftBefore).lean<Pick<Kit, '_id' | 'takesOver'>[]>()
    for (const kit of activated) await takeOver(kit, scopeOf(tenant, `take-over/${kit._id}`)).catch((error: unknown) => faults.push(error))
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} successions are not finished`) // after all the others were
  },
})

/** Without `$exists` the store does not see that the partial index has them all, here and below. */
export const kitsWithSuccessorPending = (tenant: Tenant, before: Date) =>
  kitsOf(tenant)
    .find({ successorPendingAt: { $exists: true, $lt: before } }, { successor: 1 })
    .limit(KITS_PER_RUN)

export const kitsWithTakeOverPending = (tenant: Tenant, before: Date) =>
  kitsOf(tenant)
    .find({ takeOverPendingAt: { $exists: true, $lt: before } }, { takesOver: 1 })
    .limit(KITS_PER_RUN)
