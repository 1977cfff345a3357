// What an operator sees of a bank's stock: its pages added up, and what is wrong with its ledger.
import { type LedgerFault, type StockSum, sumStockEndpoint } from '@dcms/contract'
import type { OperatorCall } from './operator-keys.ts'
import type { OrderOperations } from './operator-orders.ts'

const owner = 'inventory-order'

/** Told after each page: how many kits have been looked at. */
type Told = (kits: number) => void

export interface StockReport {
  kits: number
  faults: readonly LedgerFault[]
  /** Orders that are complete, with another number of kits than they count. */
  orders: readonly { orderId: string; counted: number; kits: number }[]
}

export interface StockOperations {
  /** What is at a branch, or was when it was handed out. */
  sums(tenant: string, branchId: string, told?: Told): Promise<StockSum[]>
  /**
   * Looks at the ledger entries of every kit, and whether each order that was complete beforehand
   * has as many kits as it counts; those only when no branch is named.
   */
  verify(tenant: string, branchId?: string, told?: Told): Promise<StockReport>
}

export function stockOperations(call: OperatorCall, orders: Pick<OrderOperations, 'show'>): StockOperations {
  const walk = async (tenant: string, branchId: string | undefined, told: Told) => {
    const sums = new Map<string, StockSum>()
    const faults: LedgerFault[] = []
    let kits = 0
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const body = { ...(branchId !== undefined && { branchId }), ...(after !== undefined && { after }) }
      const page = await call(owner, tenant, `the stock of ${tenant}`, sumStockEndpoint, body)
      for (const { kits: count, ...common } of page.sums) {
        const key = JSON.stringify(common)
        sums.set(key, { ...common, kits: (sums.get(key)?.kits ?? 0) + count })
        kits += count
      }
      faults.push(...page.faults)
      told(kits)
      after = page.after
    }
    return { sums: [...sums.values()], faults, kits }
  }

  return {
    sums: async (tenant, branchId, told = () => undefined) => (await walk(tenant, branchId, told)).sums,
    async verify(tenant, branchId, told = () => undefined) {
      const begunAt = new Date()
      const { sums, faults, kits } = await walk(tenant, branchId, told)
      const kitsOf = new Map<string, number>()
      for (const { orderId, kits: count } of sums) kitsOf.set(orderId, (kitsOf.get(orderId) ?? 0) + count)
      const wrong: { orderId: string; counted: number; kits: number }[] = []
      for (const [orderId, count] of branchId === undefined ? kitsOf : []) {
        const { stocked, completedAt } = await orders.show(tenant, orderId)
        const wasComplete = completedAt !== undefined && new Date(completedAt) < begunAt
        if (wasComplete && stocked !== count) wrong.push({ orderId, counted: stocked, kits: count })
      }
      return { kits, faults, orders: wrong }
    },
  }
}
