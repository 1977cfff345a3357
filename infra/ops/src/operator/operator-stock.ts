// What an operator sees of a bank's stock: its pages added up, and what is wrong with its ledger.
import { type LedgerFault, type StockPage, type StockSum, type SumStock, sumStockEndpoint } from '@dcms/contract'
import type { OperatorCall } from './operator-keys.ts'
import type { OrderOperations } from './operator-orders.ts'

const owner = 'inventory-order'

/** Told after each page: how many kits have been looked at. */
type Told = (kits: number) => void

export interface StockReport {
  kits: number
  /** The first 10,000 of them. */
  faults: readonly LedgerFault[]
  /** Orders that are complete, with another number of kits than they count; as many at most. */
  orders: readonly { orderId: string; counted: number; kits: number }[]
  /** How many faults there are, those of orders included. */
  faultsInAll: number
}

/** What a report keeps of either kind: the stock of a bank that is all wrong is large. */
const FAULTS_KEPT = 10_000

export interface StockOperations {
  /** What is at a branch, or was when it was handed out. */
  sums(tenant: string, branchId: string, told?: Told): Promise<StockSum[]>
  /**
   * Looks at the ledger entries of every kit, whether the kit service says the same of it, and
   * whether each order that was complete beforehand has as many kits as it counts; the orders only
   * when no branch is named.
   */
  verify(tenant: string, branchId?: string, told?: Told): Promise<StockReport>
}

export function stockOperations(call: OperatorCall, orders: Pick<OrderOperations, 'show'>): StockOperations {
  /** Page by page; what is kept of them is the caller's business. */
  const walk = async (tenant: string, of: SumStock, seen: (page: StockPage) => void, told: Told): Promise<number> => {
    let kits = 0
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const page = await call(owner, tenant, `the stock of ${tenant}`, sumStockEndpoint, { ...of, ...(after !== undefined && { after }) })
      for (const sum of page.sums) kits += sum.kits
      seen(page)
      told(kits)
      after = page.after
    }
    return kits
  }

  return {
    async sums(tenant, branchId, told = () => undefined) {
      const sums = new Map<string, StockSum>()
      const add = ({ kits, ...common }: StockSum): void => {
        const key = JSON.stringify(common)
        sums.set(key, { ...common, kits: (sums.get(key)?.kits ?? 0) + kits })
      }
      await walk(tenant, { branchId }, (page) => page.sums.forEach(add), told)
      return [...sums.values()]
    },
    async verify(tenant, branchId, told = () => undefined) {
      const begunAt = new Date()
      const [faults, kitsOf] = [new Kept<LedgerFault>(), new Map<string, number>()]
      const see = (page: StockPage): void => {
        for (const fault of page.faults) faults.add(fault)
        for (const { orderId, kits } of page.sums) kitsOf.set(orderId, (kitsOf.get(orderId) ?? 0) + kits)
      }
      const kits = await walk(tenant, { isCompared: true, ...(branchId !== undefined && { branchId }) }, see, told)
      const wrong = new Kept<StockReport['orders'][number]>()
      for (const [orderId, count] of branchId === undefined ? kitsOf : []) {
        const { stocked, completedAt } = await orders.show(tenant, orderId)
        const wasComplete = completedAt !== undefined && new Date(completedAt) < begunAt
        if (wasComplete && stocked !== count) wrong.add({ orderId, counted: stocked, kits: count })
      }
      return { kits, faults: faults.first, orders: wrong.first, faultsInAll: faults.inAll + wrong.inAll }
    },
  }
}

/** The first of many, and how many there were. */
class Kept<Each> {
  readonly first: Each[] = []
  inAll = 0

  add(each: Each): void {
    this.inAll++
    if (this.first.length < FAULTS_KEPT) this.first.push(each)
  }
}
