// Whether the kit context says of kits what the stock says of them.
import { setTimeout as sleep } from 'node:timers/promises'
import { KITS_MAX, type LedgerFault, statusesOfKitsEndpoint } from '@dcms/contract'
import { type InternalClient, type Scope, ServiceUnavailable } from '@dcms/service'
import { type StockKit, stockOf } from './stock-kit.ts'

/**
 * What is on its way between the two arrives within these; they are waited only where something
 * differs.
 */
const PAUSES_MS = [500, 1_500] as const

type Compared = Pick<StockKit, '_id' | 'kitStatus' | 'entityId'>

/**
 * @returns the kits that differ, and still do when they are looked at again a moment later
 * @throws ServiceUnavailable when the kit context does not say
 */
export async function differencesOf(kits: readonly Compared[], kit: InternalClient, scope: Scope): Promise<LedgerFault[]> {
  let differing = await compared(kits, kit, scope)
  for (const pauseMs of PAUSES_MS) {
    if (differing.length === 0) break
    await sleep(pauseMs)
    const now = await stockOf(scope.tenant)
      .find({ _id: { $in: differing.map(({ kitNo }) => kitNo) } }, { kitStatus: 1, entityId: 1 })
      .batchSize(differing.length)
      .lean<Compared[]>()
    differing = await compared(now, kit, scope)
  }
  return differing
}

async function compared(kits: readonly Compared[], kit: InternalClient, scope: Scope): Promise<LedgerFault[]> {
  const faults: LedgerFault[] = []
  for (let from = 0; from < kits.length; from += KITS_MAX) {
    const some = kits.slice(from, from + KITS_MAX)
    const told = await kit.call(statusesOfKitsEndpoint, { kitNos: some.map(({ _id }) => _id) }, scope)
    if (told.kind === 'refused') throw new ServiceUnavailable(`the statuses of kits are not told: ${told.code}`)
    const there = new Map(told.result.kits.map((each) => [each.kitNo, each]))
    for (const { _id: kitNo, kitStatus, entityId } of some) {
      const made = there.get(kitNo)
      if (!made) faults.push({ kitNo, fault: 'the kit service does not know it' })
      else if (made.cardStatus !== kitStatus)
        faults.push({ kitNo, fault: `it is ${kitStatus} in stock, ${made.cardStatus} for the kit service` })
      else if (made.entityId !== entityId) faults.push({ kitNo, fault: 'it has another owner in stock than for the kit service' })
    }
  }
  return faults
}
