// The sweep that makes the kits of card orders, batch by batch, in turn with the bank's other
// orders.
import type { InternalClient, Sweep, Tenant } from '@dcms/service'
import type { CardVault } from '../vault/card-vault.ts'
import type { CardNumbering } from './number-cards.ts'
import { produceBatch } from './produce-batch.ts'
import { produceFileBatch } from './produce-file-batch.ts'
import { type Production, productionsAtWork, productionsOf } from './production.ts'

/** How soon a production begins; with work in hand one run follows the other. */
const EVERY_MS = 5_000
/** Then the next run goes on, in whatever process. */
const RUN_MS = 3_000
/**
 * A batch is told of by an event of up to 150 KB, and a document ends at 16 MB: production waits
 * while so many are not published yet.
 */
const WAITING_EVENTS_MAX = 8
/** One that met a fault lets the others have their turn. */
const AFTER_FAULT_MS = 5_000

export interface ProductionParts {
  vault: CardVault
  numbering: CardNumbering
  /** Has the files of orders. */
  inventoryOrder: InternalClient
}

/**
 * One batch of each order in turn, so that a small one does not wait for a large one. It may run
 * beside itself, and may be killed at any point. `nowMs` for tests.
 */
export const produceKits = ({ vault, numbering, inventoryOrder }: ProductionParts, nowMs: () => number = Date.now): Sweep => ({
  name: 'produce kits',
  everyMs: EVERY_MS,
  async run(scopeOf, tenant) {
    const endsAtMs = nowMs() + RUN_MS
    const faults: unknown[] = []
    let found = 0
    for (let isMore = true; isMore && nowMs() < endsAtMs; ) {
      isMore = false
      for (const production of await productionsAtWork(tenant, new Date(nowMs())).lean<Production[]>()) {
        found++
        if (!hasRoom(production) || nowMs() >= endsAtMs) continue
        isMore = true
        const scope = scopeOf(tenant, `produce/${production._id}/${production.done + 1}`)
        const batch = production.fromFile
          ? produceFileBatch(production, scope, { vault, inventoryOrder })
          : produceBatch(production, scope, { vault, numbering })
        await batch.catch(async (error: unknown) => {
          faults.push(error)
          await putOff(production, tenant, new Date(nowMs() + AFTER_FAULT_MS))
        })
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} batches of kits could not be made`) // after all others had their turn
    if (found === 0) return undefined
    const [left] = await productionsAtWork(tenant, new Date(nowMs())).lean<Production[]>()
    return left && { position: left._id }
  },
})

const hasRoom = ({ sequence, relayedSequence }: Production): boolean => sequence - relayedSequence < WAITING_EVENTS_MAX

/** With the store away there is nothing to be put off: the sweep comes again. */
async function putOff({ _id, turnAt }: Production, tenant: Tenant, until: Date): Promise<void> {
  await productionsOf(tenant)
    .updateOne({ _id, turnAt }, { $set: { turnAt: until } })
    .catch(() => undefined)
}
