// The stock for operators, page by page. Contract: packages/contract/src/inventory/sum-stock.ts.
import { type LedgerFault, type StockSum, sumStockEndpoint } from '@dcms/contract'
import { answer, type Command, command, type InternalClient } from '@dcms/service'
import { differencesOf } from './compare-kits.ts'
import { standsIn, sumsOf } from './ledger.ts'
import { type StockKit, stockOf } from './stock-kit.ts'

/** Kits of one page. */
const PAGE_SIZE = 5_000

const looked = {
  ...{ branchId: 1, productId: 1, orderId: 1, kitStatus: 1, entityId: 1, deliveryStatus: 1 },
  ...{ 'hold.until': 1, entries: 1 },
} as const

/** Kits in the order of their numbers, by an index with a branch and without. */
export const sumStock = (kit: InternalClient): Command =>
  command(sumStockEndpoint, async ({ branchId, after, isCompared }, scope) => {
    const kits = await stockOf(scope.tenant)
      .find({ ...(branchId !== undefined && { branchId }), ...(after !== undefined && { _id: { $gt: after } }) }, looked)
      .sort({ _id: 1 })
      .limit(PAGE_SIZE)
      .lean<StockKit[]>()
    const last = kits.at(-1)?._id
    return answer({
      sums: summed(kits, scope.now),
      faults: [...kits.flatMap(faultsOf), ...(isCompared ? await differencesOf(kits, kit, scope) : [])],
      ...(kits.length === PAGE_SIZE && last !== undefined && { after: last }),
    })
  })

function summed(kits: readonly StockKit[], now: Date): StockSum[] {
  const sums = new Map<string, StockSum>()
  for (const { branchId, productId, orderId, kitStatus, deliveryStatus = null, hold } of kits) {
    const common = { branchId, productId, orderId, kitStatus, deliveryStatus, held: hold !== undefined && hold.until > now }
    const key = JSON.stringify(common)
    sums.set(key, { ...common, kits: (sums.get(key)?.kits ?? 0) + 1 })
  }
  return [...sums.values()]
}

const faultsOf = (kit: StockKit): LedgerFault[] => {
  const fault = ledgerFaultOf(kit)
  return fault === null ? [] : [{ kitNo: kit._id, fault }]
}

/**
 * What is wrong with a kit's entries: they must come to one kit at its branch, or to none. A kit
 * that has an owner, or none any more, is in no stock; one without may be out of it too, sent back
 * or about to be withdrawn.
 */
export function ledgerFaultOf({ entries, branchId, kitStatus }: Pick<StockKit, 'entries' | 'branchId' | 'kitStatus'>): string | null {
  if (entries.length === 0) return 'it has no entries'
  const sums = sumsOf(entries)
  const where = standsIn(entries)
  if (sums.size > 1 || (sums.size === 1 && (where === null || sums.get(where) !== 1)))
    return `its entries come to ${[...sums].map(([branch, sum]) => `${sum} at ${branch}`).join(', ')}`
  if (where === null) return null
  if (where !== branchId) return `its entries say ${where}, it stands at ${branchId}`
  return kitStatus === 'UNALLOCATED' ? null : `it is ${kitStatus}, and its entries still count it at ${where}`
}
