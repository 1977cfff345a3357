// The sweep that brings entries from their purses into the ledger collection: they are taken out of
// the purse only when they are there.
import { randomUUID } from 'node:crypto'
import { type Decision, placeMany, type Sweep, type Tenant, unchanged } from '@dcms/service'
import { ledgerOf, rowOf } from './ledger-row.ts'
import { type Purse, pursesOf, withoutOutbox } from './purse.ts'

const EVERY_MS = 5_000
/** Several entries of a purse go together. */
const LEFT_AFTER_MS = 5_000
const PURSES_AT_ONCE = 100
const ROUNDS_MAX = 20

/** `nowMs` for tests. */
export const moveEntries = (nowMs: () => number = Date.now): Sweep => ({
  name: 'move entries',
  everyMs: EVERY_MS,
  async run(scopeOf, tenant) {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const purses = await pursesWithEntries(tenant, new Date(nowMs() - LEFT_AFTER_MS)).lean<Purse[]>()
      if (purses.length === 0) return undefined
      await placeMany(
        ledgerOf(tenant),
        purses.flatMap(({ _id, entries }) => entries.map((entry) => rowOf(_id, entry))),
      )
      const moved = new Map(purses.map(({ _id, entries }) => [_id, new Set(entries.map(({ id }) => id))]))
      const scope = scopeOf(tenant, `move-${randomUUID()}`) // each round is another command
      await scope.changeMany(pursesOf, [...moved.keys()], (purse) => decideMoved(purse, moved.get(purse._id) ?? new Set()))
    }
    return undefined
  },
})

/** Purses whose oldest entry is older; the oldest first. */
export const pursesWithEntries = (tenant: Tenant, before: Date) =>
  pursesOf(tenant)
    .find({ entriesSince: { $exists: true, $lte: before } }, withoutOutbox)
    .sort({ entriesSince: 1 })
    .limit(PURSES_AT_ONCE)

/** What came while they were being moved stays. */
export function decideMoved(purse: Purse, moved: ReadonlySet<string>): Decision<Purse, never, never> {
  const entries = purse.entries.filter(({ id }) => !moved.has(id))
  if (entries.length === purse.entries.length) return unchanged
  const [oldest] = entries
  return {
    kind: 'changed',
    set: { entries, ...(oldest && { entriesSince: oldest.at }) },
    ...(!oldest && { unset: ['entriesSince'] as const }),
    events: [],
  }
}
