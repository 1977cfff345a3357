// Processes that die: before one of their writes, or with half of the kits of one statement
// written.
import type { Call } from '@dcms/service'
import { stockOf } from '../src/stock/stock-kit.ts'
import type { StockBank } from './stock-bank.ts'

/**
 * `before`: nothing of that write is done. `within`: of the first statement for several kits half
 * are.
 */
export type Death = { kind: 'before'; write: number } | { kind: 'within' }

class Died extends Error {}

/** @returns null when the process died meanwhile */
export async function untilDeath<Result>(
  bank: StockBank,
  death: Death | undefined,
  work: (call: Pick<Call, 'touched'>) => Promise<Result>,
): Promise<Result | null> {
  const { collection } = stockOf(bank.tenant)
  const { bulkWrite } = collection
  let writes = 0
  const touched = (): void => {
    writes++
    if (death?.kind === 'before' && writes >= death.write) throw new Died('the process died')
  }
  if (death?.kind === 'within')
    collection.bulkWrite = (async (operations, options) => {
      if (operations.length > 1) await bulkWrite.call(collection, operations.slice(0, Math.floor(operations.length / 2)), options)
      throw new Died('the process died')
    }) as typeof bulkWrite
  try {
    return await work({ touched })
  } catch (error) {
    const faults: unknown[] = error instanceof AggregateError ? error.errors : [error]
    if (faults.every((fault) => fault instanceof Died)) return null
    throw error
  } finally {
    collection.bulkWrite = bulkWrite
  }
}
