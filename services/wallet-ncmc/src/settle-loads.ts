// The sweep that ends loads whose outcome nobody has heard: it asks the core banking system, goes
// on with the young ones and takes the old ones back.
import { type Scope, type Sweep, type Tenant, unchanged } from '@dcms/service'
import type { CoreBanking } from './core-banking.ts'
import { decideUndoing, referenceOf } from './load.ts'
import { type OpenLoad, type Purse, pursesOf, withoutOutbox } from './purse.ts'
import { debitFor, settleLoad } from './settle-load.ts'

const EVERY_MS = 5_000
/** Whoever began a younger one is still waiting for its answer. */
const LEFT_AFTER_MS = 10_000
/** Whoever asked for an older one has given it up long ago. */
const UNDONE_AFTER_MS = 15 * 60_000
const PURSES_PER_RUN = 50
const LOADS_PER_PURSE = 20

/** `nowMs` for tests. */
export const settleLoads = (coreBanking: CoreBanking, nowMs: () => number = Date.now): Sweep => ({
  name: 'settle loads',
  everyMs: EVERY_MS,
  async run(scopeOf, tenant) {
    const faults: unknown[] = []
    const left = new Date(nowMs() - LEFT_AFTER_MS)
    for (const purse of await pursesLeft(tenant, left).lean<Purse[]>()) {
      const scope = scopeOf(tenant, `settle-${purse._id}`)
      scope.touch() // while money is under way, the bank is not at rest
      for (const load of purse.openLoads.filter(({ since }) => since <= left).slice(0, LOADS_PER_PURSE))
        await settle(purse, load, { scope, coreBanking, nowMs: nowMs() }).catch((error: unknown) => faults.push(error))
    }
    if (faults.length > 0) throw new AggregateError(faults, `the outcome of ${faults.length} loads is not known yet`)
    return undefined
  },
})

/** Purses with a load that was begun before this time; the oldest first. */
export const pursesLeft = (tenant: Tenant, before: Date) =>
  pursesOf(tenant)
    .find({ 'openLoads.since': { $exists: true, $lte: before } }, withoutOutbox)
    .sort({ 'openLoads.since': 1 })
    .limit(PURSES_PER_RUN)

/** @throws CoreBankingUnavailable when the outcome is still not known */
async function settle(
  purse: Purse,
  load: OpenLoad,
  { scope, coreBanking, nowMs }: { scope: Scope; coreBanking: CoreBanking; nowMs: number },
): Promise<void> {
  const { txnId } = load
  const reference = referenceOf(txnId)
  const known = load.isUndone ? null : await coreBanking.enquire(scope.tenant, reference)
  if (known) return void (await settleLoad(purse, txnId, known, scope))
  if (!load.isUndone && nowMs - load.since.getTime() < UNDONE_AFTER_MS)
    return void (await settleLoad(purse, txnId, await debitFor(load, scope, coreBanking), scope))
  // First it can no longer be staged, then the money is given back should it have been taken.
  await scope.ofCommand(`undo/${txnId}`).change(pursesOf, purse._id, (present) => (present ? decideUndoing(present, txnId) : unchanged))
  await coreBanking.reverse(scope.tenant, reference)
  await settleLoad(purse, txnId, { kind: 'reversed' }, scope)
}
